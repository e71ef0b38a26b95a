"""Everything an import compares a file with: all of the organisation at once, as values."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.children.rules import ChildKey, child_key, folded
from portal.db import db, scope
from portal.organisations.models import Group, Location, Organisation
from portal.outbox.models import BULK, Mail


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
