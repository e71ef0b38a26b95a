"""Another address that a parent asked for, and what a parent says is wrong."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth.models import Account
from portal.db import Moment, OrganisationRow


class AddressChange(OrganisationRow):
    """From the moment it is asked. A link in a mail names this row, and so the address that stands in it."""

    __tablename__ = "address_change"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    email_key: Mapped[str] = mapped_column(sa.String(254))
    old_email: Mapped[str] = mapped_column(sa.String(254))
    old_key: Mapped[str] = mapped_column(sa.String(254))
    email_version: Mapped[int]  # of the account when this was asked
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)  # stopped, put back, or replaced by a newer one

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class Correction(OrganisationRow):
    """What a parent says is wrong in the details the office holds, until somebody of the office has seen to it."""

    __tablename__ = "correction"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    child_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("child.id"), index=True)  # None: the parent's own
    words: Mapped[str] = mapped_column(sa.String(1000))
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    settled_by: Mapped[UUID | None]

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (sa.Index("ix_correction_open", "organisation_id", "settled_at", "created_at"),)
