"""Who works here, and what needs a hand today."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal.auth.models import Account, Person, StaffGroup
from portal.children.models import Child, Guardianship
from portal.db import db
from portal.factors.models import FactorReset
from portal.organisations.models import Group
from portal.outbox.models import Mail

NEVER_IN_AFTER = timedelta(days=3)
FAILED_SINCE = timedelta(days=30)
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


def never_in(now: datetime) -> Pile:
    """Parents who were mailed days ago and have not come in yet."""
    waits = sa.and_(Account.role == "", Account.status == "invited", Account.created_at <= now - NEVER_IN_AFTER)
    return _pile(sa.select(Person.given_name, Person.infix, Person.family_name).join(Account).where(waits))


def children_without_parent() -> Pile:
    """Children of whom no parent can come in."""
    has_parent = sa.exists().where(
        Guardianship.child_id == Child.id, Guardianship.can_see_daily.is_(True),
        Account.person_id == Guardianship.person_id, Account.status.in_(("invited", "active")),
    )  # fmt: skip
    return _pile(
        sa.select(Person.given_name, Person.infix, Person.family_name)
        .select_from(Child)
        .join(Person, Person.id == Child.person_id)
        .where(~has_parent)
    )


def failed_mails(now: datetime) -> Pile:
    """Mails that were refused or came too late in the last weeks, by the name of who did not get them."""
    failed = sa.and_(Mail.state.in_(("refused", "expired")), Mail.updated_at >= now - FAILED_SINCE)
    return _pile(
        sa.select(Person.given_name, Person.infix, Person.family_name)
        .select_from(Mail)
        .join(Account, Account.id == Mail.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(failed)
    )


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


def _pile(names: sa.Select[str, str, str]) -> Pile:
    """Counted and named in one look: the count of all stands beside each of the first."""
    counted = (
        names.add_columns(sa.func.count().over())
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(SHOWN)
    )
    rows = db.session.execute(counted).all()
    return Pile(rows[0][3] if rows else 0, [" ".join(part for part in row[:3] if part) for row in rows])
