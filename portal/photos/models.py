"""A photo of a group: who is on it, and the files it is kept in."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow

STATES = ("new", "ready", "refused", "withdrawn")
RAW = "raw"  # the size of what came in, until the worker has made the others of it


class Photo(OrganisationRow):
    __tablename__ = "photo"

    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("care_group.id"), index=True)
    uploaded_by: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(sa.String(100), default="")  # of the file, as the sender knows it
    taken_at: Mapped[datetime] = mapped_column(Moment)
    caption: Mapped[str] = mapped_column(sa.String(500), default="")
    sha256: Mapped[str] = mapped_column(sa.String(64))  # of what came in
    status: Mapped[str] = mapped_column(sa.String(9), default="new")
    problem: Mapped[str] = mapped_column(sa.String(8), default="")  # why it was refused, in one word (rules.why_not)
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(sa.String(36), default="")  # the worker that makes the sizes
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        sa.CheckConstraint(f"status IN {STATES}", name="status"),
        sa.Index("ix_photo_status", "status", "created_at"),
        sa.Index("ix_photo_same", "organisation_id", "group_id", "sha256"),
        sa.Index("ix_photo_newest", "organisation_id", "group_id", "created_at", "id"),
    )


class PhotoChild(OrganisationRow):
    """A child that is on a photo."""

    __tablename__ = "photo_child"

    photo_id: Mapped[UUID] = mapped_column(sa.ForeignKey("photo.id"))
    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)

    __table_args__ = (
        # With the organisation in front, or SQLite takes the index of the organisation and reads all of it.
        sa.UniqueConstraint("organisation_id", "photo_id", "child_id"),
        sa.Index("ix_photo_child_child", "organisation_id", "child_id", "photo_id"),
        sa.Index("ix_photo_child_newest", "organisation_id", "created_at"),
    )


class PhotoFile(OrganisationRow):
    """One size of a photo, in one kind of file."""

    __tablename__ = "photo_file"

    photo_id: Mapped[UUID] = mapped_column(sa.ForeignKey("photo.id"), index=True)
    size: Mapped[str] = mapped_column(sa.String(6))
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("file.id"), unique=True)

    __table_args__ = (
        sa.Index("ix_photo_file_size", "organisation_id", "photo_id", "size"),
        sa.Index("ix_photo_file_newest", "organisation_id", "size", "created_at"),
    )
