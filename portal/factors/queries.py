"""The second step of an account, and its taking away."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from portal.db import db
from portal.factors.models import FactorReset, RecoveryCode, SecondFactor


def factor_of(account_id: UUID) -> SecondFactor | None:
    return db.session.scalars(sa.select(SecondFactor).where(SecondFactor.account_id == account_id)).one_or_none()


def codes_left(account_id: UUID) -> int:
    """How many recovery codes still work."""
    left = sa.select(sa.func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return int(db.session.execute(left).scalar() or 0)


def open_resets(account_id: UUID | None = None) -> Sequence[FactorReset]:
    """Takings away that are asked or agreed and not done; of one account or of all."""
    statement = sa.select(FactorReset).where(FactorReset.ended_at.is_(None))
    if account_id is not None:
        statement = statement.where(FactorReset.account_id == account_id)
    return db.session.scalars(statement.order_by(FactorReset.created_at, FactorReset.id)).all()


def due_reset(account_id: UUID, now: datetime) -> FactorReset | None:
    """A taking away of which the day is over."""
    return next((reset for reset in open_resets(account_id) if reset.due_at and reset.due_at <= now), None)
