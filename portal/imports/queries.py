"""Everything an import compares a file with: all of the organisation at once, as values. And what imports left."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from portal import clock
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.children.rules import ChildKey, child_key, folded
from portal.db import db, scope
from portal.imports.models import PastImport
from portal.imports.rules import GEZAG
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


def ended_groups() -> set[UUID]:
    return set(db.session.scalars(sa.select(Group.id).where(Group.ended_at.is_not(None))))


def first_location() -> UUID | None:
    wanted = sa.select(Location.id).where(Location.ended_at.is_(None)).order_by(Location.created_at, Location.id)
    return db.session.execute(wanted.limit(1)).scalar()


def last_bulk_mail() -> datetime | None:
    """When the last mail of an earlier import goes out, while that waits."""
    return db.session.execute(
        sa.select(Mail.due_at)
        .where(Mail.state == "new", Mail.tries == 0, Mail.priority == BULK)
        .order_by(Mail.due_at.desc())
        .limit(1)
    ).scalar()


def next_bulk_mail(per_minute: int) -> datetime:
    """When one more mail may go out at this pace, which the relay can bear: after what waits of an earlier import."""
    before, now = last_bulk_mail(), clock.now()
    return max(now, before + timedelta(minutes=1) / per_minute) if before else now


# Earlier imports

# How each kind of file tells what became of it. A subject with files of its own adds it here.
RESULTS = {"parents": "imports/result.html"}


def past_import(import_id: UUID) -> PastImport | None:
    return db.session.scalars(sa.select(PastImport).where(PastImport.id == import_id)).one_or_none()


def past_imports(most: int, kind: str = "parents") -> Sequence[sa.Row[PastImport, Person | None]]:
    """The newest imports, and who did them (None: the command)."""
    return db.session.execute(
        sa.select(PastImport, Person)
        .outerjoin(Account, Account.id == PastImport.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(PastImport.kind == kind)
        .order_by(PastImport.created_at.desc(), PastImport.id)
        .limit(most)
    ).all()


def doubtful_imports() -> Sequence[PastImport]:
    """Imports whose doubts nobody has looked at, the newest first: something that needs a hand today."""
    return db.session.scalars(
        sa.select(PastImport)
        .where(PastImport.doubt_count > 0, PastImport.settled_at.is_(None))
        .order_by(PastImport.created_at.desc(), PastImport.id)
    ).all()


# The same file back


def rows_to_export(hidden: Collection[UUID] = ()) -> list[tuple[str, ...]]:
    """A row for each parent of each child, as in a file that is imported. Who sees the child no more is left out.

    Hidden persons keep their address from who asks (children.queries.shielded_from).
    """
    parent, child = orm.aliased(Person), orm.aliased(Person)
    rows = db.session.execute(
        sa.select(
            Account.email, parent.given_name, parent.infix, parent.family_name, parent.phone,
            child.given_name, child.infix, child.family_name, child.birth_date, Group.name, Guardianship.role,
        )
        .select_from(Guardianship)
        .join(parent, parent.id == Guardianship.person_id)
        .join(Account, Account.person_id == parent.id)
        .join(Child, Child.id == Guardianship.child_id)
        .join(child, child.id == Child.person_id)
        .outerjoin(Group, Group.id == Child.group_id)
        .where(Account.status != "closed", child.birth_date.is_not(None), *_of_today())
        .where(*([parent.id.not_in(hidden)] if hidden else []))
        .order_by(child.family_name, child.given_name, Child.id, parent.family_name, parent.given_name, parent.id)
    )  # fmt: skip
    gezag = {role: word for word, role in reversed(GEZAG.items())}
    return [
        (*row[:6], " ".join(part for part in row[6:8] if part), str(row[8]), row[9] or "", gezag[row[10]])
        for row in rows
    ]


def parents_without_child() -> int:
    """How many parents stand in no row of the export."""
    with_child = sa.select(Guardianship.person_id).join(Child, Child.id == Guardianship.child_id).where(*_of_today())
    without = sa.select(sa.func.count()).select_from(Account).where(Account.person_id.not_in(with_child))
    return db.session.scalar(without.where(Account.role == "", Account.status != "closed")) or 0


def _of_today() -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Guardianships that have not ended, of children whose parents still see them."""
    ends = Guardianship.valid_to, Child.access_until
    first, second = (sa.or_(end.is_(None), end >= clock.today()) for end in ends)
    return first, second
