"""Lines of the access log with the names that belong to them: for a manager, for a parent, and who saw one thing."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.auth.models import Account, Person, StaffGroup
from portal.children.models import Child, Guardianship
from portal.children.queries import has_address, shielded_from
from portal.db import db
from portal.documents.models import Document
from portal.logbook import rules
from portal.organisations.models import Group
from portal.people.queries import named
from portal.people.rules import full_name
from portal.roles import MAY, ROLES

PAGE = 50
FEW = 200  # people that a name in a filter may stand for
MOST_EXPORTED = 20_000
VIEWS = "views"
ABOUT = (AccessLog.account_id, AccessLog.child_id, AccessLog.object_id)  # what a line can be about
SHOWN = (
    AccessLog.id, AccessLog.created_at, AccessLog.action, AccessLog.result, AccessLog.detail, AccessLog.address,
    AccessLog.actor_id, AccessLog.account_id, AccessLog.child_id, AccessLog.object_type, AccessLog.object_id,
    AccessLog.reference,
)  # fmt: skip


class Who(NamedTuple):
    """Somebody with an account, as a line names them; without a name when the account is gone."""

    id: UUID
    name: str
    role: str


@dataclass(frozen=True)
class Entry:
    """One line, with names."""

    id: UUID
    at: datetime
    action: str
    result: str
    detail: str
    address: str
    actor: Who | None
    account: Who | None
    child_id: UUID | None
    child: str
    object_type: str
    object_id: UUID | None
    group: str
    reference: str


@dataclass(frozen=True)
class Filter:
    """Which lines are asked. None for people means everyone; the moments are from and until, the last one not."""

    actors: Sequence[UUID] | None = None
    about: Sequence[UUID] | None = None
    actions: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


class Key(NamedTuple):
    """Where a page ended: moment and id of its last line."""

    at: datetime
    id: UUID


# For a manager


def lines(wanted: Filter, after: Key | None = None, most: int = PAGE) -> tuple[list[Entry], Key | None]:
    """So many lines, the newest first, and where the next page begins when there is more. At most five statements."""
    conditions = list(_conditions(wanted))
    if wanted.about is None:
        return _page([conditions], after, most, _are_some(wanted.actors))
    return _page([[_is(column, wanted.about), *conditions] for column in ABOUT], after, most, _are_some(wanted.about))


def _is(column: Any, ids: Sequence[Any]) -> sa.ColumnElement[bool]:
    only: sa.ColumnElement[bool] = column == ids[0] if len(ids) == 1 else column.in_(ids)
    return only


def _are_some(ids: Sequence[UUID] | None) -> bool:
    return ids is not None and len(ids) > 1


def _conditions(wanted: Filter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.actors is not None:
        yield _is(AccessLog.actor_id, wanted.actors)
    if wanted.actions is not None:
        yield _is(AccessLog.action, wanted.actions)
    if wanted.since is not None:
        yield AccessLog.created_at >= wanted.since
    if wanted.until is not None:
        yield AccessLog.created_at < wanted.until


def _page(
    each: Sequence[list[sa.ColumnElement[bool]]], after: Key | None, most: int, of_some: bool = False
) -> tuple[list[Entry], Key | None]:
    """The newest lines for which any of these hold. Apart each has its index; an OR would read the whole log."""
    found = {line.id: line for conditions in each for line in _newest(conditions, after, most + 1, of_some)}
    newest = sorted(found.values(), key=lambda line: (line.created_at, line.id.hex), reverse=True)[: most + 1]
    more = Key(newest[most - 1].created_at, newest[most - 1].id) if len(newest) > most else None
    return _named(newest[:most]), more


def _newest(conditions: list[sa.ColumnElement[bool]], after: Key | None, most: int, of_some: bool) -> Sequence[Any]:
    statement = sa.select(*SHOWN).where(*conditions)
    if after is not None:
        same = sa.and_(AccessLog.created_at == after.at, AccessLog.id < after.id)
        statement = statement.where(AccessLog.created_at <= after.at, sa.or_(AccessLog.created_at < after.at, same))
    moment: Any = AccessLog.created_at
    if of_some:  # or SQLite walks the whole log from its newest end to find the lines of some people
        moment = sa.func.coalesce(moment, moment)
    statement = statement.order_by(moment.desc(), AccessLog.id.desc()).limit(most)
    return db.session.execute(statement).all()


def _named(found: Sequence[Any]) -> list[Entry]:
    people = people_with({id_ for line in found for id_ in (line.actor_id, line.account_id) if id_})
    children = children_with({line.child_id for line in found if line.child_id})
    groups = groups_with({line.object_id for line in found if line.object_type == "group"})

    def who(id_: UUID | None) -> Who | None:
        return people.get(id_) or Who(id_, "", "") if id_ else None

    return [
        Entry(
            line.id, line.created_at, line.action, line.result, line.detail, line.address, who(line.actor_id),
            who(line.account_id), line.child_id, children.get(line.child_id, ""), line.object_type, line.object_id,
            groups.get(line.object_id, ""), line.reference,
        )
        for line in found
    ]  # fmt: skip


def people_with(ids: Iterable[UUID]) -> dict[UUID | None, Who]:
    """Accounts with these ids."""
    statement = sa.select(Account.id, Account.role, Person.given_name, Person.infix, Person.family_name)
    statement = statement.join(Person, Person.id == Account.person_id).where(Account.id.in_(list(ids)))
    return {id_: Who(id_, full_name(*names), role) for id_, role, *names in db.session.execute(statement)}


def children_with(ids: Iterable[UUID]) -> dict[UUID | None, str]:
    """The names of the children with these ids."""
    statement = sa.select(Child.id, Person.given_name, Person.infix, Person.family_name)
    statement = statement.join(Person, Person.id == Child.person_id).where(Child.id.in_(list(ids)))
    return {id_: full_name(*names) for id_, *names in db.session.execute(statement)}


def groups_with(ids: Collection[UUID]) -> dict[UUID | None, str]:
    """The names of the groups with these ids, also of one that ended."""
    groups = db.session.scalars(sa.select(Group).where(Group.id.in_(list(ids)))) if ids else ()
    return {group.id: group.name for group in groups}


# From words to people


class Match(NamedTuple):
    id: UUID
    name: str
    role: str | None  # None for a child or a thing
    is_child: bool = False

    @property
    def is_person(self) -> bool:
        return self.is_child or self.role is not None


def accounts_named(words: str) -> list[Match]:
    """Accounts by the words of their name, or by how their address begins; at most a few more than FEW."""
    statement = sa.select(Account.id, Account.role, Person.given_name, Person.infix, Person.family_name)
    statement = statement.join(Person, Person.id == Account.person_id)
    people = named(words)
    if "@" in words:
        statement = statement.where(has_address(words))
    elif people is not None:
        statement = statement.where(Account.person_id.in_(people))
    else:
        return []
    rows = db.session.execute(statement.order_by(Person.sort_name, Account.id).limit(FEW + 1))
    return [Match(id_, full_name(*names), role) for id_, role, *names in rows]


def children_named(words: str) -> list[Match]:
    people = named(words)
    if people is None or "@" in words:
        return []
    statement = sa.select(Child.id, Person.given_name, Person.infix, Person.family_name)
    statement = statement.join(Person, Person.id == Child.person_id).where(Child.person_id.in_(people))
    rows = db.session.execute(statement.order_by(Person.sort_name, Child.id).limit(FEW + 1))
    return [Match(id_, full_name(*names), None, is_child=True) for id_, *names in rows]


def things_named(words: str) -> list[Match]:
    """Children and people with an account by name or address; or the one thing with this id, whatever it is."""
    try:
        thing = UUID(words.strip())
    except ValueError:
        return children_named(words) + accounts_named(words)
    if name := children_with([thing]).get(thing):
        return [Match(thing, name, None, is_child=True)]
    person = people_with([thing]).get(thing)
    if person:
        return [Match(thing, person.name, person.role)]
    title = db.session.scalar(sa.select(Document.title).where(Document.id == thing))
    return [Match(thing, title or str(thing), None)]


# Who saw or downloaded one thing, and who could have


class Look(NamedTuple):
    """How often somebody did one thing with what is asked about, and between which moments."""

    actor: Who | None
    action: str
    times: int
    first: datetime
    last: datetime


def who_saw(match: Match, since: datetime, until: datetime) -> list[Look]:
    """Who saw or downloaded this child, parent or thing; also who downloaded all people at once. The last one first."""
    asked = [column == match.id for column in ABOUT]
    if match.is_person:
        asked.append(_is(AccessLog.action, rules.OF_EVERYONE))
    if match.is_child:
        asked.append(AccessLog.object_id.in_(sa.select(Child.group_id).where(Child.id == match.id)))
    each = [
        [condition, *(earlier.is_distinct_from(match.id) for earlier in ABOUT[:place])]  # no line counts twice
        for place, condition in enumerate(asked)
    ]
    found: dict[tuple[UUID | None, str], tuple[int, datetime, datetime]] = {}
    for conditions in each:
        for actor_id, action, times, first, last in db.session.execute(_looks(conditions, since, until)):
            before = found.get((actor_id, action), (0, first, last))
            found[actor_id, action] = times + before[0], min(first, before[1]), max(last, before[2])
    people = people_with({actor_id for actor_id, _action in found if actor_id})
    looks = [Look(people.get(actor_id), action, *rest) for (actor_id, action), rest in found.items()]
    return sorted(looks, key=lambda look: look.last, reverse=True)


def _looks(conditions: list[sa.ColumnElement[bool]], since: datetime, until: datetime) -> Any:
    first, last = sa.func.min(AccessLog.created_at), sa.func.max(AccessLog.created_at)
    return (
        sa.select(AccessLog.actor_id, AccessLog.action, sa.func.count(), first, last)
        .where(AccessLog.chain == VIEWS, AccessLog.created_at >= since, AccessLog.created_at < until, *conditions)
        .group_by(AccessLog.actor_id, AccessLog.action)
    )


class Could(NamedTuple):
    name: str
    role: str  # at work, or "" for a guardian


def who_could(child_id: UUID, first: date, last: date) -> list[Could]:
    """Who may see this child as the rights stand now: guardians on any day of these, and who works here."""
    guardians = (
        sa.select(Person.given_name, Person.infix, Person.family_name)
        .join(Guardianship, Guardianship.person_id == Person.id)
        .where(Guardianship.child_id == child_id, Guardianship.can_see_daily.is_(True))
        .where(sa.or_(Guardianship.valid_from.is_(None), Guardianship.valid_from <= last))
        .where(sa.or_(Guardianship.valid_to.is_(None), Guardianship.valid_to >= first))
        .order_by(Person.sort_name)
    )
    in_group = sa.exists().where(
        StaffGroup.account_id == Account.id, StaffGroup.group_id == Child.group_id, Child.id == child_id
    )
    roles = [role for role in ROLES if role in MAY["children.see"] and role != "groepsleiding"]
    staff = (
        sa.select(Account.role, Person.given_name, Person.infix, Person.family_name)
        .join(Person, Person.id == Account.person_id)
        .where(sa.or_(Account.role.in_(roles), sa.and_(Account.role == "groepsleiding", in_group)))
        .where(Account.status.in_(("invited", "active")))
        .order_by(Account.role, Person.sort_name)
    )
    found = [Could(full_name(*names), "") for names in db.session.execute(guardians)]
    return found + [Could(full_name(*names), role) for role, *names in db.session.execute(staff)]


# For a parent


def lines_for(account: Account, children: Sequence[UUID], after: Key | None = None) -> tuple[list[Entry], Key | None]:
    """What this parent may know: what was done to the own account, and what others did with the own children.

    Nothing that is about another parent too, and nothing a parent did whose address is shielded (domain.md, B5).
    """
    mine = [AccessLog.account_id == account.id, AccessLog.action.not_in(rules.NOT_FOR_PARENTS)]
    if not children:
        return _page([mine], after, PAGE)
    hidden = sa.select(Account.id).where(Account.person_id.in_(shielded_from(account.person_id)))
    is_told = [
        AccessLog.account_id.is_(None),
        sa.or_(AccessLog.chain == VIEWS, AccessLog.action.in_(rules.OF_A_CHILD)),
        sa.or_(AccessLog.action.not_in(rules.NOT_TOLD), AccessLog.actor_id == account.id),
        sa.or_(AccessLog.actor_id.is_(None), AccessLog.actor_id.not_in(hidden)),
    ]
    groups = db.session.scalars(sa.select(Child.group_id).distinct().where(Child.id.in_(children))).all()
    looks = [AccessLog.chain == VIEWS, AccessLog.object_type == "group", *is_told]
    each = [[AccessLog.child_id == child, *is_told] for child in children]
    each += [[AccessLog.object_id == group_id, *looks] for group_id in groups if group_id]
    return _page([mine, *each], after, PAGE)
