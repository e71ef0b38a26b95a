"""A document comes in, is given to whom it is for, replaced by a new version, withdrawn; and every look is noted."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.children.models import Child
from portal.children.queries import account_of
from portal.db import changed, db, scope
from portal.documents import queries, rules
from portal.documents.bundle import Bundle
from portal.documents.models import Document
from portal.errors import Refused
from portal.files import actions as files
from portal.files import rules as file_rules
from portal.files.images import Picture
from portal.files.models import File
from portal.text import _
from portal.throttle.rules import Limit

OF_PERSON = Limit("documents", 300, timedelta(hours=1))
CHUNK = 1000  # rows in one statement
SAME_WITHIN = timedelta(hours=1)  # the same bytes for the same child are the same paper


def count_document(account_id: UUID) -> None:
    """Count one more document that this account sends. Raises Refused when there were too many this hour."""
    files.count_upload(account_id, OF_PERSON)


@dataclass(frozen=True)
class Received:
    """What came in, and where it is kept. Without a row it is taken away again (files.actions.sweep)."""

    key: str
    sha256: str
    content: bytes
    name: str


def receive(content: bytes, name: str = "") -> Received:
    """Keep what came in. Not in an open transaction, for it takes a while. Raises Refused: no PDF, or no room."""
    if problem := rules.problem_of(content):
        raise Refused(rules.why_not(problem))
    return Received(files.put(content), hashlib.sha256(content).hexdigest(), content, name)


def add(
    received: Received, kind: str, title: str, retention: str, by: UUID | None, person_id: UUID | None = None,
    child_id: UUID | None = None, audience: str = "", shows_bsn: bool = False,
) -> Document:  # fmt: skip
    """A document of a person, of a child, or of the organisation (audience: parents or public)."""
    file = files.add("document", received.name, received.key, Picture(rules.PDF, 0, 0, received.content))
    file.used_at = clock.now()
    document = Document(
        id=uuid4(), organisation_id=scope(), kind=kind, title=title[: rules.LONGEST_TITLE], person_id=person_id,
        child_id=child_id, audience=audience, file_id=file.id, file=file, sha256=received.sha256, shows_bsn=shows_bsn,
        retention=retention, added_by=by, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(document)
    db.session.flush()
    _note("document_added", document, by)
    return document


class Arrived(NamedTuple):
    """One of many documents that came in together, and is kept: of whom it is, and how it is called."""

    key: str
    sha256: str
    size: int
    title: str
    name: str
    person_id: UUID


def arrive(content: bytes, title: str, name: str, person_id: UUID) -> Arrived:
    """Keep one of many. As `receive`: not in an open transaction, and it may be refused."""
    received = receive(content, name)
    name = file_rules.name_of_pdf(name)
    return Arrived(received.key, received.sha256, len(content), title[: rules.LONGEST_TITLE], name, person_id)


class Pdf(NamedTuple):
    """What there is to know of one PDF before it is kept."""

    sha256: str
    problem: str  # a sentence, or ""


Progress = Callable[[int, int], None]  # done, of all


def looked_through(bundle: Bundle, asked: Collection[str], progress: Progress | None = None) -> dict[str, Pdf]:
    """Of these PDFs those that are there, by key. It takes a while: not in an open transaction."""
    pdfs = {}
    for done, name in enumerate(sorted(set(asked) & set(bundle.pdfs)), start=1):
        content = bundle.pdfs[name]()
        problem = rules.problem_of(content)
        pdfs[name] = Pdf(hashlib.sha256(content).hexdigest(), rules.why_not(problem) if problem else "")
        if progress:
            progress(done, len(asked))
    return pdfs


class Wanted(NamedTuple):
    """One PDF of many that come in together: under which key it is kept, its name, its title, and of whom it is."""

    key: str
    name: str
    title: str
    person_id: UUID


def arrive_all(bundle: Bundle, wanted: Sequence[Wanted], progress: Progress | None = None) -> dict[str, Arrived]:
    """Keep them, or none. Not in an open transaction. Raises Refused: no room."""
    kept: dict[str, Arrived] = {}
    try:
        for done, each in enumerate(wanted, start=1):
            kept[each.key] = arrive(bundle.pdf(each.name) or b"", each.title, each.name, each.person_id)
            if progress:
                progress(done, len(wanted))
    except BaseException:
        take_back(kept)
        raise
    return kept


def take_back(kept: Mapping[str, Arrived]) -> None:
    """Nothing was written: the PDFs go, and the disk has its room again."""
    files.take_back([each.key for each in kept.values()])


def add_all(
    arrived: Sequence[Arrived], kind: str, retention: str, by: UUID | None, accounts: Mapping[UUID, UUID]
) -> list[UUID]:
    """Thousands at once, each of its own person; their ids, in the same order. Accounts by person, for the log."""
    now = clock.now()
    rows: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    for each in arrived:
        ids = {"file": uuid4(), "document": uuid4()}
        kept.append(
            {
                "id": ids["file"], "organisation_id": scope(), "kind": "document", "key": each.key, "name": each.name,
                "media_type": rules.PDF, "size": each.size, "width": 0, "height": 0, "used_at": now,
                "fingerprint": each.sha256[:32],
            }
        )  # fmt: skip
        rows.append(
            {
                "id": ids["document"], "organisation_id": scope(), "kind": kind, "title": each.title, "audience": "",
                "person_id": each.person_id, "file_id": ids["file"], "sha256": each.sha256, "shows_bsn": False,
                "retention": retention, "added_by": by,
            }
        )  # fmt: skip
        record(
            "document_added", accounts[each.person_id], by=by, object_type="document", object_id=ids["document"],
            detail=each.title,
        )  # fmt: skip
    for start in range(0, len(rows), CHUNK):
        db.session.execute(sa.insert(File), kept[start : start + CHUNK])
        db.session.execute(sa.insert(Document), rows[start : start + CHUNK])
    return [row["id"] for row in rows]


def add_paper(
    received: Received, child: Child, title: str, audience: str, by: UUID, shows_bsn: bool = False
) -> Document:
    """A paper of this child, which is held. A button that is pressed twice gives one paper; with something else said of
    it, it is refused: or who put right for whom it is would leave it open to the others."""
    known = queries.same_paper(child.id, received.sha256, clock.now() - SAME_WITHIN)
    if known is not None:
        if (known.title, known.audience, known.shows_bsn) == (title, audience, shows_bsn):
            return known
        raise Refused(_("Dit bestand staat er al als %(title)s. Trek dat eerst in.", title=known.title))
    return add(
        received, rules.CHILD_PAPER, title, "child", by, child_id=child.id, audience=audience, shows_bsn=shows_bsn
    )


def replace(document: Document, new: Document, by: UUID | None) -> None:
    """From here on `new` is the version that counts; the one before stays, and says by what it was replaced."""
    document.replaced_by = new.id
    db.session.flush()
    _note("document_replaced", document, by)


def withdraw(document: Document, by: UUID) -> None:
    """Nobody opens it from here on, and its file goes with the next sweep. What stays: that it was, and who saw it."""
    if document.withdrawn_at or document.file is None:
        return
    file, document.file, document.withdrawn_at = document.file, None, clock.now()
    db.session.flush()
    db.session.delete(file)
    db.session.flush()
    _note("document_withdrawn", document, by)


def forget_papers(child_id: UUID) -> int:
    """The papers of this child are over; how many."""
    papers = sa.select(Document.id).where(Document.child_id == child_id, Document.kind == rules.CHILD_PAPER)
    return forget(list(db.session.scalars(papers)))


def forget(document_ids: Collection[UUID]) -> int:
    """These documents are over: rows and files go, and only the log knows of them. How many."""
    of_them = Document.id.in_(document_ids)
    file_ids = list(db.session.scalars(sa.select(Document.file_id).where(of_them, Document.file_id.is_not(None))))
    changed(sa.update(Document).where(Document.replaced_by.in_(document_ids)).values(replaced_by=None))
    count = changed(sa.delete(Document).where(of_them))
    changed(sa.delete(File).where(File.id.in_(file_ids)))
    return count


def note_seen(document: Document, by: UUID, as_parent: bool) -> None:
    """Somebody opened it. A parent reads of the own looks and of those of who works here, not of the other parent's."""
    if as_parent:
        _line("document_seen", document, by, by, None)
    else:
        _note("document_seen", document, by)


def _note(action: str, document: Document, by: UUID | None) -> None:
    owner = account_of(document.person_id) if document.person_id else None
    _line(action, document, by, owner.id if owner else None, document.child_id)


def _line(action: str, document: Document, by: UUID | None, account_id: UUID | None, child_id: UUID | None) -> None:
    """Lines about a child are read by all its guardians: there no title stands that not all of them may know."""
    is_told = child_id is None or document.audience == "daily"
    record(
        action, account_id, by=by, child_id=child_id, object_type="document", object_id=document.id,
        detail=document.title if is_told else "",
    )  # fmt: skip
