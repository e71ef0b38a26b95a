"""A mail and an account that nobody else changes meanwhile, and which mails came back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from portal.auth.models import Account
from portal.db import db
from portal.outbox.models import Mail


def held_mail(mail_id: UUID) -> Mail | None:
    """This mail, and nobody else changes it until the commit."""
    statement = sa.select(Mail).where(Mail.id == mail_id).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def held_account(account_id: UUID) -> Account:
    """This account, and nobody else changes it until the commit."""
    statement = sa.select(Account).where(Account.id == account_id).with_for_update(of=Account, key_share=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def came_back(account_id: UUID, digests: Sequence[str], since: datetime, but: UUID) -> list[tuple[str, datetime]]:
    """Status and moment of the mails to one address of this account that came back, except one."""
    statement = sa.select(Mail.bounce_status, Mail.bounced_at).where(
        Mail.account_id == account_id, Mail.digest.in_(digests), Mail.bounced_at > since, Mail.id != but
    )
    return [(status, moment) for status, moment in db.session.execute(statement) if moment is not None]
