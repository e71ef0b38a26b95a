"""The mails about getting in. Each puts a row in the outbox; its secret is made when the mail goes out."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app

from portal.outbox.actions import enqueue
from portal.outbox.models import BULK, Mail

INVITATION_LIVES = timedelta(days=5)
NEWS_LIVES = timedelta(days=2)


def credentials(account_id: UUID, due_at: datetime | None = None, priority: int = BULK) -> Mail:
    """The mail to come in with: address and temporary password, or a first link, as the organisation chose."""
    return enqueue("auth/credentials", INVITATION_LIVES, account_id, due_at=due_at, priority=priority)


def forgot_password(key: str, asked_from: str = "") -> Mail:
    """For whatever address was typed; only the worker looks whether an account has it."""
    return enqueue("auth/forgot_password", _reset_life(), address=key, params={"asked_from": asked_from})


def approve_device(key: str, browser: str) -> Mail:
    """After very many wrong passwords: a link to let a new device in."""
    return enqueue("auth/approve_device", _reset_life(), address=key, params={"browser": browser})


def password_changed(account_id: UUID) -> Mail:
    return enqueue("auth/password_changed", NEWS_LIVES, account_id)


def new_device(account_id: UUID, browser: str) -> Mail:
    return enqueue("auth/new_device", NEWS_LIVES, account_id, params={"browser": browser})


def _reset_life() -> timedelta:
    return timedelta(seconds=current_app.config["RESET_LINK_MAX_AGE"]) - timedelta(minutes=10)
