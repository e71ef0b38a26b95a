"""What a parent wants mail about, what was mailed, and how far the worker has looked."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow
from portal.notices.rules import HOWS


class NoticeChoice(OrganisationRow):
    """How this account wants to hear of this kind. Without a row it is as rules.DEFAULTS says."""

    __tablename__ = "notice_choice"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(sa.String(8))
    how: Mapped[str] = mapped_column(sa.String(8))

    __table_args__ = (
        sa.UniqueConstraint("account_id", "kind"),
        sa.CheckConstraint(f"how IN {HOWS}", name="how"),
    )


class Notice(OrganisationRow):
    """One mail about something new. Nobody gets two about the same."""

    __tablename__ = "notice"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"))
    mail_id: Mapped[UUID] = mapped_column(sa.ForeignKey("mail.id"), unique=True)
    about: Mapped[str] = mapped_column(sa.String(60))  # the evening of a day, its first photo, a message
    after: Mapped[datetime] = mapped_column(Moment)  # it tells of what came after this
    until: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        sa.UniqueConstraint("account_id", "about"),
        sa.Index("ix_notice_until", "organisation_id", "until"),
    )


class NoticeRound(OrganisationRow):
    """How far the worker has looked in one organisation."""

    __tablename__ = "notice_round"

    next_at: Mapped[datetime] = mapped_column(Moment)
    looked_until: Mapped[datetime] = mapped_column(Moment)
    evening_on: Mapped[date] = mapped_column(sa.Date)  # of which day the last summary was

    __table_args__ = (sa.UniqueConstraint("organisation_id"),)
