"""News for the parents it is for, for the office, and for what tells about it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal import clock
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.children.queries import SEES_TODAY, ChildLine
from portal.db import db, scope
from portal.files.models import File
from portal.messages.models import NewsFile, NewsItem, NewsRead, NewsVersion
from portal.messages.rules import PAGE, end_of
from portal.organisations.models import Group, Location

# For a parent. Of each audience the newest rows are read by its own index: the work does not grow with the years

# The organisation, locations and groups of somebody's children, each with the moment until which what is published
# there is for them: now, or the end of the last day of a child that left.
Audiences = Mapping[UUID, datetime]


def audiences_of(children: Sequence[ChildLine]) -> Audiences:
    """What these children belong to. Nothing for who has no child here."""
    now, found = clock.now(), dict[UUID, datetime]()
    for child in children:
        until = min(now, end_of(child.end_date)) if child.end_date else now
        for place in (scope(), child.location_id, child.group_id):
            if place is not None:
                found[place] = max(until, found.get(place, until))
    return found


class NewsLine(NamedTuple):
    """A message as a list of a parent shows it."""

    id: UUID
    title: str
    excerpt: str
    scope: str
    place: str  # the name of the group or location
    publish_at: datetime
    asks_receipt: bool
    is_urgent: bool
    seen_at: datetime | None
    read_at: datetime | None

    @property
    def is_new(self) -> bool:
        return self.seen_at is None

    @property
    def waits(self) -> bool:
        """Whether this parent has yet to say that it was read."""
        return self.asks_receipt and self.read_at is None


def news_page(
    person_id: UUID, audiences: Audiences, last: NewsItem | None = None
) -> tuple[list[NewsLine], UUID | None]:  # fmt: skip
    """One page of what this person may read after this message, the newest first; and its last when there is more."""
    lines = _read(person_id, audiences, PAGE + 1, last)
    return lines[:PAGE], lines[PAGE - 1].id if len(lines) > PAGE else None


def newest(person_id: UUID, audiences: Audiences) -> list[NewsLine]:
    return _read(person_id, audiences, PAGE)


def _read(person_id: UUID, audiences: Audiences, most: int, last: NewsItem | None = None) -> list[NewsLine]:
    if not audiences:
        return []
    facts = {
        "person_id": person_id, "most": most, "before": (last and last.publish_at) or clock.now() + timedelta(days=1),
        "before_id": last.id if last else UUID(int=0),
    } | _facts(audiences)  # fmt: skip
    return [NewsLine(*row) for row in db.session.execute(_lines(len(audiences)), facts)]


def _facts(audiences: Audiences) -> dict[str, Any]:
    named = {f"audience_{number}": place for number, place in enumerate(audiences)}
    return named | {f"until_{number}": until for number, until in enumerate(audiences.values())}


@cache
def _lines(audiences: int) -> Any:
    mine = sa.union_all(*(sa.select(_newest_of(number)) for number in range(audiences))).subquery()
    return (
        sa.select(
            NewsItem.id, NewsItem.title, sa.func.substr(NewsItem.body, 1, 200), NewsItem.scope, _PLACE,
            NewsItem.publish_at, NewsItem.asks_receipt, NewsItem.is_urgent, NewsRead.seen_at, NewsRead.read_at,
        )
        .select_from(mine)
        .join(NewsItem, NewsItem.id == mine.c.id)
        .outerjoin(NewsRead, sa.and_(NewsRead.item_id == NewsItem.id, NewsRead.person_id == sa.bindparam("person_id")))
        .outerjoin(Group, Group.id == NewsItem.audience_id)
        .outerjoin(Location, Location.id == NewsItem.audience_id)
        .order_by(NewsItem.publish_at.desc(), NewsItem.id.desc())
        .limit(sa.bindparam("most"))
    )  # fmt: skip


_PLACE = sa.func.coalesce(Group.name, Location.name, "")


def _newest_of(number: int) -> Any:
    moment, uuid = NewsItem.publish_at.type, sa.Uuid()
    place = sa.tuple_(NewsItem.publish_at, NewsItem.id)
    return (
        sa.select(NewsItem.id)
        .where(
            NewsItem.audience_id == sa.bindparam(f"audience_{number}", type_=uuid), NewsItem.withdrawn_at.is_(None),
            NewsItem.publish_at <= sa.bindparam(f"until_{number}", type_=moment),
            place < sa.tuple_(sa.bindparam("before", type_=moment), sa.bindparam("before_id", type_=uuid)),
        )
        .order_by(NewsItem.publish_at.desc(), NewsItem.id.desc())
        .limit(sa.bindparam("most"))
        .subquery()
    )  # fmt: skip


def item_for(audiences: Audiences, item_id: UUID) -> NewsItem | None:
    """This message, when it is published for who belongs to one of these."""
    found = item(item_id)
    if found is None or found.publish_at is None or found.withdrawn_at is not None:
        return None
    until = audiences.get(found.audience_id)
    return found if until is not None and found.publish_at <= until else None


def read_by(person_id: UUID, item_id: UUID) -> NewsRead | None:
    wanted = sa.select(NewsRead).where(NewsRead.item_id == item_id, NewsRead.person_id == person_id)
    return db.session.scalars(wanted).one_or_none()


# Of one message


def item(item_id: UUID) -> NewsItem | None:
    wanted = sa.select(NewsItem).where(NewsItem.id == item_id)
    wanted = wanted.options(joinedload(NewsItem.author).joinedload(Account.person))
    return db.session.scalars(wanted).one_or_none()


def held_item(item_id: UUID) -> NewsItem | None:
    """This message, and nobody else changes it until the commit."""
    wanted = sa.select(NewsItem).where(NewsItem.id == item_id).with_for_update(of=NewsItem)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def place_of(item: NewsItem) -> str:
    """The name of the group or location it is for; "" when it is for everyone."""
    if item.scope == "organisation":
        return ""
    model = Group if item.scope == "group" else Location
    return db.session.scalar(sa.select(model.name).where(model.id == item.audience_id)) or ""


def versions_of(item_id: UUID) -> Sequence[NewsVersion]:
    """What it said before, the newest first."""
    wanted = sa.select(NewsVersion).where(NewsVersion.item_id == item_id)
    return db.session.scalars(wanted.order_by(NewsVersion.version.desc())).all()


def files_of(item_ids: Sequence[UUID]) -> dict[UUID, list[File]]:
    """What goes with these messages, in the order in which it came."""
    of: dict[UUID, list[File]] = {item_id: [] for item_id in item_ids}
    wanted = sa.select(NewsFile.item_id, File).join(File, File.id == NewsFile.file_id)
    wanted = wanted.where(NewsFile.item_id.in_(item_ids)).order_by(NewsFile.created_at, NewsFile.id)
    for item_id, file in db.session.execute(wanted) if item_ids else ():
        of[item_id].append(file)
    return of


# For the office


class OfficeLine(NamedTuple):
    """A message as the list of the office shows it."""

    item: NewsItem
    place: str
    author: str


def office_page(
    state: str, only: Sequence[UUID] | None, last: NewsItem | None = None
) -> tuple[list[OfficeLine], UUID | None]:  # fmt: skip
    """One page of messages in this state ("": all that are not withdrawn), the newest first; of these groups only."""
    wanted = (
        sa.select(NewsItem, _PLACE, Person.given_name)
        .join(Account, Account.id == NewsItem.author_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Group, Group.id == NewsItem.audience_id)
        .outerjoin(Location, Location.id == NewsItem.audience_id)
        .where(*_in_state(state, clock.now()), *([NewsItem.audience_id.in_(only)] if only is not None else []))
    )
    if last is not None:
        here = sa.tuple_(sa.literal(last.publish_at or last.created_at, _MOMENT.type), sa.literal(last.id, sa.Uuid()))
        wanted = wanted.where(sa.tuple_(_MOMENT, NewsItem.id) < here)
    found = db.session.execute(wanted.order_by(_MOMENT.desc(), NewsItem.id.desc()).limit(PAGE + 1))
    lines = [OfficeLine(*row) for row in found]
    return lines[:PAGE], lines[PAGE - 1].item.id if len(lines) > PAGE else None


_MOMENT = sa.func.coalesce(NewsItem.publish_at, NewsItem.created_at, type_=NewsItem.publish_at.type)


def _in_state(state: str, now: datetime) -> Iterator[sa.ColumnElement[bool]]:
    yield NewsItem.withdrawn_at.is_not(None) if state == "withdrawn" else NewsItem.withdrawn_at.is_(None)
    if state == "draft":
        yield NewsItem.publish_at.is_(None)
    if state == "planned":
        yield NewsItem.publish_at > now
    if state == "published":
        yield NewsItem.publish_at <= now


# Whom it is for


class Reader(NamedTuple):
    account_id: UUID
    person_id: UUID


def readers_of(item: NewsItem) -> list[Reader]:
    """The parents with an account that is not blocked who may see it (or could, when it is not published yet)."""
    wanted = sa.select(Account.id, Account.person_id).where(*readers(item)).order_by(Account.id)
    return [Reader(*row) for row in db.session.execute(wanted, {"today": clock.today()})]


def readers(item: NewsItem) -> list[sa.ColumnElement[bool]]:
    """Whether this message is for the person of this account. The statement takes `today` as a parameter."""
    day = clock.local(item.publish_at).date() if item.publish_at else clock.today()
    was_here = sa.or_(Child.end_date.is_(None), Child.end_date >= day)
    guardians = sa.select(Guardianship.person_id).join(Child, Child.id == Guardianship.child_id)
    guardians = guardians.where(SEES_TODAY, was_here, *_belongs(item))
    return [Account.person_id.in_(guardians), Account.status.in_(("active", "invited"))]


def _belongs(item: NewsItem) -> list[sa.ColumnElement[bool]]:
    if item.scope == "organisation":
        return []
    if item.scope == "group":
        return [Child.group_id == item.audience_id]
    return [Child.group_id.in_(sa.select(Group.id).where(Group.location_id == item.audience_id))]


def published_between(begin: datetime, end: datetime) -> Sequence[NewsItem]:
    """What was published after the one moment, up to and including the other; the oldest first."""
    wanted = sa.select(NewsItem).where(
        NewsItem.publish_at > begin, NewsItem.publish_at <= end, NewsItem.withdrawn_at.is_(None)
    )
    return db.session.scalars(wanted.order_by(NewsItem.publish_at, NewsItem.id)).all()


def unseen_between(begin: datetime, end: datetime) -> dict[UUID, list[UUID]]:
    """By person the messages of that time that are for them and that they have not opened yet. A statement for each
    message, and one more.
    """
    of: dict[UUID, list[UUID]] = {}
    for each in published_between(begin, end):
        opened = sa.exists().where(NewsRead.person_id == Account.person_id, NewsRead.item_id == each.id)
        wanted = sa.select(Account.person_id).where(*readers(each), sa.not_(opened))
        for person_id in db.session.scalars(wanted, {"today": clock.today()}):
            of.setdefault(person_id, []).append(each.id)
    return of


def news_of_child(child_id: UUID) -> Sequence[NewsItem]:
    """All that is published for the group, the location and the organisation of this child; the oldest first."""
    found = db.session.execute(
        sa.select(Child.group_id, Group.location_id, Child.end_date)
        .outerjoin(Group, Group.id == Child.group_id)
        .where(Child.id == child_id)
    ).one()
    until = min(clock.now(), end_of(found.end_date)) if found.end_date else clock.now()
    places = [each for each in (scope(), found.location_id, found.group_id) if each]
    wanted = sa.select(NewsItem).where(
        NewsItem.audience_id.in_(places), NewsItem.withdrawn_at.is_(None), NewsItem.publish_at <= until
    )
    wanted = wanted.options(joinedload(NewsItem.author).joinedload(Account.person))
    return db.session.scalars(wanted.order_by(NewsItem.publish_at, NewsItem.id)).all()
