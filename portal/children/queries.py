"""Children for the visitor who may see them, and what an action wants to know of a child."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal import clock
from portal.auth.models import Account, Person
from portal.auth.rules import sort_name
from portal.children.models import Block, Child, Guardianship
from portal.db import db
from portal.organisations.models import Group


class ChildLine(NamedTuple):
    """A child as the start page shows it."""

    id: UUID
    given_name: str
    full_name: str
    birth_date: date
    group_name: str | None


def children_of(person_id: UUID) -> list[ChildLine]:
    """The children this person may see today, the eldest first."""
    rows = db.session.execute(_CHILDREN_OF, {"person_id": person_id, "today": clock.today()})
    return [
        ChildLine(child_id, given, " ".join(part for part in (given, infix, family) if part), birth_date, group_name)
        for child_id, given, infix, family, birth_date, group_name in rows
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
_IS_BLOCKED = sa.exists().where(
    Block.child_id == Guardianship.child_id, Block.person_id == Guardianship.person_id, _IN_FORCE
)
_IS_VALID = sa.and_(
    sa.or_(Guardianship.valid_from.is_(None), Guardianship.valid_from <= _TODAY),
    sa.or_(Guardianship.valid_to.is_(None), Guardianship.valid_to >= _TODAY),
)
_MAY_SEE = sa.and_(
    Guardianship.person_id == sa.bindparam("person_id"),
    Guardianship.can_see_daily.is_(True),
    _IS_VALID,
    sa.or_(Child.access_until.is_(None), Child.access_until >= _TODAY),
    sa.not_(_IS_BLOCKED),
)
_CHILDREN_OF = (
    sa.select(Child.id, Person.given_name, Person.infix, Person.family_name, Person.birth_date, Group.name)
    .select_from(Guardianship)
    .join(Child, Child.id == Guardianship.child_id)
    .join(Person, Person.id == Child.person_id)
    .outerjoin(Group, Group.id == Child.group_id)
    .where(_MAY_SEE)
    .order_by(Person.birth_date, Person.given_name, Child.id)
)
_CHILD_OF = (
    sa.select(Child)
    .join(Guardianship, Guardianship.child_id == Child.id)
    .where(_MAY_SEE, Child.id == sa.bindparam("child_id"))
)


# For the office: without asking who looks


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


def who_decide(child_id: UUID, today: date) -> set[UUID]:
    """The persons who decide about this child on this day, those a court keeps away left out."""
    deciding = sa.select(Guardianship.person_id).where(
        Guardianship.child_id == child_id, Guardianship.can_decide.is_(True), _IS_VALID, sa.not_(_IS_BLOCKED)
    )
    return set(db.session.scalars(deciding, {"today": today}))


def account_of(person_id: UUID) -> Account | None:
    return db.session.scalars(sa.select(Account).where(Account.person_id == person_id)).one_or_none()


def block(child_id: UUID, block_id: UUID) -> Block | None:
    """This block of this child, and nobody else changes it until the commit."""
    statement = sa.select(Block).where(Block.id == block_id, Block.child_id == child_id)
    return db.session.scalars(statement.with_for_update(key_share=True)).one_or_none()


def blocks_of(child_id: UUID) -> Sequence[Block]:
    """All blocks there were of this child, the newest first."""
    statement = sa.select(Block).where(Block.child_id == child_id)
    return db.session.scalars(statement.order_by(Block.created_at.desc(), Block.id)).all()
