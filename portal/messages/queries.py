"""News for the parents it is for, for the office, and for what tells about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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
from portal.messages.rules import PAGE, STARTS, end_of, rank_at_start
from portal.organisations.models import Group, Location
from portal.people.queries import PAGE as MOST_PEOPLE
from portal.people.queries import few, sorted_page
from portal.people.rules import full_name

# For a parent. Of each audience the newest rows are read by its own index: the work does not grow with the years

MOMENT = NewsItem.publish_at.type
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


def for_start(person_id: UUID, audiences: Audiences) -> list[NewsLine]:
    """A few for the start page: first what waits for an answer, then what is new, then what was published lately."""
    now, ranked = clock.now(), list[tuple[int, NewsLine]]()
    for line in _read(person_id, audiences, 2 * PAGE):
        rank = rank_at_start(now - line.publish_at, line.waits, line.is_new)
        if rank is not None:
            ranked.append((rank, line))
    return [line for _rank, line in sorted(ranked, key=lambda each: each[0])][:STARTS]


def _read(person_id: UUID, audiences: Audiences, most: int, last: NewsItem | None = None) -> list[NewsLine]:
    if not audiences:
        return []
    before = (last and last.publish_at) or clock.now() + timedelta(days=1)
    facts = {"person_id": person_id, "most": most, "before": before, "before_id": last.id if last else UUID(int=0)}
    return [NewsLine(*row) for row in db.session.execute(_lines(len(audiences)), facts | facts_of(audiences))]


def facts_of(audiences: Audiences) -> dict[str, Any]:
    """What a statement about these asks to know of them."""
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


def is_for(number: int) -> list[sa.ColumnElement[bool]]:
    """Whether a message is published for this one of the audiences in `facts_of`."""
    return [
        NewsItem.audience_id == sa.bindparam(f"audience_{number}", type_=sa.Uuid()), NewsItem.withdrawn_at.is_(None),
        NewsItem.publish_at <= sa.bindparam(f"until_{number}", type_=MOMENT),
    ]  # fmt: skip


def _newest_of(number: int) -> Any:
    place = sa.tuple_(NewsItem.publish_at, NewsItem.id)
    before = sa.tuple_(sa.bindparam("before", type_=MOMENT), sa.bindparam("before_id", type_=sa.Uuid()))
    return (
        sa.select(NewsItem.id)
        .where(*is_for(number), place < before)
        .order_by(NewsItem.publish_at.desc(), NewsItem.id.desc())
        .limit(sa.bindparam("most"))
        .subquery()
    )  # fmt: skip


# In the diary, on the day it was published. The statement takes `after` and `before`, the ends of the days, too

NEWS, MOST_NEWS = "news", 20  # that are read of one audience


class Note(NamedTuple):
    """A message as a day tells of it."""

    id: UUID
    day: date
    published_at: datetime
    title: str
    excerpt: str
    is_new: bool


def note_of(line: Any) -> Note:
    return Note(line.id, clock.local(line.at).date(), line.at, line.note, line.excerpt, bool(line.is_new))


def lines_of(number: int) -> Any:
    """The messages for one audience in the shape of a line of the rhythm, so that one statement gives both."""
    opened = sa.exists().where(NewsRead.item_id == NewsItem.id, NewsRead.person_id == sa.bindparam("person_id"))
    return (
        sa.select(
            NewsItem.audience_id.label("whose"), sa.cast(sa.null(), sa.Date).label("day"),
            sa.literal_column(f"'{NEWS}'", sa.String()).label("kind"), NewsItem.publish_at.label("at"),
            sa.cast(sa.null(), MOMENT).label("until"), sa.cast(sa.null(), sa.Integer).label("amount"),
            sa.literal_column("''", sa.String()).label("choice"), NewsItem.title.label("note"), NewsItem.id,
            sa.func.substr(NewsItem.body, 1, 200).label("excerpt"), sa.not_(opened).label("is_new"),
        )
        .where(
            *is_for(number), NewsItem.publish_at >= sa.bindparam("after", type_=MOMENT),
            NewsItem.publish_at < sa.bindparam("before", type_=MOMENT),
        )
        .order_by(NewsItem.publish_at.desc())
        .limit(MOST_NEWS)
        .subquery()
    )  # fmt: skip


# Of one message


def item_for(audiences: Audiences, item_id: UUID) -> NewsItem | None:
    """This message, when it is published for who belongs to one of these."""
    found = item(item_id)
    until = audiences.get(found.audience_id) if found and found.withdrawn_at is None else None
    return found if found and found.publish_at and until and found.publish_at <= until else None


def read_by(person_id: UUID, item_id: UUID) -> NewsRead | None:
    return db.session.scalars(sa.select(NewsRead).filter_by(item_id=item_id, person_id=person_id)).one_or_none()


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
    wanted = sa.select(NewsVersion).filter_by(item_id=item_id).order_by(NewsVersion.version.desc())
    return db.session.scalars(wanted).all()


def files_of(item_ids: Sequence[UUID]) -> dict[UUID, list[File]]:
    """What goes with these messages, in the order in which it came."""
    of: dict[UUID, list[File]] = {item_id: [] for item_id in item_ids}
    wanted = sa.select(NewsFile.item_id, File).join(File).order_by(NewsFile.created_at, NewsFile.id)
    for item_id, file in db.session.execute(wanted.where(NewsFile.item_id.in_(item_ids))) if item_ids else ():
        of[item_id].append(file)
    return of


def file_of(item_id: UUID, file_id: UUID) -> File | None:
    wanted = sa.select(File).join(NewsFile, NewsFile.file_id == File.id)
    return db.session.scalars(wanted.where(NewsFile.item_id == item_id, File.id == file_id)).one_or_none()


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
        here = sa.tuple_(sa.literal(last.publish_at or last.created_at, MOMENT), sa.literal(last.id, sa.Uuid()))
        wanted = wanted.where(sa.tuple_(_PLACED_AT, NewsItem.id) < here)
    found = db.session.execute(wanted.order_by(_PLACED_AT.desc(), NewsItem.id.desc()).limit(PAGE + 1))
    lines = [OfficeLine(*row) for row in found]
    return lines[:PAGE], lines[PAGE - 1].item.id if len(lines) > PAGE else None


_PLACED_AT = sa.func.coalesce(NewsItem.publish_at, NewsItem.created_at, type_=MOMENT)


def _in_state(state: str, now: datetime) -> Iterator[sa.ColumnElement[bool]]:
    yield NewsItem.withdrawn_at.is_not(None) if state == "withdrawn" else NewsItem.withdrawn_at.is_(None)
    moment = NewsItem.publish_at
    when = {"draft": moment.is_(None), "planned": moment > now, "published": moment <= now}
    yield from [when[state]] if state in when else []


# Whom it is for


def readers_of(item: NewsItem) -> Sequence[UUID]:
    """The accounts of the parents who may see it (or could, when it is not published yet), those blocked left out."""
    return db.session.scalars(sa.select(Account.id).where(*readers(item)), {"today": clock.today()}).all()


def readers(item: NewsItem) -> list[sa.ColumnElement[bool]]:
    """Whether this message is for the person of this account. The statement takes `today` as a parameter."""
    day = clock.local(item.publish_at).date() if item.publish_at else clock.today()
    was_here = sa.or_(Child.end_date.is_(None), Child.end_date >= day)
    guardians = sa.select(Guardianship.person_id).join(Child, Child.id == Guardianship.child_id)
    guardians = guardians.where(SEES_TODAY, was_here, *_belongs(item))
    is_open = Account.status.in_(("active", "invited"))
    if item.scope == "group":  # a few, who are gathered; of more than that each is asked, until a page is full
        return [Account.person_id.in_(guardians), is_open]
    return [guardians.where(Guardianship.person_id == Account.person_id).correlate(Account).exists(), is_open]


def _belongs(item: NewsItem) -> list[sa.ColumnElement[bool]]:
    if item.scope == "organisation":
        return []
    if item.scope == "group":
        return [Child.group_id == item.audience_id]
    return [Child.group_id.in_(sa.select(Group.id).where(Group.location_id == item.audience_id))]


class Reach(NamedTuple):
    """For how many parents a message is, and how many of them opened it and said to have read it."""

    readers: int
    opened: int
    read: int


def reach_of(item: NewsItem) -> Reach:
    counts = sa.select(*(sa.func.count(each) for each in (Account.id, NewsRead.seen_at, NewsRead.read_at)))
    return Reach(*db.session.execute(_with_reads(counts, item), {"today": clock.today()}).one())


def _with_reads(statement: Any, item: NewsItem) -> Any:
    """This statement about the accounts of everyone it is for, with what each did with it."""
    theirs = sa.and_(NewsRead.person_id == Account.person_id, NewsRead.item_id == item.id)
    return statement.select_from(Account).outerjoin(NewsRead, theirs).where(*readers(item))


@dataclass
class Receipt:
    """A parent, and whether he or she said to have read it."""

    account_id: UUID
    person_id: UUID
    name: str
    seen_at: datetime | None
    read_at: datetime | None
    children: list[str] = field(default_factory=list)


def receipts_page(item: NewsItem, state: str, last: UUID | None = None) -> tuple[list[Receipt], UUID | None]:
    """One page of whom it is for after this person, and the last person when there is more. State: "", "read", "not".

    At most four statements.
    """
    said = {"read": [NewsRead.read_at.is_not(None)], "not": [NewsRead.read_at.is_(None)]}.get(state, [])
    today = {"today": clock.today()}
    people = few(_with_reads(sa.select(Account.person_id), item).where(*said).params(today))
    statement = sa.select(
        Account.id, Account.person_id, Person.given_name, Person.infix, Person.family_name, NewsRead.seen_at,
        NewsRead.read_at,
    )  # fmt: skip
    statement = _with_reads(statement, item).join(Person, Person.id == Account.person_id).where(*said)
    rows = [
        Receipt(account_id, person_id, full_name(given, infix, family), *moments)
        for account_id, person_id, given, infix, family, *moments in db.session.execute(
            sorted_page(statement, Account.person_id, people, last), today
        )
    ]
    more = rows[MOST_PEOPLE - 1].person_id if len(rows) > MOST_PEOPLE else None
    _add_children(rows[:MOST_PEOPLE], item)
    return rows[:MOST_PEOPLE], more


def _add_children(rows: Sequence[Receipt], item: NewsItem) -> None:
    """The names of the children by whom it is for them."""
    of = {row.person_id: row.children for row in rows}
    wanted = (
        sa.select(Guardianship.person_id, Person.given_name)
        .join(Child, Child.id == Guardianship.child_id)
        .join(Person, Person.id == Child.person_id)
        .where(Guardianship.person_id.in_(list(of)), SEES_TODAY, *_belongs(item))
        .order_by(Person.birth_date, Person.id)
    )
    for person_id, given in db.session.execute(wanted, {"today": clock.today()}) if of else ():
        of[person_id].append(given)


def published_between(begin: datetime, end: datetime) -> Sequence[NewsItem]:
    """What was published after the one moment, up to and including the other; the oldest first."""
    wanted = sa.select(NewsItem).where(
        NewsItem.publish_at > begin, NewsItem.publish_at <= end, NewsItem.withdrawn_at.is_(None)
    )
    return db.session.scalars(wanted.order_by(NewsItem.publish_at, NewsItem.id)).all()


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
