"""The second step of an account: the app's secret, the recovery codes, and taking them away."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow


class SecondFactor(OrganisationRow):
    """The app of one account. The secret is encrypted with a key that is not in the database."""

    __tablename__ = "second_factor"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), unique=True)
    secret: Mapped[str] = mapped_column(sa.String(255))
    last_step: Mapped[int] = mapped_column(sa.BigInteger)  # a code works once: the next one is of a later step


class RecoveryCode(OrganisationRow):
    """One way in without the app. Only a hash is kept."""

    __tablename__ = "recovery_code"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (sa.UniqueConstraint("account_id", "code_hash"),)


class FactorReset(OrganisationRow):
    """Taking away the step of who lost phone and codes: two people agree, and a day goes by (security.md, O9)."""

    __tablename__ = "factor_reset"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    asked_by: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"))
    approved_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    due_at: Mapped[datetime | None] = mapped_column(Moment)  # a day after the second person agreed
    ended_at: Mapped[datetime | None] = mapped_column(Moment)  # done, or stopped
    ended_because: Mapped[str] = mapped_column(sa.String(20), default="")
