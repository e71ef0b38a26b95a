"""Changes of address, and what parents say is wrong."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal.auth.models import Account
from portal.children.models import Child
from portal.db import db
from portal.own.models import AddressChange, Correction

# What subjects above this one show on "mijn gegevens": each gives a template and what that needs.
PANELS: list[Callable[[Account], tuple[str, dict[str, Any]]]] = []


def change(change_id: UUID) -> AddressChange | None:
    return db.session.scalars(sa.select(AddressChange).where(AddressChange.id == change_id)).one_or_none()


def held_account(account_id: UUID) -> Account:
    """This account, and nobody else changes it until the commit."""
    statement = sa.select(Account).where(Account.id == account_id).with_for_update(of=Account, key_share=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def waiting_change(account: Account, since: datetime) -> AddressChange | None:
    """The change of address that waits for a click in a mail, when that still works."""
    statement = sa.select(AddressChange).where(
        AddressChange.account_id == account.id, AddressChange.confirmed_at.is_(None), AddressChange.ended_at.is_(None),
        AddressChange.email_version == account.email_version, AddressChange.created_at > since,
    )  # fmt: skip
    return db.session.scalars(statement.order_by(AddressChange.created_at.desc()).limit(1)).one_or_none()


def open_corrections() -> Sequence[Correction]:
    """What the office still has to see to, the oldest first."""
    waits = sa.select(Correction).where(Correction.settled_at.is_(None))
    return db.session.scalars(waits.order_by(Correction.created_at, Correction.id).limit(100)).all()


def number_of_corrections() -> int:
    waits = sa.select(sa.func.count(Correction.id)).where(Correction.settled_at.is_(None))
    return int(db.session.execute(waits).scalar() or 0)


def own_corrections(account_id: UUID) -> Sequence[Correction]:
    """What this parent said and nobody has seen to yet."""
    waits = sa.select(Correction).where(Correction.account_id == account_id, Correction.settled_at.is_(None))
    return db.session.scalars(waits.order_by(Correction.created_at, Correction.id)).all()


def correction(correction_id: UUID) -> Correction | None:
    """This one, and nobody else settles it until the commit."""
    statement = sa.select(Correction).where(Correction.id == correction_id)
    return db.session.scalars(statement.with_for_update(of=Correction, key_share=True)).one_or_none()


def names_of(children: Sequence[UUID | None]) -> dict[UUID, str]:
    found = db.session.scalars(sa.select(Child).where(Child.id.in_([id_ for id_ in children if id_])))
    return {child.id: child.person.full_name for child in found}
