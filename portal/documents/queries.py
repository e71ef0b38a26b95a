"""Documents for who may open them, and who did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.children.queries import SEEN_TODAY, children_of, decides_today
from portal.db import db
from portal.documents.models import Document
from portal.documents.rules import CHILD_PAPER
from portal.people.rules import full_name


class Kind(NamedTuple):
    """What a subject says of its documents."""

    permission: str  # of who works here and may open them (portal.roles); groepsleiding only of its own groups
    # Which of them the person `person_id` may open on the day `today`: of a row of Document, with these parameters.
    seen_by: sa.ColumnElement[bool]


# The one place that says who may open what. A kind that is not here is opened by nobody.
KINDS: dict[str, Kind] = {}

_ME = sa.bindparam("person_id", type_=sa.Uuid())
_DECIDES = sa.select(Guardianship.child_id).where(Guardianship.person_id == _ME, decides_today())
# For whom a kind can be: its person, the guardians of its child as far as its audience goes.
OF_PERSON = Document.person_id == _ME
OF_CHILD = sa.and_(
    Document.child_id.in_(SEEN_TODAY),
    sa.or_(Document.audience == "daily", sa.and_(Document.audience == "deciding", Document.child_id.in_(_DECIDES))),
)
_IS_THERE = Document.withdrawn_at.is_(None)


def seen_by(person_id: UUID, document_id: UUID) -> Document | None:
    """This document, when this person may open it now."""
    found = sa.select(Document).where(Document.id == document_id, _IS_THERE, _is_for())
    return db.session.scalars(found, {"person_id": person_id, "today": clock.today()}).one_or_none()


def papers_for(person_id: UUID) -> Sequence[Document]:
    """All of the own children that this person may open now, the newest first; of what was replaced only the last."""
    found = sa.select(Document).where(Document.child_id.in_(SEEN_TODAY), _IS_THERE, _is_for())
    found = found.where(Document.replaced_by.is_(None)).order_by(Document.created_at.desc(), Document.id)
    return db.session.scalars(found, {"person_id": person_id, "today": clock.today()}).all()


def _is_for() -> sa.ColumnElement[bool]:
    each = (sa.and_(Document.kind == code, kind.seen_by) for code, kind in KINDS.items())
    return sa.or_(sa.false(), *each)


# For who works here


def seen_here(
    document_id: UUID, kinds: Sequence[str], groups: Sequence[UUID] | None, person_id: UUID
) -> Document | None:
    """This document, when it is of these kinds, and of a child of these groups (None: of anyone).

    Who is a guardian of that child too, opens it as a guardian or not at all: work is no way around a court.
    """
    link = sa.select(Guardianship.id).where(
        Guardianship.child_id == Document.child_id, Guardianship.person_id == person_id
    )
    found = sa.select(Document).where(
        Document.id == document_id, Document.kind.in_(kinds), _IS_THERE, sa.not_(link.exists())
    )
    if groups is not None:
        found = found.where(Document.child_id.in_(sa.select(Child.id).where(Child.group_id.in_(groups))))
    return db.session.scalars(found).one_or_none()


def paper(child_id: UUID, document_id: UUID, held: bool = False) -> Document | None:
    """This paper of this child, also when it was withdrawn. Held: nobody else changes it until the commit."""
    found = sa.select(Document).where(
        Document.id == document_id, Document.child_id == child_id, Document.kind == CHILD_PAPER
    )
    return db.session.scalars(found.with_for_update(of=Document) if held else found).one_or_none()


def papers_of(child_id: UUID) -> Sequence[Document]:
    """The papers of this child, the newest first, and those that were withdrawn."""
    found = sa.select(Document).where(Document.child_id == child_id, Document.kind == CHILD_PAPER)
    return db.session.scalars(found.order_by(Document.created_at.desc(), Document.id)).all()


def same_paper(child_id: UUID, sha256: str, since: datetime) -> Document | None:
    """The paper of this child with these bytes that was added since then."""
    found = sa.select(Document).where(
        Document.child_id == child_id, Document.sha256 == sha256, Document.created_at >= since, _IS_THERE
    )
    return db.session.scalars(found.order_by(Document.created_at).limit(1)).one_or_none()


def panel_of(child: Child) -> tuple[str, dict[str, Any]]:
    """What the office sees of papers on the page of a child."""
    return "documents/_papers.html", {"papers": [each for each in papers_of(child.id) if not each.withdrawn_at]}


def who_may(document: Document) -> list[str]:
    """The names of the persons of now who may open it: its own person, or guardians of its child."""
    if document.person_id:
        people = sa.select(Person).where(Person.id == document.person_id)
    else:
        people = sa.select(Person).join(Guardianship, Guardianship.person_id == Person.id)
        people = people.where(Guardianship.child_id == document.child_id)
    found = db.session.scalars(people.order_by(Person.sort_name, Person.id)).all()
    return [person.full_name for person in found if seen_by(person.id, document.id)]


class Opening(NamedTuple):
    """How often somebody opened a document, and when for the first and the last time."""

    name: str
    role: str
    times: int
    first: datetime
    last: datetime


def openings_of(document_id: UUID) -> list[Opening]:
    """Who opened this document, as far back as the log goes; the last one first."""
    first, last = sa.func.min(AccessLog.created_at), sa.func.max(AccessLog.created_at)
    looks = (
        sa.select(AccessLog.actor_id, sa.func.count().label("times"), first.label("first"), last.label("last"))
        .where(AccessLog.object_id == document_id, AccessLog.action == "document_seen")
        .group_by(AccessLog.actor_id)
        .subquery()
    )
    found = sa.select(
        Person.given_name, Person.infix, Person.family_name, Account.role, looks.c.times, looks.c.first, looks.c.last
    )
    found = found.select_from(looks).outerjoin(Account, Account.id == looks.c.actor_id)
    found = found.outerjoin(Person, Person.id == Account.person_id).order_by(looks.c.last.desc())
    return [
        Opening(full_name(given or "", infix or "", family or ""), role or "", times, first, last)
        for given, infix, family, role, times, first, last in db.session.execute(found)
    ]


def by_child(person_id: UUID) -> list[tuple[str, list[Document]]]:
    """The papers of each own child, under its name."""
    papers = papers_for(person_id)
    return [
        (child.given_name, [each for each in papers if each.child_id == child.id]) for child in children_of(person_id)
    ]


def is_paper() -> sa.ColumnElement[bool]:
    """Of a document, whether it is a paper of a child and not about money (portal.retention)."""
    return Document.kind == CHILD_PAPER
