"""What stands in the library: folders, and documents and links in them."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import OrganisationRow
from portal.documents.models import Document


class LibraryFolder(OrganisationRow):
    __tablename__ = "library_folder"

    name: Mapped[str] = mapped_column(sa.String(60))
    position: Mapped[int] = mapped_column(default=0)


class LibraryItem(OrganisationRow):
    """A document (its version of now), or a link to another website."""

    __tablename__ = "library_item"

    folder_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("library_folder.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(100))
    text: Mapped[str] = mapped_column(sa.String(300), default="")
    audience: Mapped[str] = mapped_column(sa.String(7))
    is_hidden: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    document_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("document.id"), unique=True)

    document: Mapped[Document | None] = relationship()

    __table_args__ = (
        sa.CheckConstraint("audience IN ('parents', 'public')", name="audience"),
        sa.CheckConstraint("(document_id IS NULL) = (url <> '')", name="target"),
    )
