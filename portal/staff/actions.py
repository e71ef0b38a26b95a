"""Who works here: invited, given a role and groups, and gone again."""

import secrets
from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth import actions as auth
from portal.auth import mails as auth_mails
from portal.auth import queries as accounts
from portal.auth.actions import MadeLink
from portal.auth.models import Account, Person, StaffGroup
from portal.auth.rules import email_key, split_name
from portal.db import db, scope
from portal.errors import Refused
from portal.outbox.models import SOON
from portal.staff import mails, queries
from portal.text import _


def add_staff(email: str, name: str, role: str, by: Account | None = None) -> Account:
    """An account for who works here. The password is chosen with a link: mail it, or make it. Raises Refused."""
    key = email_key(email)
    if not key:
        raise Refused(_("%(email)s is geen e-mailadres.", email=email))
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise Refused(_("Een naam heeft 1 tot 100 tekens op één regel."))
    account = accounts.account_with(key)
    if account is None:
        given, infix, family = split_name(name)
        person = Person(organisation_id=scope(), given_name=given, infix=infix, family_name=family)
        account = Account(organisation_id=scope(), person=person, email=email.strip(), email_key=key, role=role)
        account.password_version, account.email_version = 1, 1
        db.session.add(account)
        db.session.flush()
    elif account.role:
        raise Refused(_("%(email)s werkt hier al.", email=account.email))
    elif account.status == "blocked":
        raise Refused(_("Het account van %(email)s is geblokkeerd. Hef eerst de blokkade op.", email=account.email))
    account.role, account.status = role, "invited"
    account.password_hash, account.password_version = None, account.password_version + 1  # staff chooses a longer one
    auth.end_temporary_passwords(account.id)
    record("role_given", account.id, by=by.id if by else None, detail=role)
    auth.end_sessions(account.id, "role")
    return account


def invite(email: str, name: str, role: str, groups: Collection[UUID], by: Account) -> Account:
    """Add somebody and mail the link to come in with."""
    account = add_staff(email, name, role, by)
    _set_groups(account, groups, by)
    auth_mails.credentials(account.id, priority=SOON)
    return account


def first_link(account: Account) -> MadeLink:
    """The link with which a password is chosen, for who cannot be mailed yet."""
    return auth.make_link(account, "activation", secrets.token_bytes(32), clock.now())


def change_role(account: Account, role: str, groups: Collection[UUID], by: Account) -> None:
    """Another role or other groups, as of the next page. Raises Refused for one's own role and for the last manager."""
    if account.role != role:
        if account.id == by.id:
            raise Refused(_("Uw eigen rol kunt u niet veranderen. Vraag het een andere manager."))
        if account.role == "manager" and queries.other_managers(account.id) == 0:
            raise Refused(_("Dit is de enige manager. Maak eerst iemand anders manager."))
        record("role_changed", account.id, by=by.id, detail=f"{account.role} to {role}")
        account.role = role
        auth.end_sessions(account.id, "role")
        mails.role_changed(account.id)
    _set_groups(account, groups if role == "groepsleiding" else (), by)


def dismiss(account: Account, by: Account) -> None:
    """Somebody works here no more. Who is a parent too stays one; for others the account closes. Raises Refused."""
    if account.id == by.id:
        raise Refused(_("Uzelf kunt u niet weghalen. Vraag het een andere manager."))
    if account.role == "manager" and queries.other_managers(account.id) == 0:
        raise Refused(_("Dit is de enige manager. Maak eerst iemand anders manager."))
    record("role_taken", account.id, by=by.id, detail=account.role)
    account.role = ""
    if not queries.has_children(account.person_id):
        account.status = "closed"
    _set_groups(account, (), by)
    auth.end_sessions(account.id, "role")


def _set_groups(account: Account, groups: Collection[UUID], by: Account) -> None:
    known = {group.id for group in queries.groups()}
    before, after = queries.groups_of(account.id), set(groups) & known
    if before != after:
        db.session.execute(sa.delete(StaffGroup).where(StaffGroup.account_id == account.id))
        db.session.add_all(
            StaffGroup(organisation_id=scope(), account_id=account.id, group_id=group_id) for group_id in sorted(after)
        )
        record("groups_given", account.id, by=by.id, detail=f"{len(after)} groups")
        db.session.flush()
