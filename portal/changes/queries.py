"""What holds now of a person or a child, and the changes that were asked."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.auth.models import Account
from portal.changes import rules
from portal.changes.models import BankAccount, ChildCare, DataChange, EmergencyContact, HomeAddress
from portal.children.models import Child, Guardianship
from portal.children.queries import guardianship, guardianships_of, shielded_from
from portal.db import db
from portal.outbox.models import Mail
from portal.own.models import AddressChange
from portal.roles import MAY

# What holds


def home_on(person_id: UUID, day: date) -> HomeAddress | None:
    """Where this person lives on this day, as far as we know."""
    found = sa.select(HomeAddress).where(HomeAddress.person_id == person_id, HomeAddress.valid_from <= day)
    return db.session.scalars(found.order_by(HomeAddress.valid_from.desc()).limit(1)).one_or_none()


def home_from(person_id: UUID, day: date) -> HomeAddress | None:
    """The address that begins on this very day."""
    found = sa.select(HomeAddress).where(HomeAddress.person_id == person_id, HomeAddress.valid_from == day)
    return db.session.scalars(found).one_or_none()


def homes_after(person_id: UUID, day: date) -> Sequence[HomeAddress]:
    """Where this person moves to later."""
    found = sa.select(HomeAddress).where(HomeAddress.person_id == person_id, HomeAddress.valid_from > day)
    return db.session.scalars(found.order_by(HomeAddress.valid_from)).all()


def address_of(home: HomeAddress | None) -> dict[str, str]:
    return {name: getattr(home, name) for name in rules.ADDRESS} if home else {}


def care_row(child_id: UUID) -> ChildCare | None:
    return db.session.scalars(sa.select(ChildCare).where(ChildCare.child_id == child_id)).one_or_none()


def care_of(child_id: UUID) -> dict[str, str]:
    row = care_row(child_id)
    return {name: getattr(row, name) if row else "" for name in rules.CARE}


def contacts_of(child_id: UUID, hidden: Collection[UUID] = ()) -> Sequence[EmergencyContact]:
    """Who can be called for this child, as its guardians of today say; those of hidden persons left out (B5)."""
    names = sa.exists().where(
        Guardianship.child_id == child_id, Guardianship.person_id == EmergencyContact.person_id,
        sa.or_(Guardianship.valid_to.is_(None), Guardianship.valid_to >= clock.today()),
    )  # fmt: skip
    found = sa.select(EmergencyContact).where(EmergencyContact.child_id == child_id, names)
    found = found.where(EmergencyContact.person_id.not_in(hidden)) if hidden else found
    return db.session.scalars(found.order_by(EmergencyContact.person_id, EmergencyContact.position)).all()


def contacts_for(person_id: UUID, child_id: UUID) -> Sequence[EmergencyContact]:
    """Those that this guardian may know of (domain.md, B3 and B5)."""
    link = guardianship(child_id, person_id)
    if link is None or not rules.sees_contacts(link.role):
        return []
    return contacts_of(child_id, shielded_from(person_id))


def contacts_by(child_id: UUID, person_id: UUID) -> list[dict[str, str]]:
    """Those that this parent named."""
    of = EmergencyContact.child_id == child_id, EmergencyContact.person_id == person_id
    found = db.session.scalars(sa.select(EmergencyContact).where(*of).order_by(EmergencyContact.position))
    return [{name: getattr(each, name) for name in rules.CONTACT} for each in found]


def values_now(kind: str, person_id: UUID, child_id: UUID | None) -> dict[str, Any]:
    """What stands there now of what a change of this kind is about."""
    if child_id is None:
        return address_of(home_on(person_id, clock.today()))
    return care_of(child_id) if kind == "care" else rules.kept(contacts_by(child_id, person_id))


# The bank account


def bank_at(person_id: UUID, moment: datetime) -> BankAccount | None:
    """The number that holds at this moment."""
    found = sa.select(BankAccount).where(
        BankAccount.person_id == person_id, BankAccount.effective_at <= moment, BankAccount.stopped_at.is_(None)
    )
    return db.session.scalars(found.order_by(BankAccount.effective_at.desc()).limit(1)).one_or_none()


def bank_waiting(person_id: UUID, moment: datetime) -> BankAccount | None:
    """The number that will hold, and can still be stopped."""
    found = sa.select(BankAccount).where(
        BankAccount.person_id == person_id, BankAccount.effective_at > moment, BankAccount.stopped_at.is_(None)
    )
    return db.session.scalars(found.order_by(BankAccount.effective_at.desc()).limit(1)).one_or_none()


def bank(bank_id: UUID) -> BankAccount | None:
    """This one, and nobody else stops it until the commit."""
    found = sa.select(BankAccount).where(BankAccount.id == bank_id).with_for_update(key_share=True)
    return db.session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def addresses_before(account_id: UUID, since: datetime) -> Sequence[AddressChange]:
    """The changes of e-mail address since then: who took an account over changes that first."""
    found = sa.select(AddressChange).where(
        AddressChange.account_id == account_id, AddressChange.confirmed_at >= since, AddressChange.ended_at.is_(None)
    )
    return db.session.scalars(found.order_by(AddressChange.confirmed_at)).all()


# What was asked


def change(change_id: UUID) -> DataChange | None:
    """This change, and nobody else decides about it until the commit."""
    found = sa.select(DataChange).where(DataChange.id == change_id)
    found = found.with_for_update(of=DataChange, key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(found).one_or_none()


def change_waiting(kind: str, person_id: UUID, child_id: UUID | None) -> DataChange | None:
    about = DataChange.kind == kind, DataChange.person_id == person_id, DataChange.child_id == child_id
    found = sa.select(DataChange).where(*about, DataChange.state == "waiting")
    return db.session.scalars(found.order_by(DataChange.created_at.desc()).limit(1)).one_or_none()


SHOWN = 20


def changes_by(person_id: UUID) -> Sequence[DataChange]:
    """What this parent asked, the newest first."""
    found = sa.select(DataChange).where(DataChange.person_id == person_id)
    return db.session.scalars(found.order_by(DataChange.created_at.desc(), DataChange.id).limit(SHOWN)).all()


def changes_waiting(hidden: Collection[UUID] = ()) -> Sequence[DataChange]:
    """What the office decides about, the oldest first."""
    found = sa.select(DataChange).where(*_waits(hidden))
    return db.session.scalars(found.order_by(DataChange.created_at, DataChange.id).limit(100)).all()


def number_waiting(hidden: Collection[UUID] = ()) -> int:
    return int(db.session.scalar(sa.select(sa.func.count(DataChange.id)).where(*_waits(hidden))) or 0)


def _waits(hidden: Collection[UUID]) -> list[sa.ColumnElement[bool]]:
    others = [DataChange.person_id.not_in(hidden)] if hidden else []
    return [DataChange.state == "waiting", *others]


def is_care_waiting(child_id: UUID) -> bool:
    waits = sa.exists().where(DataChange.child_id == child_id, DataChange.state == "waiting")
    return db.session.scalar(sa.select(waits)) is True


# Who is told


def deciders() -> Sequence[Account]:
    """Who of the office decides about changes."""
    roles = sorted(MAY["changes.decide"])
    found = sa.select(Account).where(Account.role.in_(roles), Account.status.in_(("invited", "active")))
    return db.session.scalars(found.order_by(Account.id)).all()


def was_told(kind: str, since: datetime) -> bool:
    told = sa.exists().where(Mail.kind == kind, Mail.created_at >= since)
    return db.session.scalar(sa.select(told)) is True


# What other pages show of it


def panel_of_child(child: Child) -> tuple[str, dict[str, Any]]:
    """On the page of a child at the office: who sees it needs it when something is wrong."""
    guardians = {link.person_id: link.person for link in guardianships_of(child.id)}
    return "changes/_child.html", {
        "care": care_of(child.id), "contacts": contacts_of(child.id), "guardians": guardians, "labels": rules.CARE,
        "is_waiting": is_care_waiting(child.id),
    }  # fmt: skip


def panel_of_parent(account: Account) -> tuple[str, dict[str, Any]]:
    return "changes/_parent.html", {**_homes_of(account), **_banks_of(account)}


def panel_of_own(account: Account) -> tuple[str, dict[str, Any]]:
    """On "mijn gegevens"."""
    return "changes/_own.html", {
        **_homes_of(account), **_banks_of(account), "changes": changes_by(account.person_id),
        "states": rules.STATE_NAMES, "kinds": rules.KIND_NAMES, "compared": rules.compared,
    }  # fmt: skip


def _homes_of(account: Account) -> dict[str, Any]:
    today = clock.today()
    return {
        "home": rules.address_line(address_of(home_on(account.person_id, today))),
        "later": [
            (home.valid_from, rules.address_line(address_of(home))) for home in homes_after(account.person_id, today)
        ],
    }


def _banks_of(account: Account) -> dict[str, Any]:
    now = clock.now()
    return {"bank": bank_at(account.person_id, now), "next_bank": bank_waiting(account.person_id, now)}
