"""A document: of whom it is, what kind, and the file it is kept in."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Moment, OrganisationRow
from portal.documents.rules import RETENTION
from portal.files.models import File


class Document(OrganisationRow):
    """Of one person, of one child, or of the organisation: exactly one of the three.

    `audience` narrows it down. Who may open it then is for its kind to say (queries.KINDS).
    """

    __tablename__ = "document"

    kind: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(100))
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    child_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("child.id"), index=True)
    audience: Mapped[str] = mapped_column(sa.String(10), default="")
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("file.id"), unique=True)  # empty once it is withdrawn
    sha256: Mapped[str] = mapped_column(sa.String(64))  # of what is in it, for good
    shows_bsn: Mapped[bool] = mapped_column(default=False)
    retention: Mapped[str] = mapped_column(sa.String(12))
    added_by: Mapped[UUID | None]  # the account; None: the portal itself
    replaced_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("document.id"))  # the version after this one
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)

    file: Mapped[File | None] = relationship(lazy="joined")

    __table_args__ = (
        # With the organisation in front, or SQLite takes the index of the organisation and reads all of it.
        sa.Index("ix_document_child", "organisation_id", "child_id", "created_at"),
        sa.Index("ix_document_person", "organisation_id", "person_id", "kind", "created_at"),
        sa.Index("ix_document_kind", "organisation_id", "kind", "audience", "created_at"),
        sa.CheckConstraint(
            "(person_id IS NULL OR child_id IS NULL)"
            " AND (audience IN ('parents', 'public')) = (person_id IS NULL AND child_id IS NULL)",
            name="owner",
        ),
        sa.CheckConstraint("(file_id IS NULL) = (withdrawn_at IS NOT NULL)", name="file"),
        sa.CheckConstraint(f"retention IN {RETENTION}", name="retention"),
    )
