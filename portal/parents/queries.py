"""Parents for the lists and pages of the office."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from portal import clock
from portal.auth.models import Account, Person
from portal.children.models import Block, Child, Guardianship
from portal.children.queries import has_address, is_parent
from portal.db import db
from portal.outbox.models import UNSENT, Mail
from portal.people.queries import PAGE, few, has_words, named, sorted_page
from portal.people.rules import full_name


def without_a_child_left(today: date) -> Sequence[Account]:
    """Open accounts of parents, none of whose children they can still reach; who never had a child is left alone."""
    reached = sa.exists().where(
        Guardianship.person_id == Account.person_id,
        Child.id == Guardianship.child_id,
        sa.or_(Guardianship.valid_to.is_(None), Guardianship.valid_to >= today),
        sa.or_(Child.access_until.is_(None), Child.access_until >= today),
    )
    left = sa.exists().where(
        Guardianship.person_id == Account.person_id, Child.id == Guardianship.child_id, Child.access_until < today
    )
    return db.session.scalars(
        sa.select(Account)
        .where(Account.role == "", Account.status.in_(("invited", "active")), left, sa.not_(reached))
        .order_by(Account.id)
        .limit(500)
    ).all()


def parent(account_id: UUID) -> Account | None:
    """The account of somebody who is (or was, or will be) a guardian here, or who simply has no other role."""
    return db.session.scalars(sa.select(Account).where(Account.id == account_id, is_parent())).one_or_none()


def held_parent(account_id: UUID) -> Account | None:
    """The same, and nobody else changes it until the commit."""
    statement = sa.select(Account).where(Account.id == account_id, is_parent())
    statement = statement.with_for_update(of=Account, key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


# The list

STATES = ("never", "late", "unreached", "moved", "blocked")
LATE_AFTER = timedelta(days=3)
UNREACHED_SINCE = timedelta(days=30)


def is_in_state(state: str, now: datetime) -> list[sa.ColumnElement[bool]]:
    """What a parent is that the list shows by this filter."""
    is_open = Account.status.not_in(("blocked", "closed"))  # asked the other way SQLite begins with nearly everybody
    if state == "never":
        return [Account.status == "invited"]
    if state == "late":  # mailed days ago, and not come in yet
        return [Account.status == "invited", Account.created_at <= now - LATE_AFTER]
    if state == "unreached":
        return [is_open, Account.id.in_(_who_got_no_mail(now - UNREACHED_SINCE))]
    if state == "moved":  # the office gave a new address, with which nobody came in yet
        last = Account.last_login_at
        return [is_open, Account.email_changed_at.is_not(None), sa.or_(last.is_(None), last < Account.email_changed_at)]
    return [Account.status == "blocked"] if state == "blocked" else []


def _who_got_no_mail(since: datetime) -> sa.CompoundSelect[UUID | None]:
    """The accounts to which a mail failed, while no later one arrived; and those whose mail comes back.

    One list of both: asked as two conditions, either database looks at all accounts and all mails.
    """
    later = orm.aliased(Mail)
    arrived = sa.exists().where(
        later.account_id == Mail.account_id, later.state == "sent", later.sent_at > Mail.updated_at
    )
    failed = Mail.state.in_(UNSENT), Mail.updated_at >= since  # without an account, too: that equals nobody's
    comes_back = sa.select(Account.id).where(Account.bounce_state.in_(("full", "gone")))
    return sa.select(Mail.account_id).where(*failed, sa.not_(arrived)).union(comes_back)


class ChildBrief(NamedTuple):
    id: UUID
    name: str


@dataclass
class ParentRow:
    """A parent as the list of the office shows it."""

    id: UUID  # of the account
    person_id: UUID
    name: str
    email: str
    status: str
    last_login_at: datetime | None
    children: list[ChildBrief] = field(default_factory=list)


def named_parents(state: str) -> sa.Select[str, str, str]:
    """The names of all parents that this filter leaves."""
    names = sa.select(Person.given_name, Person.infix, Person.family_name).select_from(Account)
    return names.join(Person, Person.id == Account.person_id).where(is_parent(), *is_in_state(state, clock.now()))


def parents_page(
    words: str = "", state: str = "", last: UUID | None = None, hidden: Collection[UUID] = ()
) -> tuple[list[ParentRow], UUID | None]:  # fmt: skip
    """One page of the list after this person, and the last person when there is more. At most five statements.

    The words are the beginnings of names, or (with a @) of an address. Hidden persons are left out.
    """
    statement = (
        sa.select(
            Account.id, Person.id, Person.given_name, Person.infix, Person.family_name, Account.email, Account.status,
            Account.last_login_at,
        )
        .join(Person, Person.id == Account.person_id)
        .where(is_parent(), *_conditions(words, state), *_without(hidden))
    )  # fmt: skip
    found = db.session.execute(sorted_page(statement, Account.person_id, _narrowed(words, state), last))
    rows = [
        ParentRow(account_id, person_id, full_name(given, infix, family), email, status, last_login_at)
        for account_id, person_id, given, infix, family, email, status, last_login_at in found
    ]
    more = rows[PAGE - 1].person_id if len(rows) > PAGE else None
    _add_children(rows[:PAGE])
    return rows[:PAGE], more


def _conditions(words: str, state: str) -> Iterator[sa.ColumnElement[bool]]:
    yield from [has_address(words)] if "@" in words else has_words(Account.person_id, words)
    yield from is_in_state(state, clock.now())


def _without(hidden: Collection[UUID]) -> list[sa.ColumnElement[bool]]:
    return [Account.person_id.not_in(hidden)] if hidden else []


def _narrowed(words: str, state: str) -> Sequence[UUID] | None:
    """The few that can be on the list, by the first filter that leaves few."""
    by_words = sa.select(Account.person_id).where(has_address(words)) if "@" in words else named(words)
    people = None if by_words is None else few(by_words)
    if people is None and state:
        people = few(sa.select(Account.person_id).where(*is_in_state(state, clock.now())))
    return people


def _add_children(rows: list[ParentRow]) -> None:
    of = {row.person_id: row for row in rows}
    statement = (
        sa.select(Guardianship.person_id, Child.id, Person.given_name, Person.infix, Person.family_name)
        .join(Child, Child.id == Guardianship.child_id)
        .join(Person, Person.id == Child.person_id)
        .where(Guardianship.person_id.in_(list(of)))
        .order_by(Person.birth_date, Person.id)
    )
    if of:
        for person_id, child_id, given, infix, family in db.session.execute(statement):
            of[person_id].children.append(ChildBrief(child_id, full_name(given, infix, family)))


# The page of one parent

# What subjects above this one show there: each gives a template and what that needs.
PANELS: list[Callable[[Account], tuple[str, dict[str, Any]]]] = []


def guardianships_of(person_id: UUID) -> Sequence[Guardianship]:
    """What this person is, was or will be, and to which children; the eldest child first."""
    statement = sa.select(Guardianship).join(Guardianship.child).join(Child.person)
    statement = statement.where(Guardianship.person_id == person_id).options(orm.joinedload(Guardianship.child))
    return db.session.scalars(statement.order_by(Person.birth_date, Person.id)).all()


def blocks_of(person_id: UUID, today: date) -> Sequence[Block]:
    """What a court says of this person now, or what waits for a colleague."""
    statement = sa.select(Block).where(Block.person_id == person_id, Block.lifted_at.is_(None), Block.ends_on >= today)
    return db.session.scalars(statement.order_by(Block.created_at)).all()
