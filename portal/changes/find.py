"""From an id in the URL to a change, or to a child about which this visitor decides."""

from uuid import UUID

from flask import abort, g
from flask_login import current_user

from portal import clock, keys
from portal.auth.find import as_id
from portal.auth.rules import read_link
from portal.changes import queries
from portal.changes.models import BankAccount, DataChange
from portal.changes.rules import IBAN_WAITS, STOPS_IBAN
from portal.children.find import find_child, find_child_here, find_guardianship, shielded
from portal.children.models import Child, Guardianship
from portal.children.queries import who_decide


def find_own_change(change_id: UUID) -> DataChange:
    """One that this visitor asked, or 404."""
    change = queries.change(change_id)
    if change is None or change.person_id != current_user.account.person_id:
        abort(404)
    return change


def find_own_bank(bank_id: UUID) -> BankAccount:
    """A number that this visitor asked, or 404."""
    bank = queries.bank(bank_id)
    if bank is None or bank.person_id != current_user.account.person_id:
        abort(404)
    return bank


def find_bank_to_stop(token: str) -> BankAccount | None:
    """From the link in a mail to the number that waits; None when it is no such link, or nothing waits any more."""
    most = int(IBAN_WAITS.total_seconds())
    said = read_link(keys.keys(STOPS_IBAN), STOPS_IBAN, token, most, clock.now())
    if said is None or said.late or said.organisation_id != g.organisation.id:
        return None
    bank_id = as_id(said.secret)
    bank = queries.bank(bank_id) if bank_id else None
    waits = bank is not None and bank.stopped_at is None and bank.effective_at > clock.now()
    return bank if waits else None


def decides(child: Child) -> bool:
    return current_user.account.person_id in who_decide(child.id, clock.today())


def find_deciding(child_id: UUID) -> Child:
    """A child about which this visitor decides today, or 404."""
    child = find_child(child_id)
    if not decides(child):
        abort(404)
    return child


# The office


def find_change(change_id: UUID) -> DataChange:
    """One at the office, or 404: also when it is of somebody who is shielded from this colleague."""
    change = queries.change(change_id)
    if change is None or change.person_id in shielded():
        abort(404)
    return change


def find_naming(child_id: UUID, person_id: UUID) -> tuple[Child, Guardianship]:
    """A guardian of a child here whose contacts this colleague may see, or 404."""
    child = find_child_here(child_id)
    if person_id in shielded():
        abort(404)
    return child, find_guardianship(child, person_id)
