"""What earlier imports did, and what the office has to look at because of them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow


class PastImport(OrganisationRow):
    """One file that was taken over. Its doubts are shown until somebody has looked at them."""

    __tablename__ = "past_import"

    account_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id"))  # None for the command
    kind: Mapped[str] = mapped_column(sa.String(10), default="parents", server_default=sa.text("'parents'"))
    filename: Mapped[str] = mapped_column(sa.String(100))
    counts: Mapped[dict[str, int]] = mapped_column(sa.JSON)
    last_mail_at: Mapped[datetime | None] = mapped_column(Moment)
    doubts: Mapped[list[tuple[int, str]]] = mapped_column(sa.JSON)  # line and reason, the first so many
    doubt_count: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)  # somebody looked at the doubts
    settled_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id"))

    __table_args__ = (sa.Index("ix_past_import_newest", "organisation_id", "created_at"),)

    @property
    def is_doubtful(self) -> bool:
        return self.doubt_count > 0 and self.settled_at is None
