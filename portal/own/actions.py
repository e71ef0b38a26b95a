"""Verbs of a parent about the own account: another address, stopping that, and saying what is wrong."""

from datetime import timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth import actions as auth
from portal.auth import mails as auth_mails
from portal.auth.models import Account, Session
from portal.auth.queries import account_with
from portal.auth.rules import email_key
from portal.children.rules import is_address
from portal.db import changed, db, scope
from portal.errors import Refused
from portal.outbox.actions import cancel
from portal.own import mails, queries, rules
from portal.own.models import AddressChange, Correction
from portal.parents import mails as parents_mails
from portal.parents.actions import SECRETS
from portal.text import _
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit, masked

DAY = timedelta(days=1)
ASKED = Limit("address changes", 5, DAY)
ASKED_FOR = Limit("address wanted", 3, DAY)  # mails to one address that nobody here has proved to read
CORRECTIONS = Limit("corrections", 10, DAY)
SAME_WORDS = timedelta(minutes=10)  # so long the same words again are a second press of the button


def ask_address(account: Account, email: str, address: str) -> None:
    """A mail with a link to the new address, and one to the old that tells of it. Nothing changes yet (E1, E2).

    Whether somebody here has the new address is not looked up (E5). An earlier change that still waited is over (E3).
    """
    email = email.strip()
    key = email_key(email)
    if not key or not is_address(email):
        raise Refused(_("Dit is geen e-mailadres. Er hoort een @ in."))
    if key == account.email_key:
        raise Refused(_("Dit is al uw e-mailadres."))
    here = scope().hex
    if throttle.count([(ASKED, f"{here} {account.id.hex}"), (ASKED_FOR, f"{here} {key}")]).refused:
        raise Refused(_("Dit ging vandaag al te vaak. Probeer het morgen nog een keer, of bel ons."))
    _end_waiting(account.id)
    change = AddressChange(
        id=uuid4(), organisation_id=scope(), account_id=account.id, email=email, email_key=key,
        old_email=account.email, old_key=account.email_key, email_version=account.email_version,
    )  # fmt: skip
    db.session.add(change)
    record("address_asked", account.id, by=account.id, address=masked(address))
    mails.confirm_address(account.id, change.id)
    mails.address_asked(account.id, change.id)
    db.session.flush()


def confirm_address(change: AddressChange, session: Session, address: str) -> bool:
    """From now on this parent logs in with the new address; False when somebody else has it by now.

    Other devices are out, and links and temporary passwords that were sent are dead (E6). Raises Refused when the
    change is over: of two at once one wins.
    """
    account = queries.held_account(change.account_id)
    mine = sa.update(AddressChange).where(
        AddressChange.id == change.id, AddressChange.confirmed_at.is_(None), AddressChange.ended_at.is_(None)
    )
    is_same = account.email_version == change.email_version and account.is_open
    if not is_same or changed(mine, confirmed_at=clock.now()) != 1:
        raise Refused(_("Deze link werkt niet meer."))
    db.session.refresh(change)
    if account_with(change.email_key) is not None:
        change.confirmed_at, change.ended_at = None, clock.now()
        record("address_taken", account.id, by=account.id, result="refused", address=masked(address))
        db.session.flush()
        return False
    _move(account, change.email, change.email_key)
    auth.end_sessions(account.id, "address", but=session.id)
    _shut(account)
    record("address_changed", account.id, by=account.id, address=masked(address))
    mails.address_moved(account.id, change.id)
    parents_mails.address_new(account.id)
    db.session.flush()
    return True


def stop_address(change: AddressChange, address: str) -> None:
    """ "Dit was ik niet": the old address is (again) the one that counts. Whoever asked knew the password, so that goes
    too, and a link to choose another is mailed to the old address. Raises Refused when there is nothing to stop.
    """
    account = queries.held_account(change.account_id)
    db.session.refresh(change)
    was_confirmed = change.confirmed_at is not None
    if not rules.may_stop(change.confirmed_at, change.ended_at, change.email_version, account.email_version):
        raise Refused(_("Deze link werkt niet meer."))
    if was_confirmed and account_with(change.old_key) is not None:
        raise Refused(_("Het oude adres is nu van iemand anders. Bel ons."))
    change.ended_at = clock.now()
    if was_confirmed:
        _move(account, change.old_email, change.old_key)
    else:
        _end_waiting(account.id)
    account.password_hash, account.password_version = None, account.password_version + 1
    account.status = "invited" if account.status == "active" else account.status
    auth.end_sessions(account.id, "not me")
    _shut(account)
    action = "address_restored" if was_confirmed else "address_stopped"
    record(action, account.id, address=masked(address))
    db.session.flush()
    auth_mails.forgot_password(account.email_key, asked_from=masked(address))


def _move(account: Account, email: str, key: str) -> None:
    account.email, account.email_key, account.email_version = email, key, account.email_version + 1
    account.mail_arrives()
    db.session.flush()


def _shut(account: Account) -> None:
    """Links and temporary passwords that were sent before let nobody in any more, nor do mails that wait."""
    auth.end_links(account)
    auth.end_temporary_passwords(account.id)
    cancel(account.id, SECRETS)


def _end_waiting(account_id: UUID) -> None:
    waiting = sa.update(AddressChange).where(
        AddressChange.account_id == account_id, AddressChange.confirmed_at.is_(None), AddressChange.ended_at.is_(None)
    )
    changed(waiting, ended_at=clock.now())


# Another phone number


def change_phone(account: Account, phone: str) -> None:
    """From now on the office calls this number; empty is none."""
    person = queries.held_account(account.id).person
    if person.phone != phone:
        person.phone = phone
        record("phone_changed", account.id, by=account.id)
        db.session.flush()


# What is wrong


def ask_correction(account: Account, child_id: UUID | None, words: str) -> None:
    """The office is told that something is wrong. The same words again within minutes are told once."""
    words = words.strip()
    for known in queries.own_corrections(account.id):
        if (known.child_id, known.words) == (child_id, words) and known.created_at > clock.now() - SAME_WORDS:
            return
    if throttle.count([(CORRECTIONS, f"{scope().hex} {account.id.hex}")]).refused:
        raise Refused(_("U heeft ons vandaag al vaak geschreven. Bel ons, of schrijf morgen verder."))
    db.session.add(Correction(organisation_id=scope(), account_id=account.id, child_id=child_id, words=words))
    record("correction_asked", account.id, by=account.id, child_id=child_id)
    mails.correction(account.id)
    db.session.flush()


def settle_correction(correction: Correction, by: Account) -> None:
    """Somebody of the office has seen to it."""
    if correction.settled_at is None:
        correction.settled_at, correction.settled_by = clock.now(), by.id
        record("correction_settled", correction.account_id, by=by.id, child_id=correction.child_id)
        db.session.flush()
