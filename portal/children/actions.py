"""Verbs of the office about children: adding them, their guardians, their rights, and what a court says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth import mails as auth_mails
from portal.auth.actions import end_sessions
from portal.auth.models import Account, Person
from portal.auth.queries import account_with
from portal.children import mails, queries, rules
from portal.children.models import Block, Child, Guardianship
from portal.children.rules import ChildDetails, KnownAddress, KnownChild, LastParent, ParentDetails, RightsDetails
from portal.db import db, scope
from portal.errors import Refused
from portal.organisations.models import Group
from portal.outbox.models import BULK, SOON
from portal.people.actions import know_names
from portal.text import _


class AddedParent(NamedTuple):
    guardianship: Guardianship
    account: Account
    is_new: bool


@dataclass(frozen=True)
class Added:
    """A new child with its parents; without parents when the same form had come before."""

    child: Child
    parents: list[AddedParent]


# Children


def add_child(
    details: ChildDetails, parents: Sequence[ParentDetails], by: Account | None = None,
    is_another: bool = False, child_id: UUID | None = None,
) -> Added:  # fmt: skip
    """A child with its parents: new accounts are mailed their credentials, others that a child was added.

    Raises KnownChild for a child of this name and birthday (unless it `is_another`), KnownAddress for an address of
    somebody here already (unless the details say it is known), and Refused. The same `child_id` twice adds once.
    """
    known = queries.child(child_id) if child_id else None
    if known is not None:
        return Added(known, [])
    _check(details)
    like = queries.child_like(details.given_name, details.infix, details.family_name, details.birth_date)
    if like is not None and not is_another:
        raise KnownChild(_("%(name)s staat al in het portaal.", name=like.person.full_name), like.id)
    if len({parent.email_key for parent in parents}) != len(parents):
        raise Refused(_("Twee ouders kunnen niet hetzelfde e-mailadres hebben."))
    for parent in parents:
        _known_account(parent)
    person = Person(
        organisation_id=scope(), given_name=details.given_name, infix=details.infix, family_name=details.family_name,
        birth_date=details.birth_date,
    )  # fmt: skip
    child = Child(
        id=child_id or uuid4(), organisation_id=scope(), person=person, group_id=details.group_id,
        external_id=details.external_id or None,
    )  # fmt: skip
    db.session.add(child)
    know_names([person])
    record("child_added", None, by=_id(by), child_id=child.id)
    return Added(child, [_add_guardianship(child, parent, by) for parent in parents])


def change_child(child: Child, details: ChildDetails, by: Account | None = None) -> list[str]:
    """Give this child these details; the names of what changed. Raises Refused."""
    changed = rules.changed(details_of(child), details)
    if not changed:
        return []
    _check(details, child)
    person = child.person
    person.given_name, person.infix, person.family_name = details.given_name, details.infix, details.family_name
    person.birth_date = details.birth_date
    child.group_id, child.external_id = details.group_id, details.external_id or None
    child.updated_at = clock.now()
    know_names([person])
    db.session.expire(child, ["group"])
    record("child_changed", None, by=_id(by), detail=", ".join(changed), child_id=child.id)
    return changed


def details_of(child: Child) -> ChildDetails:
    person = child.person
    return ChildDetails(
        person.given_name, person.infix, person.family_name, person.birth_date or date.min, child.group_id,
        child.external_id or "",
    )  # fmt: skip


def leave(child: Child, end_date: date | None, by: Account | None = None, months: int = 0) -> None:
    """This is the child's last day; so many months later its parents see it no more. None: it stays. Raises Refused."""
    if end_date and (problem := rules.end_date_problem(end_date, child.person.birth_date, clock.today())):
        raise Refused(problem)
    _refuse_own(child.id, by)
    until = rules.months_after(end_date, months) if end_date else None
    if (child.end_date, child.access_until) == (end_date, until):
        return
    child.end_date, child.access_until = end_date, until
    detail = f"on {end_date}, access until {until}" if end_date else "stays"
    record("child_leaves", None, by=_id(by), detail=detail, child_id=child.id)
    db.session.flush()


def _check(details: ChildDetails, child: Child | None = None) -> None:
    if problem := rules.birth_date_problem(details.birth_date, clock.today()):
        raise Refused(problem)
    if details.group_id and not db.session.scalar(sa.select(Group.id).where(Group.id == details.group_id)):
        raise Refused(_("Deze groep is er niet meer. Kies een andere groep."))
    other = queries.child_with_number(details.external_id) if details.external_id else None
    if other is not None and other is not child:
        raise Refused(_("Dit nummer is al van %(name)s.", name=other.person.full_name))


# Parents of a child, and what they may


def add_guardianship(
    child: Child, parent: ParentDetails, by: Account | None = None, mail_at: datetime | None = None
) -> AddedParent:
    """Make this a parent of the child, with a new account or the one that has the address. `mail_at`: one of many.

    Raises KnownAddress for an address of somebody here, unless the details say it is known, and Refused. Who is a
    parent already stays one; rights that differ are a Refused, for they are changed on purpose only.
    """
    _refuse_own(child.id, by)
    return _add_guardianship(child, parent, by, mail_at)


def _add_guardianship(
    child: Child, parent: ParentDetails, by: Account | None, mail_at: datetime | None = None
) -> AddedParent:
    account = _known_account(parent)
    is_new = account is None
    account = account or _new_account(parent, by)
    known = None if is_new else queries.guardianship(child.id, account.person_id)
    if known is not None and known.valid_to is None:
        if known.role != parent.rights.role:
            name = account.person.full_name
            raise Refused(_("%(name)s is al ouder van dit kind. Wijzig daar de rechten.", name=name))
        return AddedParent(known, account, is_new=False)
    link = known or Guardianship(
        organisation_id=scope(), child_id=child.id, child=child, person_id=account.person_id, person=account.person
    )
    if account.status == "closed":
        account.status = "active" if account.password_hash else "invited"
        record("account_opened", account.id, by=_id(by))
    link.address_shielded = parent.address_shielded
    _give(link, parent.rights, by)
    db.session.add(link)
    db.session.flush()
    record("guardianship_added", account.id, by=_id(by), detail=link.role, child_id=child.id)
    _tell(link, account, mail_at)
    return AddedParent(link, account, is_new)


def change_rights(
    link: Guardianship, details: RightsDetails, by: Account | None = None, even_if_last: bool = False
) -> None:
    """Raises LastParent when nobody would decide about the child any more, unless the office means that."""
    _refuse_own(link.child_id, by)
    if problem := rules.rights_problem(details):
        raise Refused(problem)
    if details == rights_of(link):
        return
    today = clock.today()
    decides = rules.rights(details).can_decide and rules.is_valid(details.valid_from, details.valid_to, today)
    if not decides and not even_if_last:
        _refuse_last(link)
    before, did_see = rights_of(link), link.can_see_daily
    _give(link, details, by)
    account = queries.account_of(link.person_id)
    detail = f"{before.role} to {link.role}: {', '.join(rules.changed(before, details))}"
    record("rights_changed", account.id if account else None, by=_id(by), detail=detail, child_id=link.child_id)
    db.session.flush()
    if account and not did_see:
        _tell(link, account)


def rights_of(link: Guardianship) -> RightsDetails:
    return RightsDetails(
        link.role, link.legal_basis, link.identified_at is not None, link.valid_from, link.valid_to
    )  # fmt: skip


def shield_address(link: Guardianship, is_shielded: bool, by: Account | None = None) -> None:
    """Whether nothing for another guardian of this child shows how to reach this parent (domain.md, B5)."""
    if link.address_shielded == is_shielded:
        return
    _refuse_own(link.child_id, by)
    link.address_shielded, link.recorded_by = is_shielded, _id(by)
    account = queries.account_of(link.person_id)
    action = "address_shielded" if is_shielded else "address_unshielded"
    record(action, account.id if account else None, by=_id(by), child_id=link.child_id)
    db.session.flush()


def end_guardianship(
    link: Guardianship, last_day: date | None = None, by: Account | None = None, even_if_last: bool = False
) -> None:
    """After `last_day` (default yesterday: from the next request on) this parent sees nothing of the child."""
    last_day = last_day or clock.today() - timedelta(days=1)
    if link.valid_to is not None and link.valid_to <= last_day:
        return
    _refuse_own(link.child_id, by)
    if not even_if_last:
        _refuse_last(link)
    link.valid_to, link.recorded_by = last_day, _id(by)
    account = queries.account_of(link.person_id)
    record(
        "guardianship_ended", account.id if account else None, by=_id(by), detail=f"after {last_day}",
        child_id=link.child_id,
    )  # fmt: skip
    db.session.flush()
    if account and not account.role and not queries.children_of(link.person_id):
        end_sessions(account.id, "no child left")


def _known_account(parent: ParentDetails) -> Account | None:
    """Who has this address already. Raises what speaks against this parent; then nothing was changed yet."""
    if problem := rules.rights_problem(parent.rights):
        raise Refused(problem)
    if not rules.is_address(parent.email):
        raise Refused(_("%(email)s is geen e-mailadres.", email=parent.email))
    account = account_with(parent.email_key)
    if account is None:
        return None
    person, said = account.person, {"email": account.email, "name": account.person.full_name}
    if rules.is_someone_else(parent.given_name, parent.family_name, person.given_name, person.family_name):
        raise Refused(_("%(email)s is al het adres van %(name)s. Elke ouder heeft een eigen adres.", **said))
    if not parent.is_known:
        raise KnownAddress(_("%(email)s is het adres van %(name)s. Is dat deze ouder?", **said), account.email_key)
    return account


def _new_account(parent: ParentDetails, by: Account | None) -> Account:
    person = Person(
        organisation_id=scope(), given_name=parent.given_name, infix=parent.infix, family_name=parent.family_name,
        phone=parent.phone,
    )  # fmt: skip
    account = Account(
        id=uuid4(), organisation_id=scope(), person=person, email=parent.email.strip(), email_key=parent.email_key
    )
    db.session.add(account)
    know_names([person])
    record("account_added", account.id, by=_id(by))
    return account


def _give(link: Guardianship, details: RightsDetails, by: Account | None) -> None:
    allowed = rules.rights(details)
    link.role, link.can_decide, link.can_see_daily = details.role, allowed.can_decide, allowed.can_see_daily
    link.legal_basis, link.valid_from, link.valid_to = details.legal_basis, details.valid_from, details.valid_to
    link.identified_at = (link.identified_at or clock.now()) if details.is_identified else None
    link.recorded_by = _id(by)


def _tell(link: Guardianship, account: Account, mail_at: datetime | None = None) -> None:
    """The first child brings the credentials, each next one a short mail. Who sees nothing is told nothing.

    With `mail_at` (of a program that sends a thousand families) at the pace of an import, and as quiet as that.
    """
    if not link.can_see_daily or not account.is_open:
        return
    has_others = any(child.id != link.child_id for child in queries.children_of(account.person_id))
    if account.password_hash is None and not account.role and not has_others:
        auth_mails.credentials(account.id, due_at=mail_at, priority=BULK if mail_at else SOON)
        record("credentials_sent", account.id, by=link.recorded_by)
    elif account.password_hash is not None or mail_at is None:
        mails.child_added(account.id, link.child_id)


def _refuse_own(child_id: UUID, by: Account | None) -> None:
    """Who works here decides nothing about a child of his or her own, and so about the other parent."""
    if by is not None and queries.guardianship(child_id, by.person_id) is not None:
        raise Refused(_("Dit is een kind van uzelf. Laat een collega dit doen."))


def _refuse_last(link: Guardianship) -> None:
    if queries.who_decide(link.child_id, clock.today()) == {link.person_id}:
        name = link.child.person.given_name
        raise LastParent(_("Dan heeft %(name)s geen ouder of voogd meer die mag beslissen.", name=name))


# What a court says


def ask_block(
    link: Guardianship, reason: str, document: str, ends_on: date, by: Account, even_if_last: bool = False
) -> Block:
    """Ask to keep this parent from this child until a day. Nothing changes until a colleague confirms it (B4)."""
    _refuse_own(link.child_id, by)
    today = clock.today()
    if problem := rules.block_problem(reason, document, ends_on, today):
        raise Refused(problem)
    for known in queries.blocks_of(link.child_id):
        if known.person_id == link.person_id and (known.is_waiting(today) or known.is_in_force(today)):
            if (known.asked_by, known.reason, known.document, known.ends_on) == (by.id, reason, document, ends_on):
                return known
            raise Refused(_("Er is al een blokkade voor deze ouder."))
    if not even_if_last:
        _refuse_last(link)
    block = Block(
        id=uuid4(), organisation_id=scope(), child_id=link.child_id, person_id=link.person_id, reason=reason,
        document=document, ends_on=ends_on, asked_by=by.id,
    )  # fmt: skip
    db.session.add(block)
    _record_block("block_asked", block, by, f"until {ends_on}")
    return block


def confirm_block(block: Block, by: Account) -> None:
    """The second pair of eyes: from the next request on this parent sees nothing of this child."""
    if block.confirmed_at is not None:
        return
    _refuse_own(block.child_id, by)
    if not block.is_waiting(clock.today()):
        raise Refused(_("Deze blokkade is al voorbij of ingetrokken."))
    if not rules.may_confirm(block.asked_by, by.id):
        raise Refused(_("U heeft deze blokkade zelf gevraagd. Een collega moet haar bevestigen."))
    block.confirmed_by, block.confirmed_at = by.id, clock.now()
    _record_block("block_confirmed", block, by, f"until {block.ends_on}")


def lift_block(block: Block, by: Account) -> None:
    """The block is over, or (before it was confirmed) withdrawn. Raises Refused."""
    if block.lifted_at is None:
        _refuse_own(block.child_id, by)
        block.lifted_by, block.lifted_at = by.id, clock.now()
        _record_block("block_lifted", block, by, "")


def _record_block(action: str, block: Block, by: Account, detail: str) -> None:
    account = queries.account_of(block.person_id)
    record(
        action, account.id if account else None, by=by.id, detail=detail, child_id=block.child_id,
        object_type="block", object_id=block.id,
    )  # fmt: skip
    db.session.flush()


def _id(account: Account | None) -> UUID | None:
    return account.id if account else None


def leave_to_colleague(account: Account, by: Account | None) -> None:
    """Raises Refused for who has a child together with this parent: a quarrel is not fought out at the office."""
    if by is not None and by.id != account.id and queries.share_child(by.person_id, account.person_id):
        raise Refused(_("Deze ouder heeft een kind samen met u. Laat een collega dit doen."))
