"""Children for the visitor who may see them, and what an action wants to know of a child."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from portal import clock
from portal.auth.models import Account, Person, StaffGroup
from portal.auth.rules import email_key, sort_name
from portal.children.models import Block, Child, Guardianship
from portal.db import db
from portal.organisations.models import Group
from portal.people.queries import PAGE, begins, few, has_words, named, sorted_page
from portal.people.rules import full_name


class ChildLine(NamedTuple):
    """A child as the start page shows it."""

    id: UUID
    given_name: str
    full_name: str
    birth_date: date
    group_name: str | None
    group_id: UUID | None
    location_id: UUID | None
    end_date: date | None


def children_of(person_id: UUID) -> list[ChildLine]:
    """The children this person may see today, the eldest first."""
    rows = db.session.execute(_CHILDREN_OF, {"person_id": person_id, "today": clock.today()})
    return [
        ChildLine(child_id, given, full_name(given, infix, family), birth_date, group, group_id, location_id, end_date)
        for child_id, given, infix, family, birth_date, group, group_id, location_id, end_date in rows
        if birth_date  # every child has one; a Person in general need not
    ]


def names_of_children(person: Person) -> list[str]:
    """What a stranger would try as the password of this parent."""
    return [name for child in children_of(person.id) for name in (child.given_name, child.full_name)]


def child_of(person_id: UUID, child_id: UUID) -> Child | None:
    """This child, when this person may see it today."""
    facts = {"person_id": person_id, "today": clock.today(), "child_id": child_id}
    return db.session.execute(_CHILD_OF, facts).scalars().one_or_none()


_TODAY = sa.bindparam("today", type_=sa.Date)
_IN_FORCE = sa.and_(Block.confirmed_at.is_not(None), Block.lifted_at.is_(None), Block.ends_on >= _TODAY)


def _is_blocked(link: Any = Guardianship) -> sa.ColumnElement[bool]:
    return sa.exists().where(Block.child_id == link.child_id, Block.person_id == link.person_id, _IN_FORCE)


def _is_valid(link: Any = Guardianship) -> sa.ColumnElement[bool]:
    return sa.and_(
        sa.or_(link.valid_from.is_(None), link.valid_from <= _TODAY),
        sa.or_(link.valid_to.is_(None), link.valid_to >= _TODAY),
    )


def decides_today(link: Any = Guardianship) -> sa.ColumnElement[bool]:
    """Whether this guardian decides, and no court keeps it away. The statement takes `today` as a parameter."""
    return sa.and_(link.can_decide.is_(True), is_guardian_today(link))


def is_guardian_today(link: Any = Guardianship) -> sa.ColumnElement[bool]:
    """Whether this link counts on the day `today`, a parameter too, and no court keeps this guardian away."""
    return sa.and_(_is_valid(link), sa.not_(_is_blocked(link)))


def is_linked_today(link: Any = Guardianship) -> sa.ColumnElement[bool]:
    """Whether this guardian is one now, with whatever rights. The statement takes `today` as a parameter."""
    return sa.and_(_is_valid(link), sa.not_(_is_blocked(link)))


_IS_VALID, _IS_BLOCKED = _is_valid(), _is_blocked()
# Whether this guardian may see this child on the day `today`; the statement it stands in takes that as a parameter.
SEES_TODAY = sa.and_(
    Guardianship.can_see_daily.is_(True),
    _IS_VALID,
    sa.or_(Child.access_until.is_(None), Child.access_until >= _TODAY),
    sa.not_(_IS_BLOCKED),
)
_MAY_SEE = sa.and_(Guardianship.person_id == sa.bindparam("person_id"), SEES_TODAY)
_CHILDREN_OF = (
    sa.select(
        Child.id, Person.given_name, Person.infix, Person.family_name, Person.birth_date, Group.name, Group.id,
        Group.location_id, Child.end_date,
    )
    .select_from(Guardianship)
    .join(Child, Child.id == Guardianship.child_id)
    .join(Person, Person.id == Child.person_id)
    .outerjoin(Group, Group.id == Child.group_id)
    .where(_MAY_SEE)
    .order_by(Person.birth_date, Person.given_name, Child.id)
)  # fmt: skip
_CHILD_OF = (
    sa.select(Child)
    .join(Guardianship, Guardianship.child_id == Child.id)
    .where(_MAY_SEE, Child.id == sa.bindparam("child_id"))
)
# The children that `person_id` may see on the day `today`; the statement it stands in takes both as parameters.
SEEN_TODAY = sa.select(Guardianship.child_id).join(Child, Child.id == Guardianship.child_id).where(_MAY_SEE)


# For the office: without asking who looks

# What subjects above this one show on the page of a child: each gives a template and what that needs.
PANELS: list[Callable[[Child], tuple[str, dict[str, Any]]]] = []


def child(child_id: UUID) -> Child | None:
    return db.session.scalars(sa.select(Child).where(Child.id == child_id)).one_or_none()


def held_child(child_id: UUID) -> Child | None:
    """This child, and nobody else changes it or its guardians until the commit."""
    statement = sa.select(Child).where(Child.id == child_id).with_for_update(of=Child, key_share=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def child_with_number(external_id: str) -> Child | None:
    """The child with this number in the organisation's own software."""
    return db.session.scalars(sa.select(Child).where(Child.external_id == external_id)).one_or_none()


def child_like(given_name: str, infix: str, family_name: str, birth_date: date) -> Child | None:
    """A child of this name and birthday, capitals and accents aside."""
    key = sort_name(given_name, infix, family_name)
    like = sa.select(Child).join(Person, Person.id == Child.person_id)
    like = like.where(Person.sort_name == key, Person.birth_date == birth_date)
    return db.session.scalars(like.order_by(Child.created_at, Child.id).limit(1)).one_or_none()


def guardianship(child_id: UUID, person_id: UUID) -> Guardianship | None:
    """What this person is, was or will be to this child."""
    statement = sa.select(Guardianship).where(Guardianship.child_id == child_id, Guardianship.person_id == person_id)
    return db.session.scalars(statement.options(joinedload(Guardianship.person))).one_or_none()


def guardianships_of(child_id: UUID) -> Sequence[Guardianship]:
    """Everyone who is, was or will be a guardian of this child, in the order of their names."""
    statement = sa.select(Guardianship).join(Guardianship.person).where(Guardianship.child_id == child_id)
    statement = statement.options(joinedload(Guardianship.person)).order_by(Person.sort_name, Person.id)
    return db.session.scalars(statement).all()


def shielded_from(person_id: UUID) -> frozenset[UUID]:
    """The persons whose address this guardian may not learn, also not when working here (domain.md, B5)."""
    return frozenset(db.session.scalars(shielding(person_id)))


def shielding(person_id: UUID) -> sa.Select[UUID]:
    """The same for in a larger statement."""
    own, other = aliased(Guardianship), aliased(Guardianship)
    shielded = sa.select(other.person_id).join(own, own.child_id == other.child_id)
    return shielded.where(own.person_id == person_id, other.person_id != person_id, other.address_shielded)


def share_child(person_id: UUID, other_id: UUID) -> bool:
    """Whether these two are (or were, or will be) guardians of one child."""
    own, other = aliased(Guardianship), aliased(Guardianship)
    both = sa.exists().where(own.child_id == other.child_id, own.person_id == person_id, other.person_id == other_id)
    return db.session.scalar(sa.select(both)) is True


def who_decide(child_id: UUID, today: date) -> set[UUID]:
    """The persons who decide about this child on this day, those a court keeps away left out."""
    deciding = sa.select(Guardianship.person_id).where(Guardianship.child_id == child_id, decides_today())
    return set(db.session.scalars(deciding, {"today": today}))


def linked_today(child_id: UUID) -> list[UUID]:
    """The persons who are guardians of this child now, by name, those a court keeps away left out."""
    people = sa.select(Guardianship.person_id).join(Guardianship.person)
    people = people.where(Guardianship.child_id == child_id, is_linked_today()).order_by(Person.sort_name, Person.id)
    return list(db.session.scalars(people, {"today": clock.today()}))


def account_of(person_id: UUID) -> Account | None:
    return db.session.scalars(sa.select(Account).where(Account.person_id == person_id)).one_or_none()


def accounts_of(person_ids: Sequence[UUID]) -> dict[UUID, Account]:
    """The accounts of these persons, by person."""
    found = db.session.scalars(sa.select(Account).where(Account.person_id.in_(person_ids)))
    return {account.person_id: account for account in found}


def block(child_id: UUID, block_id: UUID) -> Block | None:
    """This block of this child, and nobody else changes it until the commit."""
    statement = sa.select(Block).where(Block.id == block_id, Block.child_id == child_id)
    return db.session.scalars(statement.with_for_update(key_share=True)).one_or_none()


def blocks_of(child_id: UUID) -> Sequence[Block]:
    """All blocks there were of this child, the newest first."""
    statement = sa.select(Block).where(Block.child_id == child_id)
    return db.session.scalars(statement.order_by(Block.created_at.desc(), Block.id)).all()


def children_of_group(group_id: UUID, and_these: Sequence[UUID] = ()) -> Sequence[Child]:
    """The children that are in this group today, and these; in the order of their names."""
    here = sa.and_(Child.group_id == group_id, _is_here("", clock.today()))
    found = sa.select(Child).join(Child.person).where(sa.or_(here, Child.id.in_(and_these)))
    return db.session.scalars(found.order_by(Person.sort_name, Person.id)).all()


def groups_seen_by(account: Account) -> Sequence[Group]:
    """The groups whose children this member of staff sees: groepsleiding its own, others all."""
    groups = sa.select(Group).where(Group.ended_at.is_(None))
    if account.role == "groepsleiding":
        groups = groups.join(StaffGroup, StaffGroup.group_id == Group.id).where(StaffGroup.account_id == account.id)
    return db.session.scalars(groups.order_by(Group.name, Group.id)).all()


# Lists


@dataclass(frozen=True)
class ChildrenShown:
    """Which children a list shows: of which groups, and of what state ("", "alone" or "left")."""

    groups: Sequence[UUID] | None = None  # None: of any group, or of none
    words: str = ""
    state: str = ""


class Guardian(NamedTuple):
    name: str
    status: str  # of the account


@dataclass
class ChildRow:
    """A child as the lists of the office show it."""

    id: UUID
    person_id: UUID
    name: str
    birth_date: date
    group_name: str
    end_date: date | None
    guardians: list[Guardian] = field(default_factory=list)


def children_page(shown: ChildrenShown, today: date, last: UUID | None = None) -> tuple[list[ChildRow], UUID | None]:
    """One page of the list after this person, and the last person when there is more. At most six statements."""
    people, conditions = _narrowed(shown, today)
    statement = (
        sa.select(
            Child.id, Person.id, Person.given_name, Person.infix, Person.family_name, Person.birth_date, Group.name,
            Child.end_date,
        )
        .join(Person, Person.id == Child.person_id)
        .outerjoin(Group, Group.id == Child.group_id)
        .where(*_conditions(shown, today), *conditions)
    )  # fmt: skip
    found = db.session.execute(sorted_page(statement, Child.person_id, people, last))
    rows = [
        ChildRow(child_id, person_id, full_name(given, infix, family), born or today, group or "", end_date)
        for child_id, person_id, given, infix, family, born, group, end_date in found
    ]
    more = rows[PAGE - 1].person_id if len(rows) > PAGE else None
    _add_guardians(rows[:PAGE], today)
    return rows[:PAGE], more


def _conditions(shown: ChildrenShown, today: date) -> Iterator[sa.ColumnElement[bool]]:
    yield _is_here(shown.state, today)
    if shown.groups is not None:
        yield Child.group_id.in_(shown.groups)
    yield from has_words(Child.person_id, shown.words)


def _narrowed(shown: ChildrenShown, today: date) -> tuple[Sequence[UUID] | None, list[sa.ColumnElement[bool]]]:
    """The few that can be on the list, by the first filter that leaves few; and what is still to be asked of each."""
    alone = is_alone(today) if shown.state == "alone" else []
    if alone and (people := few(sa.select(Child.person_id).where(_is_here("", today), *alone))) is not None:
        return people, []
    people = None
    if shown.groups is not None:
        people = few(sa.select(Child.person_id).where(Child.group_id.in_(shown.groups)))
    if people is None and (words := named(shown.words)) is not None:
        people = few(words)
    if people is None and shown.state == "left":
        people = few(sa.select(Child.person_id).where(_is_here("left", today)))
    return people, alone


def _is_here(state: str, today: date) -> sa.ColumnElement[bool]:
    if state == "left":
        return Child.end_date < today
    return sa.or_(Child.end_date.is_(None), Child.end_date >= today)


NEW_FOR = timedelta(days=3)


def is_alone(today: date) -> list[sa.ColumnElement[bool]]:
    """Nobody who may see the child has come in. Who was invited these days still has some time.

    The children that this can be true of are gathered first: to ask it of each of ten thousand takes long.
    """
    seen = sa.select(Guardianship.child_id).where(*_sees(today))
    # In the order of their ids: SQLite then runs along two indexes, where "not in" first gathers all that is seen.
    unseen = sa.except_(sa.select(Child.id).where(_is_here("", today)), seen).order_by("id")
    # Not "other than active", and no join: so the index on the status is used.
    not_in = sa.select(Account.person_id).where(Account.status.in_(("invited", "blocked", "closed")))
    nobody_is_in = sa.not_(_has_parent(Guardianship.child_id, "active", today))
    waited_for = seen.where(Guardianship.person_id.in_(not_in), nobody_is_in)
    has_time = sa.and_(Child.created_at > clock.now() - NEW_FOR, _has_parent(Child.id, "invited", today))
    return [sa.or_(Child.id.in_(unseen), sa.and_(Child.id.in_(waited_for), sa.not_(has_time)))]


def named_alone(today: date) -> sa.Select[str, str, str]:
    """The names of all children of whom no parent has come in."""
    names = sa.select(Person.given_name, Person.infix, Person.family_name).select_from(Child)
    return names.join(Person, Person.id == Child.person_id).where(_is_here("", today), *is_alone(today))


def _has_parent(child_id: Any, status: str, today: date) -> sa.ColumnElement[bool]:
    link = aliased(Guardianship)
    of_child = link.child_id == child_id, Account.person_id == link.person_id
    return sa.exists().where(*of_child, *_sees(today, link), Account.status == status)


def _sees(today: date, link: Any = Guardianship) -> list[sa.ColumnElement[bool]]:
    return [link.can_see_daily.is_(True), sa.or_(link.valid_to.is_(None), link.valid_to >= today)]


def _add_guardians(rows: list[ChildRow], today: date) -> None:
    of = {row.id: row for row in rows}
    statement = (
        sa.select(Guardianship.child_id, Person.given_name, Person.infix, Person.family_name, Account.status)
        .join(Person, Person.id == Guardianship.person_id)
        .join(Account, Account.person_id == Person.id)
        .where(Guardianship.child_id.in_(list(of)), _IS_VALID)
        .order_by(Person.sort_name, Person.id)
    )
    if of:
        for child_id, given, infix, family, status in db.session.execute(statement, {"today": today}):
            of[child_id].guardians.append(Guardian(full_name(given, infix, family), status))


# Parents among the accounts


def has_address(begin: str) -> sa.ColumnElement[bool]:
    """Whether the address of this account begins like this."""
    return begins(Account.email_key, email_key(begin) or begin.strip().lower())


def is_parent() -> sa.ColumnElement[bool]:
    """Whether this account is that of a parent; who works here may be one too."""
    return sa.or_(Account.role == "", sa.exists().where(Guardianship.person_id == Account.person_id))
