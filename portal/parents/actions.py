"""Verbs of the office about a parent's account: name, address, in and out."""

from collections.abc import Sequence
from uuid import UUID

from portal import clock
from portal.audit.actions import record
from portal.auth import actions as auth
from portal.auth.models import Account
from portal.auth.queries import account_with
from portal.auth.rules import email_key
from portal.children.actions import leave_to_colleague
from portal.children.rules import changed, is_address
from portal.db import db
from portal.errors import Refused
from portal.outbox.actions import cancel
from portal.parents import mails, queries
from portal.parents.rules import ParentName
from portal.people.actions import know_names
from portal.text import _

SECRETS = ("auth/credentials", "auth/forgot_password", "auth/approve_device")  # mails that let somebody in


def change_parent(account: Account, name: ParentName, by: Account | None = None) -> list[str]:
    """Give this parent this name and phone number; the names of what changed."""
    different = changed(name_of(account), name)
    if different:
        person = account.person
        person.given_name, person.infix, person.family_name = name.given_name, name.infix, name.family_name
        person.phone = name.phone
        know_names([person])
        record("parent_changed", account.id, by=_id(by), detail=", ".join(different))
    return different


def name_of(account: Account) -> ParentName:
    person = account.person
    return ParentName(person.given_name, person.infix, person.family_name, person.phone)


def change_address(account: Account, email: str, by: Account | None = None, was_someone_elses: bool = False) -> None:
    """From now on this parent logs in with this address; the old and the new address are told (security.md, E7).

    Whoever was in is out, and links and temporary passwords that were sent are dead. When the old address was
    somebody else's the password goes too, for that person may have chosen it. Raises Refused.
    """
    _refuse(account, by)
    email = email.strip()
    if not is_address(email):
        raise Refused(_("%(email)s is geen e-mailadres.", email=email))
    key, old_address = email_key(email), account.email
    if key == account.email_key:
        account.email = email
        return
    other = account_with(key)
    if other is not None:
        raise Refused(_("%(email)s is al het adres van %(name)s.", email=email, name=other.person.full_name))
    account.email, account.email_key, account.email_version = email, key, account.email_version + 1
    account.email_changed_at, account.email_changed_by = clock.now(), _id(by)
    account.mail_arrives()
    if was_someone_elses:
        account.password_hash, account.password_version = None, account.password_version + 1
        account.status = "invited" if account.status == "active" else account.status
    _shut(account, "address")
    record("address_changed", account.id, by=_id(by), detail="was somebody else's" if was_someone_elses else "")
    mails.address_changed(account.id, old_address)
    mails.address_new(account.id)
    db.session.flush()


def block_account(account: Account, by: Account | None = None) -> None:
    """Nobody comes in with this account, from the next request on: for a lost phone or a quarrel over a password."""
    _refuse(account, by)
    if account.status != "blocked":
        account.status = "blocked"
        _shut(account, "blocked")
        record("account_blocked", account.id, by=_id(by))
        db.session.flush()


def unblock_account(account: Account, by: Account | None = None) -> None:
    """The parent comes in again with the password that was, or else with new credentials."""
    _refuse(account, by)
    if account.status in ("blocked", "closed"):
        account.status = "active" if account.password_hash else "invited"
        record("account_unblocked", account.id, by=_id(by))
        db.session.flush()


def end_sessions(account: Account, by: Account | None = None) -> int:
    """This parent is logged out everywhere; on how many devices."""
    _refuse(account, by)
    ended = auth.end_sessions(account.id, "by the office")
    if ended:
        record("sessions_ended", account.id, by=_id(by), detail=f"{ended} by the office")
    return ended


def send_credentials(account: Account, by: Account | None = None) -> None:
    """New credentials by mail. Raises Refused, and auth's NoCredentials with the reason."""
    _refuse(account, by)
    if account.bounce_state:
        raise Refused(_("E-mail naar %(email)s komt terug. Wijzig eerst het adres.", email=account.email))
    auth.send_credentials(account, by=by)


def close_accounts() -> int:
    """Parents whose last child left so long ago that nothing is left to see come in no more (P9); how many."""
    gone: Sequence[Account] = queries.without_a_child_left(clock.today())
    for account in gone:
        account.status = "closed"
        _shut(account, "no child left")
        record("account_closed", account.id)
    db.session.flush()
    return len(gone)


def _shut(account: Account, because: str) -> None:
    """Whatever let somebody in before lets nobody in any more, mails that wait included."""
    auth.end_sessions(account.id, because)
    auth.end_links(account)
    auth.end_temporary_passwords(account.id)
    cancel(account.id, SECRETS)


def _refuse(account: Account, by: Account | None) -> None:
    """Who may change a parent's address would become manager by it, or come in as the other parent of an own child."""
    leave_to_colleague(account, by)
    if account.role:
        raise Refused(_("Deze ouder werkt hier ook. Dit account regelt een manager."))


def _id(account: Account | None) -> UUID | None:
    return account.id if account else None
