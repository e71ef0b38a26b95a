"""What a parent takes along of one child: asked, being made, and ready to be fetched."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow

STATES = ("waiting", "busy", "ready", "failed", "gone")


class Export(OrganisationRow):
    """One per parent and child. What is in it is only told (portal.export.archive): the photos stay where they are."""

    __tablename__ = "export"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(8), default="waiting", index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)  # later than asked when the photos could not be read
    done: Mapped[int] = mapped_column(default=0)  # photos
    total: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(sa.String(36), default="")  # the worker that makes it
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    outline: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)  # until it is over
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)  # bytes of the zip
    fingerprint: Mapped[str] = mapped_column(sa.String(32), default="")
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    begun_in: Mapped[UUID | None]  # the session that last began to fetch it, having shown who it is
    begun_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        sa.UniqueConstraint("account_id", "child_id"),
        sa.CheckConstraint(f"state IN {STATES}", name="state"),
    )

    def is_ready(self, now: datetime) -> bool:
        return self.state == "ready" and self.expires_at is not None and self.expires_at > now
