"""How long the links of a change of address work, and what still can be done with one."""

from datetime import datetime, timedelta

CONFIRMS, CONFIRM_LIVES = "confirm address", timedelta(hours=24)
STOPS, STOP_LIVES = "stop address", timedelta(days=7)


def is_open(confirmed_at: datetime | None, ended_at: datetime | None) -> bool:
    """Whether it still waits for the click in the mail."""
    return confirmed_at is None and ended_at is None


def may_stop(confirmed_at: datetime | None, ended_at: datetime | None, asked: int, version: int) -> bool:
    """Whether "dit was ik niet" still does something: nothing else happened to the address since (its version)."""
    return ended_at is None and version == asked + (confirmed_at is not None)
