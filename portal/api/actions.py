"""Verbs of tokens, and taking over a child from the planning system."""

import secrets
from typing import NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.api import queries, rules
from portal.api.models import ApiToken
from portal.api.rules import Problem, SentBounce, SentChild, SentParent, Taken, Wrong
from portal.audit.actions import record
from portal.auth import mails as auth_mails
from portal.auth.models import Account
from portal.auth.queries import account_with
from portal.auth.rules import email_key, hashed
from portal.bounces import actions as bounces
from portal.bounces import rules as bounce_rules
from portal.children import actions as children
from portal.children.models import Child, Guardianship
from portal.children.queries import (
    accounts_of,
    blocks_of,
    child_like,
    child_with_number,
    guardianship,
    guardianships_of,
    held_child,
)
from portal.children.rules import (
    ChildDetails,
    ParentDetails,
    RightsDetails,
    folded,
    is_someone_else,
)
from portal.db import changed, db, scope
from portal.errors import Refused
from portal.imports.queries import (
    ended_groups,
    first_location,
    known_groups,
    next_bulk_mail,
    wait_for_other_import,
)
from portal.organisations.actions import reopen_groups
from portal.organisations.models import Group
from portal.parents import actions as parents
from portal.parents.rules import ParentName
from portal.text import _
from portal.throttle import actions as throttle

# Tokens


class MadeToken(NamedTuple):
    row: ApiToken
    token: str  # seen now and never again


def make_token(name: str, by: Account, opens: str = "children") -> MadeToken:
    """Raises Refused for a name that another token has, or when there are too many."""
    wait_for_other_import()  # of two who make one at once, the second sees the first
    known = [each.token.name for each in queries.tokens()]
    if folded(name) in map(folded, known):
        raise Refused(_("Er is al een sleutel met deze naam. Kies een andere naam."))
    if len(known) >= rules.MOST_TOKENS:
        raise Refused(_("Er zijn al %(most)s sleutels. Trek er eerst een in.", most=rules.MOST_TOKENS))
    token = f"ouderportaal_{secrets.token_urlsafe(32)}"
    row = ApiToken(
        id=uuid4(), organisation_id=scope(), name=name, token_hash=hashed(token), created_by=by.id, opens=opens
    )  # fmt: skip
    db.session.add(row)
    record("token_made", None, by=by.id, detail=name, object_type="token", object_id=row.id)
    return MadeToken(row, token)


def revoke_token(row: ApiToken, by: Account) -> None:
    """From the next request on it opens nothing."""
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        record("token_revoked", None, by=by.id, detail=row.name, object_type="token", object_id=row.id)


def count_use(row: ApiToken) -> bool:
    """Count one more request with this token, and note when. False when there were too many this minute."""
    if throttle.count([(rules.PER_TOKEN, f"{scope().hex} {row.id.hex}")]).refused:
        return False
    changed(sa.update(ApiToken).where(ApiToken.id == row.id), last_used_at=clock.now(), updated_at=row.updated_at)
    return True


def count_wrong(network: str) -> bool:
    """Count one more request without a token that works. False when this network sent too many."""
    return not throttle.count([(rules.WRONG_TOKENS, f"{scope().hex} {network}")]).refused


# Mail that came back


def mail_came_back(sent: SentBounce) -> str | None:
    """noted, unchanged, or later: that mail is being sent at this moment. None when it is no mail to that recipient."""
    mail = bounces.mail_that_went(sent.message_id, sent.recipient)
    if mail is None:
        return None
    status = bounce_rules.status_of(sent.status, sent.text)
    if status.startswith("4"):  # not yet
        return "unchanged"
    result = bounces.come_back(mail, status, sent.text)
    return result if result in ("noted", "later") else "unchanged"


# Children


class Put(NamedTuple):
    child: Child
    result: str  # created, changed or unchanged
    remarks: list[str]


def put_child(external_id: str, sent: SentChild, token_id: UUID, mails_per_minute: int = 60) -> Put:
    """Add or change this child and its parents, all or nothing; the same again changes nothing.

    What the office decided stays: rights that exist, addresses, and guardianships that were ended are changed in the
    portal only. A parent who is not named stays too. A child that had left is back. Raises Wrong: then roll back.
    """
    wait_for_other_import()
    known = _known(external_id, sent)
    try:
        child, is_changed = _put(known, external_id, sent)
        work = _Parents(child, sent, mails_per_minute)
    except Refused as refusal:
        raise Wrong([Problem("", str(refusal))]) from None
    problems: list[Problem] = []
    for number, parent in enumerate(sent.parents):
        try:
            is_changed |= work.put(parent)
        except Refused as refusal:
            problems.append(Problem(f"/parents/{number}", str(refusal)))
    if problems:
        raise Wrong(problems)
    if is_changed:
        _note(child, token_id)
    return Put(child, "created" if known is None else "changed" if is_changed else "unchanged", work.remarks)


def leave(child: Child, token_id: UUID, months: int) -> None:
    """Today is its last day, unless it left before; its parents look back for so many months."""
    today = clock.today()
    if child.end_date is None or child.end_date > today:
        children.leave(child, today, months=months)
        _note(child, token_id)


def _note(child: Child, token_id: UUID) -> None:
    """Which program changed this child."""
    record("changed_by_program", None, child_id=child.id, object_type="token", object_id=token_id)


def _known(external_id: str, sent: SentChild) -> Child | None:
    """The child with this number, or one of this name and birthday that has no number yet. Raises Taken."""
    known = child_with_number(external_id)
    if known is not None:
        if rules.is_another_child(sent, known.person.given_name, known.person.birth_date):
            raise Taken(_("Dit nummer is van een kind met een andere naam en een andere geboortedatum."))
        return held_child(known.id)
    like = child_like(sent.given_name, sent.infix, sent.family_name, sent.birth_date)
    if like is None:
        return None
    if like.external_id:
        raise Taken(_("Een kind met deze naam en geboortedatum heeft al een ander nummer."))
    return held_child(like.id)


def _put(known: Child | None, external_id: str, sent: SentChild) -> tuple[Child, bool]:
    """The child, and whether it is new or something of it changed."""
    group_id = _group(sent.group) if sent.group else None
    if sent.group is None and known is not None:
        group_id = known.group_id
    details = ChildDetails(
        sent.given_name, sent.infix, sent.family_name, sent.birth_date, group_id, external_id
    )  # fmt: skip
    if known is None:
        return children.add_child(details, []).child, True
    is_changed = bool(children.change_child(known, details))
    if known.end_date is not None and known.end_date <= clock.today():
        children.leave(known, None)
        is_changed = True
    return known, is_changed


def _group(name: str) -> UUID:
    """The group of this name; one that had ended is back, as with a file of parents."""
    known = known_groups().get(folded(name))
    if known is not None:
        if known in ended_groups():
            reopen_groups([known])
        return known
    location_id = first_location()
    if location_id is None:
        raise Wrong([Problem("/group", _("Deze organisatie heeft nog geen locatie voor haar groepen."))])
    group = Group(id=uuid4(), organisation_id=scope(), name=name, location_id=location_id)
    db.session.add(group)
    db.session.flush()
    return group.id


class _Parents:
    """The parents of one child: what is known of them, and what the office is told."""

    def __init__(self, child: Child, sent: SentChild, mails_per_minute: int) -> None:
        self.child = child
        self.mails_per_minute = mails_per_minute
        self.remarks: list[str] = []
        today = clock.today()
        self._is_guarded = any(each.is_waiting(today) or each.is_in_force(today) for each in blocks_of(child.id))
        here = {email_key(parent.email) for parent in sent.parents}
        # Parents of this child whose address is not in what was sent: under a new address they may come once more.
        self._others = {folded(link.person.full_name) for link, key in _with_key(child) if key not in here}

    def put(self, sent: SentParent) -> bool:
        """Whether this changed something. Raises Refused."""
        account = account_with(email_key(sent.email))
        if account is not None:
            _refuse_someone_else(sent, account)
        link = guardianship(self.child.id, account.person_id) if account else None
        if account is None or link is None:
            return self._add(sent)
        if link.valid_to is not None and link.valid_to < clock.today():
            self._say(_("%(name)s is in het portaal geen ouder meer van dit kind. Dat blijft zo.", name=sent.full_name))
            return False
        if link.role != sent.role:
            self._say(_("%(name)s heeft in het portaal een ander gezag. Dat blijft zo.", name=sent.full_name))
        if account.status == "blocked":
            self._say(_("Het account van %(name)s is geblokkeerd. Dat blijft zo.", name=sent.full_name))
        return self._change(account, link, sent)

    def _add(self, sent: SentParent) -> bool:
        if folded(sent.full_name) in self._others:
            self._say(_("%(name)s heeft in het portaal een ander e-mailadres. Dat blijft zo.", name=sent.full_name))
            return False
        if self._is_guarded:
            self._say(_("%(name)s is niet toegevoegd. Bij dit kind doet kantoor dat zelf.", name=sent.full_name))
            return False
        details = ParentDetails(
            sent.email, sent.given_name, sent.infix, sent.family_name, sent.phone or "", RightsDetails(sent.role),
            is_known=True,
        )  # fmt: skip
        added = children.add_guardianship(self.child, details, mail_at=next_bulk_mail(self.mails_per_minute))
        if not added.is_new:
            _correct(added.account, sent)
        return True

    def _change(self, account: Account, link: Guardianship, sent: SentParent) -> bool:
        """A parent whose account closed when the child left, comes in again when the child is back."""
        is_back = account.status == "closed" and link.can_see_daily
        if is_back:
            parents.unblock_account(account)
            if account.status == "invited":
                auth_mails.credentials(account.id, due_at=next_bulk_mail(self.mails_per_minute))
                record("credentials_sent", account.id)
        return _correct(account, sent) or is_back

    def _say(self, remark: str) -> None:
        self.remarks.append(remark)


def _with_key(child: Child) -> list[tuple[Guardianship, str]]:
    """Everyone who is or was a guardian of this child, and the address of who has an account."""
    links = guardianships_of(child.id)
    accounts = accounts_of([link.person_id for link in links])
    return [(link, accounts[link.person_id].email_key if link.person_id in accounts else "") for link in links]


def _refuse_someone_else(sent: SentParent, account: Account) -> None:
    """Without the name of whom: a program that guesses addresses learns nothing."""
    known = account.person
    if is_someone_else(sent.given_name, sent.family_name, known.given_name, known.family_name):
        raise Refused(
            _("%(email)s is al het adres van iemand met een andere naam. Elke ouder heeft een eigen adres.",
              email=sent.email)
        )  # fmt: skip


def _correct(account: Account, sent: SentParent) -> bool:
    """Whether the name or phone number changed. Who works here too is left alone."""
    if account.role:
        return False
    phone = account.person.phone if sent.phone is None else sent.phone
    return bool(parents.change_parent(account, ParentName(sent.given_name, sent.infix, sent.family_name, phone)))
