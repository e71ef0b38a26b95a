"""Mails about something new. What they say is looked up when they go out."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from portal import clock
from portal.notices.rules import URGENT_LIVES, quiet_begins
from portal.outbox.actions import enqueue_all
from portal.outbox.models import CALM, URGENT

KINDS = ("notices/first_photo", "notices/evening", "notices/news", "notices/urgent")


def notices(kind: str, due: Mapping[UUID, datetime]) -> dict[UUID, UUID]:
    """One for each of these accounts, behind all other mail, and not in the quiet hours. Gives their ids."""
    return enqueue_all(kind, due, quiet_begins(clock.now()), CALM)


def urgent(due: Mapping[UUID, datetime]) -> dict[UUID, UUID]:
    """What cannot wait: only what somebody asked for goes before it."""
    return enqueue_all("notices/urgent", due, clock.now() + URGENT_LIVES, URGENT)
