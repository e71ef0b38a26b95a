"""Putting a mail in the outbox, and who knows how to prepare it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from portal import clock
from portal.db import db, scope
from portal.organisations.models import Organisation
from portal.outbox.models import SOON, Mail


@dataclass(frozen=True)
class Letter:
    """What the subject of a mail tells the worker at the moment the mail goes out."""

    address: str  # the address as it is stored, never as a visitor typed it
    name: str
    language: str  # nl or en
    template: str  # a folder in templates/mail
    context: dict[str, object] = field(default_factory=dict)


# Gives the letter of this mail, stamped at this moment, or None when there is nothing to send (an unknown address).
# It may write rows (a link, a temporary password); the worker commits them before it sends. Called again for the same
# mail it makes the same secrets.
Prepare = Callable[[Mail, Organisation, datetime], Letter | None]

_prepare: dict[str, Prepare] = {}


def prepare_with(kind: str, prepare: Prepare) -> None:
    _prepare[kind] = prepare


def prepare_of(kind: str) -> Prepare:
    return _prepare[kind]


def enqueue(
    kind: str, lives: timedelta, account_id: UUID | None = None, address: str = "",
    params: dict[str, Any] | None = None, priority: int = SOON, due_at: datetime | None = None,
) -> Mail:  # fmt: skip
    """A mail in the outbox, in this transaction. After `due_at` (default now) it has `lives` to be accepted, else it expires."""
    due_at = due_at or clock.now()
    mail = Mail(
        id=uuid4(), organisation_id=scope(), kind=kind, account_id=account_id, address=address, params=params or {},
        priority=priority, due_at=due_at, expires_at=due_at + lives,
    )  # fmt: skip
    db.session.add(mail)
    return mail
