"""What a parent can take along of a child, and how far the making of it is."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from portal import clock
from portal.auth.models import Account, Person, Session
from portal.changes.queries import care_of, contacts_for
from portal.children.models import Child, Guardianship
from portal.children.queries import SEES_TODAY, ChildLine, children_of
from portal.db import db
from portal.diary.queries import Everything, everything_of
from portal.documents.queries import papers_for
from portal.export.models import Export
from portal.messages.queries import files_of, news_of_child
from portal.organisations.models import Organisation
from portal.people.queries import named
from portal.photos.queries import kept_jpegs
from portal.pickup.queries import open_for


class House(NamedTuple):
    """The organisation, as the book names it."""

    name: str
    email: str
    phone: str
    colour: str
    language: str


class Attachment(NamedTuple):
    id: UUID
    key: str
    name: str


class News(NamedTuple):
    """A message to the parents of this child."""

    id: UUID
    title: str
    body: str
    author: str
    published_at: datetime
    changed_at: datetime | None
    attachments: list[Attachment]


class Paper(NamedTuple):
    """A document of this child that this parent may open."""

    id: UUID
    title: str
    added_at: datetime
    key: str


class Fetcher(NamedTuple):
    """Somebody who may fetch this child, as far as this parent may know it."""

    name: str
    relation: str
    phone: str
    valid_to: date | None
    only_on: date | None


class Contact(NamedTuple):
    """Somebody who can be called for this child, as far as this parent may know it."""

    name: str
    phone: str
    relation: str


class Taken(NamedTuple):
    """All that this parent may see now of this child, and where its photos are kept by id and size. Facts, no rows:
    they are used over many transactions.
    """

    child: ChildLine
    organisation: House
    everything: Everything
    news: list[News]
    papers: list[Paper]
    fetchers: list[Fetcher]
    care: dict[str, str]
    contacts: list[Contact]
    keys: dict[tuple[UUID, str], str]

    def marks(self) -> set[str]:
        """A mark for each thing that can be seen. What was made may be handed out as long as each of its marks is
        still among those of what can be seen now: nothing was withdrawn, hidden or changed since (domain.md, D2).
        """
        rhythm, stories, pictures = self.everything
        return {
            *(_mark("rhythm", told.day, told.rhythm) for told in rhythm),
            *(_mark("story", story.id, story.day, story.body, sorted(story.others)) for story in stories),
            *(_mark("photo", picture.id, picture.taken_at, picture.caption) for picture in pictures),
            *(_mark("news", *item[:3], [each.id for each in item.attachments]) for item in self.news),
            *(_mark("paper", paper.id, paper.title) for paper in self.papers),
            *(_mark("fetcher", fetcher) for fetcher in self.fetchers),
            _mark("care", self.care),
            *(_mark("contact", contact) for contact in self.contacts),
        }


def taken(account: Account, child_id: UUID) -> Taken | None:
    """None when this parent may not see this child today."""
    child = next((child for child in children_of(account.person_id) if child.id == child_id), None)
    if child is None:
        return None
    everything = everything_of(account.person_id, child_id)
    keys = kept_jpegs([picture.id for picture in everything.pictures])
    organisation = db.session.get_one(Organisation, account.organisation_id)
    house = House(*(getattr(organisation, name) for name in House._fields))
    fetchers = [
        Fetcher(each.name, each.relation, each.phone, each.valid_to, each.one_time_date)
        for each in open_for(account.person_id, child_id)
    ]
    papers = _papers(account.person_id, child_id)
    contacts = [Contact(each.name, each.phone, each.relation) for each in contacts_for(account.person_id, child_id)]
    return Taken(child, house, everything, _news(child_id), papers, fetchers, care_of(child_id), contacts, keys)


def _papers(person_id: UUID, child_id: UUID) -> list[Paper]:
    """Without those with a BSN: the portal hands these out one by one (domain.md, F7)."""
    return [
        Paper(each.id, each.title, each.created_at, each.file.key)
        for each in reversed(papers_for(person_id))
        if each.child_id == child_id and each.file and not each.shows_bsn
    ]


def _news(child_id: UUID) -> list[News]:
    items = news_of_child(child_id)
    files = files_of([item.id for item in items])
    return [
        News(
            item.id, item.title, item.body, item.author.person.full_name, item.publish_at, item.changed_at,
            [Attachment(file.id, file.key, file.name) for file in files[item.id]],
        )
        for item in items
        if item.publish_at
    ]  # fmt: skip


def _mark(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


# Rows


def export_of(account_id: UUID, child_id: UUID) -> Export | None:
    found = sa.select(Export).where(Export.account_id == account_id, Export.child_id == child_id)
    return db.session.scalars(found).one_or_none()


def outline_of(export_id: UUID) -> bytes | None:
    found = sa.select(Export).where(Export.id == export_id).options(undefer(Export.outline))
    row = db.session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    return row.outline if row else None


def is_live(session_id: UUID) -> bool:
    """Whether this session was not ended."""
    found = sa.select(Session.id).where(Session.id == session_id, Session.ended_at.is_(None))
    return db.session.scalar(found) is not None


def account(account_id: UUID) -> Account | None:
    """When it is open, also to a session of before."""
    found = db.session.scalars(sa.select(Account).where(Account.id == account_id)).one_or_none()
    return found if found is not None and found.is_open else None


def hold_account(account_id: UUID) -> None:
    """Until the commit nobody else asks for it: of two at once the second finds what the first asked."""
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update())


def is_work(now: datetime) -> sa.ColumnElement[bool]:
    """What is asked, and what a worker left lying."""
    return sa.or_(
        sa.and_(Export.state == "waiting", Export.due_at <= now),
        sa.and_(Export.state == "busy", Export.lease_until < now),
    )


def has_work(now: datetime) -> bool:
    return db.session.execute(sa.select(Export.id).where(is_work(now)).limit(1)).scalar() is not None


def first_to_make(now: datetime) -> Export | None:
    """The one that waits longest, of any organisation; no other worker takes it meanwhile."""
    waiting = sa.select(Export).where(is_work(now)).order_by(Export.due_at, Export.id).limit(1)
    return db.session.scalars(waiting.with_for_update(skip_locked=True)).one_or_none()


def is_behind(mine: Export) -> bool:
    """Whether somebody else's goes first."""
    ahead = sa.select(Export.id).where(Export.state.in_(("waiting", "busy")), Export.asked_at < mine.asked_at)
    return db.session.scalar(ahead.limit(1)) is not None


# For a command: whom and what is meant


def children_named(words: str, birth_date: date | None) -> Sequence[Child]:
    """The children with these words in their name, born on this day when it is given."""
    people = named(words)
    if people is None:
        return []
    found = sa.select(Child).join(Child.person).where(Child.person_id.in_(people))
    if birth_date is not None:
        found = found.where(Person.birth_date == birth_date)
    return db.session.scalars(found.order_by(Person.sort_name, Child.id).limit(20)).all()


def accounts_that_see(child_id: UUID) -> Sequence[Account]:
    """The open accounts of those who may see this child today."""
    seers = sa.select(Guardianship.person_id).join(Child, Child.id == Guardianship.child_id)
    seers = seers.where(Guardianship.child_id == child_id, SEES_TODAY)
    found = sa.select(Account).where(Account.person_id.in_(seers), Account.status.in_(("invited", "active")))
    return db.session.scalars(found.order_by(Account.email_key), {"today": clock.today()}).all()
