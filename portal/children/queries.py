"""Children for the visitor who may see them, and everything an import compares a file with."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.children.rules import ChildKey, child_key, folded
from portal.db import db, scope
from portal.organisations.models import Group, Location, Organisation
from portal.outbox.models import BULK, Mail


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


# For an import: all of the organisation at once, as values


class KnownParent(NamedTuple):
    account_id: UUID
    person_id: UUID
    email: str
    status: str
    given_name: str
    infix: str
    family_name: str
    phone: str


class KnownChild(NamedTuple):
    id: UUID
    group_id: UUID | None


class KnownGuardianship(NamedTuple):
    role: str
    valid_to: date | None


def wait_for_other_import() -> None:
    """One import at a time. FOR NO KEY UPDATE on PostgreSQL: nobody who logs in waits. SQLite has one writer anyway."""
    db.session.execute(sa.select(Organisation.id).where(Organisation.id == scope()).with_for_update(key_share=True))


def known_parents() -> dict[str, KnownParent]:
    """Everyone with an account, by `email_key`."""
    rows = db.session.execute(
        sa.select(
            Account.email_key, Account.id, Person.id, Account.email, Account.status,
            Person.given_name, Person.infix, Person.family_name, Person.phone,
        ).join(Person, Person.id == Account.person_id)
    )  # fmt: skip
    return {row[0]: KnownParent(*row[1:]) for row in rows}


def known_children() -> dict[ChildKey, KnownChild]:
    rows = db.session.execute(
        sa.select(Child.id, Child.group_id, Person.given_name, Person.infix, Person.family_name, Person.birth_date)
        .join(Person, Person.id == Child.person_id)
        .order_by(Child.created_at.desc(), Child.id)
    )
    return {
        child_key(given, f"{infix} {family}", birth_date): KnownChild(child_id, group_id)
        for child_id, group_id, given, infix, family, birth_date in rows
        if birth_date
    }


def known_guardianships() -> dict[tuple[UUID, UUID], KnownGuardianship]:
    """By child and person."""
    rows = db.session.execute(
        sa.select(Guardianship.child_id, Guardianship.person_id, Guardianship.role, Guardianship.valid_to)
    )
    return {(child_id, person_id): KnownGuardianship(role, valid_to) for child_id, person_id, role, valid_to in rows}


def known_groups() -> dict[str, UUID]:
    """By folded name."""
    rows = db.session.execute(sa.select(Group.name, Group.id).order_by(Group.created_at.desc(), Group.id))
    return {folded(name): group_id for name, group_id in rows}


def first_location() -> UUID | None:
    return db.session.execute(sa.select(Location.id).order_by(Location.created_at, Location.id).limit(1)).scalar()


def last_bulk_mail() -> datetime | None:
    """When the last mail of an earlier import goes out, while that waits."""
    return db.session.execute(
        sa.select(Mail.due_at)
        .where(Mail.state == "new", Mail.tries == 0, Mail.priority == BULK)
        .order_by(Mail.due_at.desc())
        .limit(1)
    ).scalar()
