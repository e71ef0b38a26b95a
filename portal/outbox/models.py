"""One mail to send. It never holds a secret: that is made when the mail goes out."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow

STATES = ("new", "busy", "sent", "refused", "expired", "cancelled")
SOON, BULK = 1, 9  # priority: what a parent waits for overtakes what an import sends


class Mail(OrganisationRow):
    __tablename__ = "mail"

    kind: Mapped[str] = mapped_column(sa.String(60))  # auth/forgot_password; its subject knows how to prepare it
    account_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    address: Mapped[str] = mapped_column(sa.String(254), default="")  # typed by a visitor; wiped when the mail ends
    params: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    message_id: Mapped[str] = mapped_column(sa.String(255), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default="new")
    priority: Mapped[int] = mapped_column(default=SOON)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    owner: Mapped[str] = mapped_column(sa.String(36), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    stamped_at: Mapped[datetime | None] = mapped_column(Moment)  # the date in the mail; kept while its fate is unknown
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    smtp_code: Mapped[int | None]
    smtp_text: Mapped[str] = mapped_column(sa.String(300), default="")

    __table_args__ = (
        sa.Index("ix_mail_queue", "state", "due_at", "priority"),
        sa.CheckConstraint(f"state IN {STATES}", name="state"),
    )
