"""What time it is: UTC for rows, Europe/Amsterdam for people. Tests replace `now`."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return local(now()).date()


def midnight(day: date) -> datetime:
    """When this day begins here."""
    return datetime.combine(day, time(), tzinfo=AMSTERDAM)


def local(moment: datetime) -> datetime:
    return moment.astimezone(AMSTERDAM)
