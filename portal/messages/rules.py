"""When a message is read by parents, and what may go with it."""

from datetime import UTC, date, datetime, time, timedelta

from portal import clock
from portal.text import _

SCOPES = ("organisation", "location", "group")
STATES = ("draft", "planned", "published", "withdrawn")
LONGEST_TITLE, LONGEST_BODY = 120, 4000
PAGE = 20
FURTHEST = timedelta(days=366)  # a year ahead is planned, more is a slip of the finger


def state_of(publish_at: datetime | None, withdrawn_at: datetime | None, now: datetime) -> str:
    if withdrawn_at is not None:
        return "withdrawn"
    if publish_at is None:
        return "draft"
    return "published" if publish_at <= now else "planned"


def moment_of(day: date, at: time) -> datetime:
    """This time on the clock of Amsterdam. Of an hour that comes twice it is the first."""
    return datetime.combine(day, at, tzinfo=clock.AMSTERDAM).astimezone(UTC)


def plan_problem(day: date, at: time, now: datetime) -> str:
    """Why nothing can be published then, or ""."""
    moment = moment_of(day, at)
    if clock.local(moment).replace(tzinfo=None) != datetime.combine(day, at):
        return _("Deze tijd bestaat niet: de klok gaat die nacht een uur vooruit. Kies een andere tijd.")
    if moment <= now:
        return _("Dit moment is al voorbij. Kies een later moment, of publiceer het bericht nu.")
    return _("Dit is meer dan een jaar vooruit. Kijk de datum na.") if moment - now > FURTHEST else ""


def end_of(day: date) -> datetime:
    """The last moment of this day."""
    return moment_of(day + timedelta(days=1), time()) - timedelta(microseconds=1)


def tomorrow(today: date) -> date:
    return today + timedelta(days=1)
