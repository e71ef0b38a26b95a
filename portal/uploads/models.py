"""A file that was sent in, of parents or of something else, between the look at it and the import of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow

STATES = ("ready", "waiting", "busy", "done", "gone")


class Upload(OrganisationRow):
    """A row and no file on a disk: any web worker shows it, and any mail worker, on whatever machine, imports it."""

    __tablename__ = "upload"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(10), default="parents", server_default=sa.text("'parents'"))
    filename: Mapped[str] = mapped_column(sa.String(100))
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)  # until it is imported, or an hour
    key: Mapped[str] = mapped_column(sa.String(65), default="", server_default=sa.text("''"))  # in the storage
    digest: Mapped[str] = mapped_column(sa.String(64))  # SHA-256 of the content
    state: Mapped[str] = mapped_column(sa.String(8), default="ready", index=True)
    note: Mapped[str] = mapped_column(sa.String(8), default="")  # why it is to be looked at again: changed, failed
    preview: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    outcome: Mapped[str] = mapped_column(sa.String(64))  # what the preview said, in short
    confirmed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    owner: Mapped[str] = mapped_column(sa.String(36), default="")  # the worker that imports it
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))  # of so many (`total`), while it is busy
    total: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    past_import_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("past_import.id"))

    __table_args__ = (sa.CheckConstraint(f"state IN {STATES}", name="state"),)
