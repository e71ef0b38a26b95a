"""Children for the visitor who may see them."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.auth.models import Person
from portal.children.models import Child, Guardianship
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


_MAY_SEE = sa.and_(
    Guardianship.person_id == sa.bindparam("person_id"),
    Guardianship.can_see_daily.is_(True),
    sa.or_(Guardianship.valid_from.is_(None), Guardianship.valid_from <= sa.bindparam("today")),
    sa.or_(Guardianship.valid_to.is_(None), Guardianship.valid_to >= sa.bindparam("today")),
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
