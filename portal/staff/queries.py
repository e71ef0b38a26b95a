"""Who works here, what needs a hand today, and finding people by what one types."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.auth.models import Account, Person, StaffGroup
from portal.children.models import Block, Child, Guardianship
from portal.children.queries import child_with_number, has_address, is_parent, named_alone
from portal.db import db
from portal.factors.models import FactorReset
from portal.organisations.models import Group
from portal.outbox.models import Mail
from portal.parents.queries import named_parents
from portal.people.queries import by_words, has_words
from portal.people.rules import full_name
from portal.people.rules import terms as terms_of

LATE_AFTER = timedelta(hours=1)
SHOWN = 3  # names on the start page


def people() -> Sequence[Account]:
    """Everyone who works here, by name."""
    statement = sa.select(Account).join(Person).where(Account.role != "", Account.status != "closed")
    return db.session.scalars(statement.order_by(Person.given_name, Person.family_name, Account.id)).all()


def groups_per_account() -> dict[UUID, list[str]]:
    """The names of the groups that people of the role groepsleiding work at."""
    rows = db.session.execute(
        sa.select(StaffGroup.account_id, Group.name).join(Group, Group.id == StaffGroup.group_id).order_by(Group.name)
    )
    found: dict[UUID, list[str]] = {}
    for account_id, name in rows:
        found.setdefault(account_id, []).append(name)
    return found


def groups() -> Sequence[Group]:
    return db.session.scalars(sa.select(Group).where(Group.ended_at.is_(None)).order_by(Group.name)).all()


def groups_of(account_id: UUID) -> set[UUID]:
    return set(db.session.scalars(sa.select(StaffGroup.group_id).where(StaffGroup.account_id == account_id)))


def other_managers(account_id: UUID) -> int:
    """How many managers there are beside this one; held, so that two who leave at once do not both go."""
    held = sa.select(Account.id).where(Account.role == "manager", Account.status.in_(("invited", "active")))
    return len(set(db.session.scalars(held.order_by(Account.id).with_for_update())) - {account_id})


def has_children(person_id: UUID) -> bool:
    return db.session.execute(sa.select(sa.exists().where(Guardianship.person_id == person_id))).scalar() is True


# The start page


class Pile(NamedTuple):
    """How many of something wait, and the first few of them."""

    number: int
    first: list[str]


def parents_who_are(state: str) -> Pile:
    """Parents by one of the filters of their list."""
    return _pile(named_parents(state))


def children_alone(today: date) -> Pile:
    """Children of whom no parent has come in."""
    return _pile(named_alone(today))


def late_mails(now: datetime) -> int:
    """Mails that should have left an hour ago."""
    late = (
        sa.select(sa.func.count())
        .select_from(Mail)
        .where(Mail.state.in_(("new", "busy")), Mail.due_at < now - LATE_AFTER)
    )
    return int(db.session.execute(late).scalar() or 0)


class OpenReset(NamedTuple):
    id: UUID
    name: str
    asked_by: UUID
    account_id: UUID
    due_at: datetime | None


def open_resets() -> list[OpenReset]:
    """Second steps that are to be taken away, the oldest first."""
    rows = db.session.execute(
        sa.select(FactorReset, Person)
        .join(Account, Account.id == FactorReset.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(FactorReset.ended_at.is_(None))
        .order_by(FactorReset.created_at, FactorReset.id)
    )
    return [
        OpenReset(reset.id, person.full_name, reset.asked_by, reset.account_id, reset.due_at) for reset, person in rows
    ]


class WaitingBlock(NamedTuple):
    """A block that a colleague still has to confirm."""

    id: UUID
    child_id: UUID
    child: str
    parent: str
    ends_on: date
    asked_by: UUID


def waiting_blocks(today: date) -> list[WaitingBlock]:
    """The oldest first."""
    child, parent = aliased(Person), aliased(Person)
    rows = db.session.execute(
        sa.select(Block, child, parent)
        .join(Child, Child.id == Block.child_id)
        .join(child, child.id == Child.person_id)
        .join(parent, parent.id == Block.person_id)
        .where(Block.confirmed_at.is_(None), Block.lifted_at.is_(None), Block.ends_on >= today)
        .order_by(Block.created_at, Block.id)
    )
    return [
        WaitingBlock(block.id, block.child_id, of.full_name, who.full_name, block.ends_on, block.asked_by)
        for block, of, who in rows
    ]


def _pile(names: sa.Select[str, str, str]) -> Pile:
    """Counted and named in one look: the count of all stands beside each of the first."""
    counted = (
        names.add_columns(sa.func.count().over())
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(SHOWN)
    )
    rows = db.session.execute(counted).all()
    return Pile(rows[0][3] if rows else 0, [" ".join(part for part in row[:3] if part) for row in rows])


# Search


class Hit(NamedTuple):
    """A child or a parent that was found: `id` is of the child, or of the parent's account."""

    kind: str  # child or parent
    id: UUID
    name: str
    detail: str  # the group, or the address


def search(
    words: str, groups: Sequence[UUID] | None = None, with_parents: bool = True, hidden: Collection[UUID] = (),
    most: int = 10,
) -> list[Hit]:  # fmt: skip
    """Children (of these groups; None: of all) and parents by the beginnings of their names, and by address or number.

    At most so many of each, and no hidden parents. Capitals and accents do not matter. The work does not grow
    with the organisation.
    """
    terms = terms_of(words)
    if not terms:
        return []
    found = [*_children_numbered(words.strip(), groups), *_children_named(terms, groups, most)]
    if with_parents:
        parents = sa.select(Account.id, *_NAME, Account.email).join(Person, Person.id == Account.person_id)
        parents = parents.where(is_parent(), *([Account.person_id.not_in(hidden)] if hidden else []))
        found += [*_parents_at(parents, words.strip(), most), *_parents_named(parents, terms, most)]
    firsts = list(dict.fromkeys(found))
    return [hit for kind in ("child", "parent") for hit in [each for each in firsts if each.kind == kind][:most]]


_NAME = (Person.sort_name, Person.given_name, Person.infix, Person.family_name)


def _children_named(terms: list[str], groups: Sequence[UUID] | None, most: int) -> Iterator[Hit]:
    statement = sa.select(Child.id, *_NAME, Group.name).join(Person, Person.id == Child.person_id)
    statement = statement.outerjoin(Group, Group.id == Child.group_id)
    if groups is not None:
        statement = statement.where(Child.group_id.in_(groups), *has_words(Person.id, " ".join(terms)))
        statement = statement.order_by(Person.sort_name)
    else:
        statement = by_words(statement, terms)
    rows = db.session.execute(statement.limit(3 * most)).all()
    for child_id, _key, given, infix, family, group in sorted(rows, key=lambda row: row[1]):
        yield Hit("child", child_id, full_name(given, infix, family), group or "")


def _children_numbered(number: str, groups: Sequence[UUID] | None) -> Iterator[Hit]:
    child = child_with_number(number)
    if child is not None and (groups is None or child.group_id in groups):
        yield Hit("child", child.id, child.person.full_name, child.group.name if child.group else "")


def _parents_named(parents: Any, terms: list[str], most: int) -> Iterator[Hit]:
    return _parents(by_words(parents, terms).limit(3 * most))


def _parents_at(parents: Any, address: str, most: int) -> Iterator[Hit]:
    """Parents whose address begins like this."""
    return _parents(parents.where(has_address(address)).order_by(Account.email_key).limit(most))


def _parents(statement: Any) -> Iterator[Hit]:
    rows = db.session.execute(statement).all()
    for account_id, _key, given, infix, family, email in sorted(rows, key=lambda row: row[1]):
        yield Hit("parent", account_id, full_name(given, infix, family), email)
