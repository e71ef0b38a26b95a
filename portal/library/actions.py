"""The office fills the library: documents and links, their versions, order and folders."""

from typing import Any, NamedTuple
from uuid import UUID

from portal.audit.actions import record
from portal.db import db, scope
from portal.documents import actions as documents
from portal.documents.actions import Received
from portal.errors import Refused
from portal.library import queries, rules
from portal.library.models import LibraryFolder, LibraryItem
from portal.text import _


class Words(NamedTuple):
    """What the office says of a document or link."""

    title: str
    text: str
    folder_id: UUID | None
    audience: str
    is_hidden: bool = False


def add_document(received: Received, words: Words, by: UUID) -> LibraryItem:
    kept = documents.add(received, rules.KIND, words.title, "organisation", by, audience=words.audience)
    return _add(words, document_id=kept.id)


def add_link(url: str, words: Words, by: UUID) -> LibraryItem:
    """Raises Refused for what is no link to a website."""
    _check(url)
    added = _add(words, url=url)
    _note(added, by)
    return added


def _add(words: Words, **target: Any) -> LibraryItem:
    _check_folder(words.folder_id)
    there = queries.items_in(words.folder_id)
    place = there[-1].position + 1 if there else 0
    added = LibraryItem(organisation_id=scope(), position=place, **words._asdict(), **target)
    db.session.add(added)
    db.session.flush()
    return added


def change(item: LibraryItem, words: Words, by: UUID, url: str = "") -> None:
    """Other words, another folder, or other readers. `url` counts for a link only."""
    _check_folder(words.folder_id)
    if item.url:
        _check(url)
        item.url = url
    if words.folder_id != item.folder_id:
        there = queries.items_in(words.folder_id)
        item.position = there[-1].position + 1 if there else 0
    for name, value in words._asdict().items():
        setattr(item, name, value)
    if item.document is not None:
        item.document.title, item.document.audience = words.title, words.audience
    db.session.flush()
    _note(item, by)


def replace(item: LibraryItem, received: Received, by: UUID) -> None:
    """A new version is read from here on; the one before is kept for the office."""
    before = item.document
    if before is None:
        raise Refused(_("Dit is een link. Daar hoort geen bestand bij."))
    new = documents.add(received, rules.KIND, item.title, "organisation", by, audience=item.audience)
    item.document_id, item.document = new.id, new
    documents.replace(before, new, by)


def move(item: LibraryItem, steps: int) -> None:
    """Some places further down in its folder, or up."""
    _rearrange(list(queries.items_in(item.folder_id)), item, steps)


def _rearrange(rows: list[Any], row: Any, steps: int) -> None:
    place = rows.index(row)
    rows.insert(max(0, min(len(rows) - 1, place + steps)), rows.pop(place))
    for number, each in enumerate(rows):
        each.position = number
    db.session.flush()


def withdraw(item: LibraryItem, by: UUID) -> None:
    """It stands there no longer, in no version, and its files go."""
    versions = [item.document, *queries.versions_of(item)] if item.document else []
    _note(item, by)
    db.session.delete(item)
    db.session.flush()
    for version in versions:
        documents.withdraw(version, by)


def add_folder(name: str, by: UUID) -> LibraryFolder:
    _check_name(name, None)
    there = queries.folders()
    folder = LibraryFolder(organisation_id=scope(), name=name, position=there[-1].position + 1 if there else 0)
    db.session.add(folder)
    db.session.flush()
    _note_folder(folder, by)
    return folder


def rename_folder(folder: LibraryFolder, name: str, by: UUID) -> None:
    _check_name(name, folder)
    folder.name = name
    db.session.flush()
    _note_folder(folder, by)


def move_folder(folder: LibraryFolder, steps: int) -> None:
    _rearrange(list(queries.folders()), folder, steps)


def end_folder(folder: LibraryFolder, by: UUID) -> None:
    """Raises Refused while something stands in it: it would be lost from sight."""
    if queries.items_in(folder.id):
        raise Refused(_("Er staan nog documenten in deze map. Zet ze eerst in een andere map."))
    _note_folder(folder, by)
    db.session.delete(folder)
    db.session.flush()


def _check(url: str) -> None:
    if problem := rules.link_problem(url):
        raise Refused(problem)


def _check_folder(folder_id: UUID | None) -> None:
    if folder_id is not None and queries.folder(folder_id) is None:
        raise Refused(_("Deze map is er niet meer. Kies een andere map."))


def _check_name(name: str, but: LibraryFolder | None) -> None:
    if any(each.name.casefold() == name.casefold() for each in queries.folders() if each is not but):
        raise Refused(_("Er is al een map met deze naam."))


def _note(item: LibraryItem, by: UUID) -> None:
    record("library_changed", None, by=by, object_type="library", object_id=item.id, detail=item.title)


def _note_folder(folder: LibraryFolder, by: UUID) -> None:
    record("library_changed", None, by=by, object_type="folder", object_id=folder.id, detail=folder.name)
