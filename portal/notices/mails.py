"""Mails about something new. What they say is looked up when they go out."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from portal import clock
from portal.notices.rules import quiet_begins
from portal.outbox.actions import enqueue_all
from portal.outbox.models import CALM


def notices(kind: str, due: Mapping[UUID, datetime]) -> dict[UUID, UUID]:
    """One for each of these accounts, behind all other mail, and not in the quiet hours. Gives their ids."""
    return enqueue_all(kind, due, quiet_begins(clock.now()), CALM)
