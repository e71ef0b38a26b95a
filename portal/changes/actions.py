"""Verbs about where people live and what is to be known of a child: asking, deciding, and the office's own changes."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock, keys
from portal.audit.actions import lock_in_postgresql, record
from portal.auth.models import Account
from portal.changes import mails, queries, rules
from portal.changes.models import BankAccount, ChildCare, DataChange, EmergencyContact, HomeAddress
from portal.children.actions import leave_to_colleague
from portal.children.models import Child
from portal.children.queries import account_of, who_decide
from portal.db import changed, db, scope
from portal.errors import Refused
from portal.own.queries import held_account
from portal.own.rules import STOP_LIVES
from portal.text import _
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit

ASKED = Limit("changes asked", 30, timedelta(days=1))
IBANS = Limit("ibans asked", 5, timedelta(days=1))
IBAN = "iban"  # what its key is for


# A parent asks


def ask_address(account: Account, address: Mapping[str, str], effective_on: date) -> bool:
    """Another address from this day on, once the office agrees; whether this replaces one that still waited."""
    old = queries.values_now("address", account.person_id, None)
    if old == address and not queries.homes_after(account.person_id, clock.today()):
        raise Refused(_("Dit is al uw woonadres."))
    return _ask(account, "address", None, old, dict(address), effective_on)


def ask_care(account: Account, child: Child, care: Mapping[str, str]) -> bool:
    """The same for what is to be known of a child. Only what differs is asked: the rest is left as it is."""
    now = queries.care_of(child.id)
    names = rules.different(now, care)
    if not names:
        raise Refused(_("U heeft niets gewijzigd."))
    old, new = ({name: values[name] for name in names} for values in (now, care))
    return _ask(account, "care", child, old, new)


def ask_contacts(account: Account, child: Child, contacts: Sequence[Mapping[str, str]]) -> bool:
    """The same for the people this parent names; those of the other parent stay as they are."""
    old, new = rules.kept(queries.contacts_by(child.id, account.person_id)), rules.kept(contacts)
    if old == new:
        raise Refused(_("U heeft niets gewijzigd."))
    return _ask(account, "contacts", child, old, new)


def _ask(
    account: Account, kind: str, child: Child | None, old: dict[str, Any], new: dict[str, Any], day: date | None = None
) -> bool:
    held_account(account.id)  # of two at once the second finds what the first asked
    child_id = child.id if child else None
    before = queries.change_waiting(kind, account.person_id, child_id)
    if before is not None and (before.new, before.effective_on) == (new, day):
        return False  # a second press of the button
    if throttle.count([(ASKED, f"{scope().hex} {account.id.hex}")]).refused:
        raise Refused(_("Dit ging vandaag al te vaak. Probeer het morgen nog een keer, of bel ons."))
    if before is not None:
        before.state = "replaced"
    asked = DataChange(
        organisation_id=scope(), kind=kind, person_id=account.person_id, child_id=child_id, old=old, new=new,
        effective_on=day, state="waiting",
    )  # fmt: skip
    db.session.add(asked)
    record("change_asked", account.id, by=account.id, child_id=child_id, detail=kind)
    db.session.flush()
    return before is not None


def withdraw(change: DataChange, by: Account) -> None:
    """The parent wants it no more. Raises Refused when the office was first."""
    _settle(change, "withdrawn")
    record("change_withdrawn", by.id, by=by.id, child_id=change.child_id, detail=change.kind)
    db.session.flush()


# The number of a bank account


def ask_iban(account: Account, typed: str) -> BankAccount:
    """Another number in 48 hours, told by mail to every address of this parent; one that waited is over. May refuse."""
    held_account(account.id)
    now, iban = clock.now(), rules.iban_of(typed)
    if not iban:
        raise Refused(_("Dit is geen IBAN. Kijk op uw bankpas. Een IBAN ziet er zo uit: NL91 ABNA 0417 1643 00."))
    waiting, current = queries.bank_waiting(account.person_id, now), queries.bank_at(account.person_id, now)
    if waiting and plain_iban(waiting) == iban:
        return waiting  # a second press of the button
    if current and plain_iban(current) == iban:
        raise Refused(_("Dit is al uw rekeningnummer."))
    if throttle.count([(IBANS, f"{scope().hex} {account.id.hex}")]).refused:
        raise Refused(_("Dit ging vandaag al te vaak. Probeer het morgen nog een keer, of bel ons."))
    if waiting:
        waiting.stopped_at = now
    bank = BankAccount(
        id=uuid4(), organisation_id=scope(), person_id=account.person_id, iban=keys.encrypt(IBAN, iban),
        masked=rules.masked(iban), effective_at=now + rules.IBAN_WAITS,
    )  # fmt: skip
    db.session.add(bank)
    record("iban_asked", account.id, by=account.id)
    mails.iban_asked(account.id, bank.id)
    for change in queries.addresses_before(account.id, now - STOP_LIVES):
        mails.iban_asked(account.id, bank.id, change.id)
    db.session.flush()
    return bank


def stop_iban(bank: BankAccount, by: UUID | None = None) -> None:
    """The number that waits will not hold. Raises Refused when it holds already."""
    if bank.stopped_at is None and bank.effective_at <= clock.now():
        raise Refused(_("Dit rekeningnummer geldt al. Wijzig het opnieuw, of bel ons."))
    if bank.stopped_at is None:
        bank.stopped_at = clock.now()
        account = account_of(bank.person_id)
        record("iban_stopped", account.id if account else None, by=by)
        db.session.flush()


def plain_iban(bank: BankAccount) -> str:
    """The number itself; "" when no secret key of now fits it."""
    try:
        return keys.decrypt(IBAN, bank.iban)
    except ValueError:
        return ""


# The office decides


def approve(change: DataChange, by: Account) -> None:
    """From now on (or from its day on) it is as the parent asked. Raises Refused."""
    account = _account_of(change, by)
    if change.child_id and change.person_id not in who_decide(change.child_id, clock.today()):
        raise Refused(_("Deze ouder beslist niet meer mee over dit kind. Zeg nee, en schrijf op waarom."))
    _settle(change, "approved", by)
    if change.child_id is None:
        _live_at(change.person_id, change.new, change.effective_on or clock.today())
    elif change.kind == "care":
        _care_for(change.child_id, change.new)
    else:
        _name_contacts(change.child_id, change.person_id, change.new["contacts"])
    _decided("change_approved", change, account, by)


def refuse(change: DataChange, reason: str, by: Account) -> None:
    """It stays as it is; the parent reads why. Raises Refused."""
    account = _account_of(change, by)
    _settle(change, "refused", by)
    change.reason = reason
    _decided("change_refused", change, account, by)


def _account_of(change: DataChange, by: Account) -> Account:
    account = account_of(change.person_id)
    if account is None:
        raise LookupError(f"Nobody comes in as person {change.person_id}.")
    leave_to_colleague(account, by)
    return account


def _settle(change: DataChange, state: str, by: Account | None = None) -> None:
    if change.state != "waiting":
        raise Refused(_("Over deze wijziging is al beslist, of de ouder trok haar in."))
    change.state, change.decided_at, change.decided_by = state, clock.now(), by.id if by else None


def _decided(action: str, change: DataChange, account: Account, by: Account) -> None:
    record(action, account.id, by=by.id, child_id=change.child_id, detail=change.kind)
    if change.kind == "care" and change.state == "approved":
        record("care_changed", None, by=by.id, child_id=change.child_id, detail=", ".join(change.new))
    if account.is_open:
        mails.decided(account.id)
    db.session.flush()


# The office changes something by itself


def change_address(account: Account, address: Mapping[str, str], day: date, by: Account) -> None:
    """This parent lives there from this day on. Raises Refused."""
    leave_to_colleague(account, by)
    _live_at(account.person_id, address, day)
    record("home_changed", account.id, by=by.id)
    db.session.flush()


def change_care(child: Child, care: Mapping[str, str], by: Account) -> None:
    """From now on this is known of the child."""
    names = rules.different(queries.care_of(child.id), care)
    if names:
        _care_for(child.id, care)
        record("care_changed", None, by=by.id, child_id=child.id, detail=", ".join(names))
        db.session.flush()


def change_contacts(child: Child, person_id: UUID, contacts: Sequence[Mapping[str, str]], by: Account) -> None:
    """From now on this parent names these people. Raises Refused."""
    account = account_of(person_id)
    if account is not None:
        leave_to_colleague(account, by)
    _name_contacts(child.id, person_id, contacts)
    record("contacts_changed", account.id if account else None, by=by.id, child_id=child.id)
    db.session.flush()


def _live_at(person_id: UUID, address: Mapping[str, str], day: date) -> None:
    home = queries.home_from(person_id, day)
    if home is None:
        home = HomeAddress(organisation_id=scope(), person_id=person_id, valid_from=day)
        db.session.add(home)
    for name in rules.ADDRESS:
        setattr(home, name, address[name])
    db.session.flush()


def _care_for(child_id: UUID, care: Mapping[str, str]) -> None:
    row = queries.care_row(child_id)
    if row is None:
        row = ChildCare(organisation_id=scope(), child_id=child_id, **dict.fromkeys(rules.CARE, ""))
        db.session.add(row)
    for name, value in care.items():
        setattr(row, name, value)
    db.session.flush()


def _name_contacts(child_id: UUID, person_id: UUID, contacts: Sequence[Mapping[str, str]]) -> None:
    mine = EmergencyContact.child_id == child_id, EmergencyContact.person_id == person_id
    changed(sa.delete(EmergencyContact).where(*mine))
    same = {"organisation_id": scope(), "child_id": child_id, "person_id": person_id}
    db.session.add_all(
        EmergencyContact(**same, position=position, **{name: each[name] for name in rules.CONTACT})
        for position, each in enumerate(contacts)
    )
    db.session.flush()


# Telling the office


def tell_office() -> int:
    """Once a day, in the morning, a mail to who decides when something waits; to how many."""
    now = clock.now()
    if not rules.is_morning(now) or not queries.number_waiting():
        return 0
    lock_in_postgresql(f"changes {scope().hex}")
    if queries.was_told(mails.WAITING, clock.midnight(clock.today())):
        return 0
    people = queries.deciders()
    for account in people:
        mails.waiting(account.id)
    db.session.flush()
    return len(people)


# What is over (portal.retention)


def forget_care(child_id: UUID) -> int:
    return changed(sa.delete(ChildCare).where(ChildCare.child_id == child_id))


def forget_contacts(child_id: UUID) -> int:
    return changed(sa.delete(EmergencyContact).where(EmergencyContact.child_id == child_id))


def forget_changes(child_id: UUID) -> int:
    """What parents asked to change of this child, with what stood there before."""
    return changed(sa.delete(DataChange).where(DataChange.child_id == child_id))
