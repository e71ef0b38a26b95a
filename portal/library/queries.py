"""What stands in the library: for parents, for everyone, and for the office."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.documents.models import Document
from portal.files.models import File
from portal.library.models import LibraryFolder, LibraryItem
from portal.library.rules import Item

# The version of now of what is not hidden: for everyone who is logged in (documents.queries.KINDS).
OF_LIBRARY = Document.id.in_(sa.select(LibraryItem.document_id).where(LibraryItem.is_hidden.is_(False)))


def items(is_public: bool = False, with_hidden: bool = False) -> list[Item]:
    """All of it in the order of the folders, what stands in none last. One statement."""
    found = (
        sa.select(
            LibraryItem.id, LibraryItem.folder_id, LibraryFolder.name, LibraryItem.title, LibraryItem.text,
            LibraryItem.audience, LibraryItem.is_hidden, LibraryItem.url, LibraryItem.document_id, File.size,
            sa.func.coalesce(Document.created_at, LibraryItem.created_at, type_=LibraryItem.created_at.type),
        )
        .outerjoin(LibraryFolder, LibraryFolder.id == LibraryItem.folder_id)
        .outerjoin(Document, Document.id == LibraryItem.document_id)
        .outerjoin(File, File.id == Document.file_id)
        .order_by(
            LibraryFolder.id.is_(None), LibraryFolder.position, LibraryFolder.name, LibraryFolder.id,
            LibraryItem.position, LibraryItem.title, LibraryItem.id,
        )
    )  # fmt: skip
    if is_public:
        found = found.where(LibraryItem.audience == "public")
    if not with_hidden:
        found = found.where(LibraryItem.is_hidden.is_(False))
    rows = db.session.execute(found)
    return [
        Item(id_, folder_id, folder or "", title, text, audience, is_hidden, url, document_id, size or 0, at)
        for id_, folder_id, folder, title, text, audience, is_hidden, url, document_id, size, at in rows
    ]


def item(item_id: UUID, held: bool = False) -> LibraryItem | None:
    """A document or link of this library, hidden or not. Held: nobody else changes it until the commit."""
    found = sa.select(LibraryItem).where(LibraryItem.id == item_id)
    found = found.with_for_update() if held else found.options(joinedload(LibraryItem.document))
    return db.session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def shown_document(item_id: UUID) -> UUID | None:
    """The id of the document that is shown there now, for whomever it is."""
    found = sa.select(LibraryItem.document_id).where(LibraryItem.id == item_id, LibraryItem.is_hidden.is_(False))
    return db.session.scalars(found).one_or_none()


def public_document(item_id: UUID) -> Document | None:
    """The document that is shown there now, when everyone may read it."""
    found = sa.select(Document).join(LibraryItem, LibraryItem.document_id == Document.id)
    found = found.where(LibraryItem.id == item_id, LibraryItem.audience == "public", LibraryItem.is_hidden.is_(False))
    return db.session.scalars(found).one_or_none()


def versions_of(item: LibraryItem) -> list[Document]:
    """The versions before the one of now, the newest first."""
    earlier: list[Document] = []
    after = item.document_id
    while after and (
        found := db.session.scalars(sa.select(Document).where(Document.replaced_by == after).limit(1)).one_or_none()
    ):
        earlier.append(found)
        after = found.id
    return earlier


def folders() -> Sequence[LibraryFolder]:
    """In their order."""
    order = LibraryFolder.position, LibraryFolder.name, LibraryFolder.id
    return db.session.scalars(sa.select(LibraryFolder).order_by(*order)).all()


def folder(folder_id: UUID) -> LibraryFolder | None:
    return db.session.scalars(sa.select(LibraryFolder).where(LibraryFolder.id == folder_id)).one_or_none()


def items_in(folder_id: UUID | None) -> Sequence[LibraryItem]:
    """What stands in this folder (None: in none), in its order."""
    found = sa.select(LibraryItem).where(LibraryItem.folder_id == folder_id)
    return db.session.scalars(found.order_by(LibraryItem.position, LibraryItem.title, LibraryItem.id)).all()
