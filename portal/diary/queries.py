"""Stories and rhythm: of a group on one day, and page by page for a parent."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal import clock
from portal.auth.models import Account, Person
from portal.children.models import Child
from portal.children.queries import ChildLine
from portal.consent.queries import has_consent_to
from portal.consent.rules import GROUP_NAME
from portal.db import db
from portal.diary.models import DiaryChild, DiaryEntry, DiaryVersion, DiaryVisit, RhythmEntry
from portal.diary.rules import MOST_A_DAY, SAME_VISIT, Rhythm, Said, day_words, in_a_row, whole_days
from portal.diary.rules import said as say
from portal.messages.queries import MOST_NEWS, NEWS, Note, audiences_of, facts_of, lines_of, note_of
from portal.photos.models import Photo, PhotoChild
from portal.photos.queries import OTHERS_ALLOW_IT
from portal.photos.rules import PAGE

# For the group


def children_on(group_id: UUID, day: date) -> Sequence[Child]:
    """The children of this group who are still there on this day, by name."""
    here = sa.or_(Child.end_date.is_(None), Child.end_date >= day)
    statement = sa.select(Child).join(Child.person).where(Child.group_id == group_id, here)
    return db.session.scalars(statement.order_by(Person.sort_name, Person.id)).all()


def entries_on(group_id: UUID, day: date) -> Sequence[DiaryEntry]:
    """The stories of this group about this day that are not withdrawn, the newest first."""
    statement = sa.select(DiaryEntry).where(
        DiaryEntry.group_id == group_id, DiaryEntry.day == day, DiaryEntry.state != "withdrawn"
    )
    return db.session.scalars(_whole(statement).order_by(DiaryEntry.created_at.desc(), DiaryEntry.id)).all()


def entry(entry_id: UUID) -> DiaryEntry | None:
    return db.session.scalars(_whole(sa.select(DiaryEntry).where(DiaryEntry.id == entry_id))).one_or_none()


def held_entry(entry_id: UUID) -> DiaryEntry | None:
    """This story, and nobody else changes it until the commit."""
    statement = sa.select(DiaryEntry).where(DiaryEntry.id == entry_id).with_for_update(of=DiaryEntry)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def _whole(statement: Any) -> Any:
    return statement.options(joinedload(DiaryEntry.author), selectinload(DiaryEntry.tags).joinedload(DiaryChild.child))


def versions_of(entry_id: UUID) -> list[tuple[DiaryVersion, str]]:
    """What this story said before, with the name of who wrote it; the newest first."""
    statement = (
        sa.select(DiaryVersion, Person)
        .join(Account, Account.id == DiaryVersion.written_by)
        .join(Person, Person.id == Account.person_id)
        .where(DiaryVersion.entry_id == entry_id)
        .order_by(DiaryVersion.version.desc())
    )
    return [(version, person.full_name) for version, person in db.session.execute(statement)]


def last_writer(entry: DiaryEntry) -> UUID:
    """Who wrote what the story says now."""
    before = sa.select(DiaryVersion.replaced_by).where(DiaryVersion.entry_id == entry.id)
    return db.session.scalar(before.order_by(DiaryVersion.version.desc()).limit(1)) or entry.author_id


def rhythm_on(child_ids: Collection[UUID], day: date) -> dict[UUID, list[RhythmEntry]]:
    """The rhythm of these children on this day, in the order of the clock."""
    statement = sa.select(RhythmEntry).where(
        RhythmEntry.child_id.in_(list(child_ids)), RhythmEntry.day == day, RhythmEntry.withdrawn_at.is_(None)
    )
    of: dict[UUID, list[RhythmEntry]] = {child_id: [] for child_id in child_ids}
    for row in db.session.scalars(statement.order_by(RhythmEntry.at, RhythmEntry.created_at)) if child_ids else []:
        of[row.child_id].append(row)
    return of


def held_rhythm(row_id: UUID) -> RhythmEntry | None:
    """This one, and nobody else changes it until the commit."""
    statement = sa.select(RhythmEntry).where(RhythmEntry.id == row_id).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


# For a parent. Of each child the newest rows are read by its own index: the work does not grow with the years

STORIES, RHYTHM = 20, MOST_A_DAY + 20  # that are read of one child
FIRST = date(2000, 1, 1)  # before any day that was written about
MOST_DAYS = 7  # on one page


class Story(NamedTuple):
    """A story as a parent reads it. Of children of others only who may be named is there."""

    id: UUID
    day: date
    body: str
    author: str
    published_at: datetime
    corrected_at: datetime | None
    is_new: bool
    child_ids: list[UUID]  # own children
    others: list[str]


class Picture(NamedTuple):
    """A photo as a parent sees it in a grid."""

    id: UUID
    day: date
    taken_at: datetime
    caption: str
    width: int
    height: int
    child_ids: list[UUID]  # own children


class Told(NamedTuple):
    """One thing of the rhythm of an own child."""

    child_id: UUID
    day: date
    rhythm: Rhythm


class Day(NamedTuple):
    """One day: the news, of each child its rhythm in the order of the clock, the stories, and the photos."""

    day: date
    title: str
    news: list[Note]
    rhythm: list[tuple[str, list[Said]]]
    stories: list[tuple[str, Story]]  # with the names of the own children in it
    pictures: list[tuple[str, Picture]]


def today_of(person_id: UUID, children: Sequence[ChildLine]) -> Day | None:
    """Today, as far as something was written about it. Without photos and news it is two statements."""
    days, _older = days_of(person_id, children, clock.today(), since=clock.today(), is_whole=False)
    return days[0] if days else None


def days_of(
    person_id: UUID, children: Sequence[ChildLine], until: date, since: date = FIRST, is_whole: bool = True
) -> tuple[list[Day], date | None]:
    """Some days of these children up to and including this one, the newest first; and the last of them when there are
    older ones. Three statements. What is not whole has no photos and no news.
    """
    if not children:
        return [], None
    names = {child.id: child.given_name for child in children}
    audiences = audiences_of(children) if is_whole else {}
    facts = _facts(person_id, list(names), since, until) | facts_of(audiences)
    pictures, ends = _pictures(list(names), facts) if is_whole else ([], [])
    days, stories, told, news, is_more = _read(list(names), len(audiences), facts, ends)

    said: dict[tuple[UUID, date], list[Said]] = {}
    for each in told:
        said.setdefault((each.child_id, each.day), []).append(say(each.rhythm))

    def who(child_ids: Sequence[UUID]) -> str:
        return in_a_row([name for child_id, name in names.items() if child_id in child_ids])

    shown = [
        Day(
            day, day_words(day, clock.today()), [note for note in news if note.day == day],
            [(name, said[child_id, day]) for child_id, name in names.items() if (child_id, day) in said],
            [(who(story.child_ids), story) for story in stories if story.day == day],
            [(who(picture.child_ids), picture) for picture in pictures if picture.day == day],
        )
        for day in days
    ]  # fmt: skip
    return shown, days[-1] if days and is_more else None


def _facts(person_id: UUID, child_ids: Sequence[UUID], since: date, until: date) -> dict[str, Any]:
    return {
        "since": since, "until": until, "today": clock.today(), "person_id": person_id,
        "visit_over": clock.now() - SAME_VISIT, "after": clock.midnight(since),
        "before": clock.midnight(until + timedelta(days=1)),
    } | {f"child_{number}": child_id for number, child_id in enumerate(child_ids)}  # fmt: skip


class Everything(NamedTuple):
    """All that a parent can read back of one child, the oldest first: what `days_of` gives, without its pages."""

    rhythm: list[Told]
    stories: list[Story]
    pictures: list[Picture]


def everything_of(person_id: UUID, child_id: UUID) -> Everything:
    """Three statements."""
    facts = _facts(person_id, [child_id], FIRST, clock.today())
    rows = db.session.execute(_stories(1, None), facts).all()
    lines = db.session.execute(_lines(1, most=None), facts).all()
    seen = db.session.execute(_SEEN.where(_BEFORE), {**facts, "child_ids": [child_id]}).all()
    told = [Told(line.whose, line.day, Rhythm(*line[2:8])) for line in lines]
    return Everything(
        sorted(told, key=lambda each: (each.day, each.rhythm.at, each.rhythm.kind)),
        sorted(_gathered(rows, [child_id]), key=lambda story: (story.day, story.published_at, story.id)),
        sorted(_gathered_pictures(seen), key=lambda picture: (picture.taken_at, picture.id)),
    )


Ends = list[tuple[date, bool]]


def _read(
    child_ids: Sequence[UUID], audiences: int, facts: dict[str, Any], ends: Ends
) -> tuple[list[date], list[Story], list[Told], list[Note], bool]:  # fmt: skip
    rows = db.session.execute(_stories(len(child_ids)), facts).all()
    lines = db.session.execute(_lines(len(child_ids), audiences), facts).all()
    read = {(row.child_id, row.id): row.day for row in rows}
    told = [Told(line.whose, line.day, Rhythm(*line[2:8])) for line in lines if line.kind != NEWS]
    notes = [(line.whose, note_of(line)) for line in lines if line.kind == NEWS]
    ends = ends + _ends([(child_id, day) for (child_id, _id), day in read.items()], STORIES)
    ends += _ends([(each.child_id, each.day) for each in told], RHYTHM)
    ends += _ends([(audience, note.day) for audience, note in notes], MOST_NEWS)
    days, is_more = whole_days(ends, MOST_DAYS)
    told = sorted((each for each in told if each.day in days), key=lambda each: each.rhythm.at)
    news = sorted((note for _audience, note in notes), key=lambda note: note.published_at)
    return days, _gathered(rows, child_ids), told, news, is_more


def _ends(found: Sequence[tuple[UUID, date]], most: int) -> Ends:
    """The days that were read, and of each whether it is the last of a child of which not all was read."""
    of: dict[UUID, list[date]] = {}
    for child_id, day in found:
        of.setdefault(child_id, []).append(day)
    return [
        (day, len(days) >= most and day == min(days)) for days in of.values() for day in sorted(set(days), reverse=True)
    ]


def _gathered(rows: Sequence[Any], child_ids: Sequence[UUID]) -> list[Story]:
    """A row per story, own child and child in it becomes a story with its children."""
    stories: dict[UUID, Story] = {}
    for row in rows:
        is_new = row.since is not None and row.published_at > row.since
        story = stories.setdefault(
            row.id,
            Story(row.id, row.day, row.body, row.author, row.published_at, row.corrected_at, is_new, [], []),
        )
        if row.tagged in child_ids:
            if row.tagged not in story.child_ids:
                story.child_ids.append(row.tagged)
        elif row.may_be_named and row.given_name not in story.others:
            story.others.append(row.given_name)
    return sorted(stories.values(), key=lambda story: story.published_at)


@cache
def _stories(children: int, most: int | None = STORIES) -> Any:
    mine = sa.union_all(*(sa.select(_tags_of(number, most)) for number in range(children))).subquery()
    author, writer, person = aliased(Person), aliased(Account), aliased(Person)
    tag, child = aliased(DiaryChild), aliased(Child)
    is_over = DiaryVisit.seen_at < sa.bindparam("visit_over")
    last_visit = sa.case((is_over, DiaryVisit.seen_at), else_=DiaryVisit.before_at)
    since = sa.select(last_visit).where(DiaryVisit.person_id == sa.bindparam("person_id")).scalar_subquery()
    return (
        sa.select(
            mine.c.child_id, mine.c.day, DiaryEntry.id, DiaryEntry.body, DiaryEntry.published_at,
            DiaryEntry.corrected_at, author.given_name.label("author"), tag.child_id.label("tagged"),
            person.given_name, has_consent_to(tag.child_id, GROUP_NAME).label("may_be_named"), since.label("since"),
        )
        .join(DiaryEntry, DiaryEntry.id == mine.c.entry_id)
        .join(writer, writer.id == DiaryEntry.author_id)
        .join(author, author.id == writer.person_id)
        .join(tag, tag.entry_id == DiaryEntry.id)
        .join(child, child.id == tag.child_id)
        .join(person, person.id == child.person_id)
        .order_by(person.sort_name)
    )  # fmt: skip


def _tags_of(number: int, most: int | None) -> Any:
    return (
        sa.select(DiaryChild.child_id, DiaryChild.day, DiaryChild.entry_id)
        .where(
            DiaryChild.child_id == sa.bindparam(f"child_{number}", type_=sa.Uuid()), DiaryChild.is_shown.is_(True),
            DiaryChild.day.between(sa.bindparam("since"), sa.bindparam("until")),
        )
        .order_by(DiaryChild.day.desc())
        .limit(most)
        .subquery()
    )  # fmt: skip


@cache
def _lines(children: int, audiences: int = 0, most: int | None = RHYTHM) -> Any:
    """The rhythm of these children, and what was published for them: one statement, for the page may ask six."""
    each = [sa.select(_rhythm_of(number, most)) for number in range(children)]
    return sa.select(sa.union_all(*each, *(sa.select(lines_of(number)) for number in range(audiences))).subquery())


def _rhythm_of(number: int, most: int | None) -> Any:
    return (
        sa.select(
            RhythmEntry.child_id.label("whose"), RhythmEntry.day, RhythmEntry.kind, RhythmEntry.at, RhythmEntry.until,
            RhythmEntry.amount, RhythmEntry.choice, RhythmEntry.note, RhythmEntry.id,
            sa.literal_column("''", sa.String()).label("excerpt"), sa.false().label("is_new"),
        )
        .where(
            RhythmEntry.child_id == sa.bindparam(f"child_{number}", type_=sa.Uuid()),
            RhythmEntry.withdrawn_at.is_(None),
            RhythmEntry.day.between(sa.bindparam("since"), sa.bindparam("until")),
        )
        .order_by(RhythmEntry.day.desc())
        .limit(most)
        .subquery()
    )  # fmt: skip


def _pictures(child_ids: Sequence[UUID], facts: dict[str, Any]) -> tuple[list[Picture], Ends]:
    """The newest photos that may be seen, and whether there may be more behind them."""
    rows = db.session.execute(_PICTURES, {**facts, "child_ids": list(child_ids)}).all()
    pictures = _gathered_pictures(rows)
    shown = pictures[:PAGE]
    is_cut = len(rows) == 2 * PAGE or len(pictures) > PAGE
    return shown[::-1], [(each.day, is_cut and each.day == shown[-1].day) for each in shown]


def _gathered_pictures(rows: Sequence[Any]) -> list[Picture]:
    """A row per photo and own child becomes a photo with its children."""
    found: dict[UUID, Picture] = {}
    for photo_id, taken_at, caption, width, height, child_id in rows:
        day = clock.local(taken_at).date()
        picture = found.setdefault(photo_id, Picture(photo_id, day, taken_at, caption, width, height, []))
        picture.child_ids.append(child_id)
    return list(found.values())


def picture_of(person_id: UUID, child_ids: Collection[UUID], photo_id: UUID) -> Picture | None:
    """This photo, when it may be seen by this parent today."""
    facts = {"person_id": person_id, "today": clock.today(), "child_ids": list(child_ids)}
    found = _gathered_pictures(db.session.execute(_SEEN.where(Photo.id == photo_id), facts).all())
    return found[0] if found else None


def next_to(person_id: UUID, child_ids: Collection[UUID], picture: Picture) -> tuple[UUID | None, UUID | None]:
    """The photos just newer and just older than this one, of those that may be seen. Two statements."""
    facts = {"person_id": person_id, "today": clock.today(), "child_ids": list(child_ids)}
    here = sa.tuple_(sa.literal(picture.taken_at, Photo.taken_at.type), sa.literal(picture.id, Photo.id.type))
    place = sa.tuple_(Photo.taken_at, Photo.id)
    newer = _SEEN.where(place > here).order_by(Photo.taken_at, Photo.id).limit(1)
    older = _SEEN.where(place < here).order_by(Photo.taken_at.desc(), Photo.id.desc()).limit(1)
    ids = [db.session.scalars(statement, facts).first() for statement in (newer, older)]
    return ids[0], ids[1]


_SEEN = (
    sa.select(Photo.id, Photo.taken_at, Photo.caption, Photo.width, Photo.height, PhotoChild.child_id)
    .join(PhotoChild, PhotoChild.photo_id == Photo.id)
    .where(
        PhotoChild.child_id.in_(sa.bindparam("child_ids", expanding=True)), Photo.status == "ready", OTHERS_ALLOW_IT,
    )
)  # fmt: skip
_BEFORE = Photo.taken_at < sa.bindparam("before")
_PICTURES = _SEEN.where(_BEFORE).order_by(Photo.taken_at.desc(), Photo.id.desc()).limit(2 * PAGE)


def visit(person_id: UUID) -> DiaryVisit | None:
    return db.session.scalars(sa.select(DiaryVisit).where(DiaryVisit.person_id == person_id)).one_or_none()
