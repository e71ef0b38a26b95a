"""Tokens of this organisation."""

from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal.api.models import ApiToken
from portal.auth.models import Account
from portal.db import db


class Known(NamedTuple):
    """A token, and who made it."""

    token: ApiToken
    maker: Account


def tokens() -> list[Known]:
    """Those that were not revoked, the newest first."""
    live = _with_maker().where(ApiToken.revoked_at.is_(None))
    rows = db.session.execute(live.order_by(ApiToken.created_at.desc(), ApiToken.id))
    return [Known(token, maker) for token, maker in rows]


def token_with(token_hash: str) -> Known | None:
    """The token with this secret, revoked or not."""
    row = db.session.execute(_with_maker().where(ApiToken.token_hash == token_hash)).one_or_none()
    return Known(row[0], row[1]) if row else None


def token(token_id: UUID) -> ApiToken | None:
    return db.session.scalars(sa.select(ApiToken).where(ApiToken.id == token_id)).one_or_none()


def _with_maker() -> sa.Select[ApiToken, Account]:
    return sa.select(ApiToken, Account).join(Account, Account.id == ApiToken.created_by)
