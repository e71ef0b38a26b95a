"""Writing stories and rhythm, correcting them with what was there kept, and withdrawing them."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth.models import Account
from portal.children.models import Child
from portal.consent.queries import consented, purpose
from portal.consent.rules import GROUP_NAME
from portal.db import changed, db, scope
from portal.diary import queries, rules
from portal.diary.models import DiaryChild, DiaryEntry, DiaryVersion, DiaryVisit, RhythmEntry
from portal.diary.rules import Rhythm
from portal.errors import Refused
from portal.text import _

SAME_PRESS = timedelta(seconds=20)
MANY = 500  # ids in one statement

# Stories


def write_entry(
    entry_id: UUID, group_id: UUID, day: date, body: str, children: Sequence[Child], by: Account
) -> DiaryEntry:
    """A draft about these children. The same id twice, of a press of the button that got lost, writes once.

    Raises Refused, also for a child that may not be named together with others.
    """
    known = queries.held_entry(entry_id)
    if known is not None:
        return known
    if problem := rules.day_problem(day, clock.today()):
        raise Refused(problem)
    _check_names(children)
    entry = DiaryEntry(
        id=entry_id, organisation_id=scope(), group_id=group_id, author_id=by.id, day=day, body=_tidy(body),
        tags=_tags(day, children),
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    return entry


def publish(entry: DiaryEntry, by: Account) -> None:
    """From now on the parents read it. Raises Refused when a consent was withdrawn meanwhile."""
    if entry.state != "draft":
        return
    _check_names([tag.child for tag in entry.tags])
    entry.state, entry.published_at = "published", clock.now()
    _show(entry)
    _record("entry_published", entry, by)


def correct_entry(entry: DiaryEntry, version: int, body: str, children: Sequence[Child], by: Account) -> None:
    """What it said is kept. `version` is the one that was on the screen. Raises Refused."""
    if entry.version != version or entry.state == "withdrawn":
        raise Refused(_("Een collega heeft dit verhaal net gewijzigd. Kijk het na en bewaar het dan opnieuw."))
    _check_names(children)
    before = sorted(tag.child_id for tag in entry.tags)
    if (entry.body, before) == (_tidy(body), sorted(child.id for child in children)):
        return
    db.session.add(
        DiaryVersion(
            organisation_id=scope(), entry_id=entry.id, version=entry.version, body=entry.body,
            children=[str(child_id) for child_id in before], written_by=queries.last_writer(entry), replaced_by=by.id,
        )
    )  # fmt: skip
    _record("entry_corrected", entry, by)
    kept = [tag for tag in entry.tags if tag.child_id in {child.id for child in children}]
    for tag in entry.tags:
        if tag not in kept:
            db.session.delete(tag)
    new = [child for child in children if child.id not in {tag.child_id for tag in kept}]
    entry.tags = [*kept, *_tags(entry.day, new)]
    entry.body, entry.version = _tidy(body), entry.version + 1
    entry.corrected_at = clock.now() if entry.state == "published" else None
    _show(entry)


def withdraw(entry: DiaryEntry, by: Account) -> None:
    """Nobody reads it any more; what it said is kept."""
    if entry.state == "withdrawn":
        return
    was_read = entry.state == "published"
    entry.state = "withdrawn"
    _show(entry)
    if was_read:
        _record("entry_withdrawn", entry, by)


def _show(entry: DiaryEntry) -> None:
    for tag in entry.tags:
        tag.is_shown = entry.state == "published"
    db.session.flush()


def _tags(day: date, children: Sequence[Child]) -> list[DiaryChild]:
    return [DiaryChild(organisation_id=scope(), child_id=child.id, child=child, day=day) for child in children]


def _tidy(body: str) -> str:
    return "\n".join(line.rstrip() for line in body.strip().splitlines())


def _check_names(children: Sequence[Child]) -> None:
    """In a story about more children each must have consent to be named there (domain.md, D6)."""
    if len(children) < 2:
        return
    may = consented([child.id for child in children], GROUP_NAME)
    names = [child.person.full_name for child in children if child.id not in may]
    asked = purpose(GROUP_NAME)
    if names and asked:
        raise Refused(
            _(
                "Er is geen toestemming voor: %(purpose)s. Het gaat om %(names)s. Schrijf over dit kind apart.",
                purpose=asked.name, names=rules.in_a_row(names),
            )
        )  # fmt: skip


def _record(action: str, entry: DiaryEntry, by: Account) -> None:
    for tag in entry.tags:
        record(
            action, None, by=by.id, child_id=tag.child_id, object_type="diary_entry", object_id=entry.id,
            detail=entry.day.isoformat(),
        )  # fmt: skip


# Rhythm


def note_rhythm(child: Child, said: Rhythm, by: Account) -> RhythmEntry | None:
    """Write this down; None when it was a second press of the same button. Raises Refused."""
    _hold(child)
    if child.group_id is None:
        raise Refused(_("Dit kind zit in geen groep."))
    day = clock.local(said.at).date()
    today = queries.rhythm_on([child.id], day)[child.id]
    if any(row.rhythm == said or _is_same_press(row, said, by) for row in today):
        return None
    _check_rhythm(said, [row for row in today if row.kind == "sleep"], len(today))
    return _add(child.id, child.group_id, said, by)


def wake(row: RhythmEntry, by: Account) -> None:
    """This child slept until now."""
    if row.kind == "sleep" and row.until is None and row.withdrawn_at is None:
        row.until = max(clock.now(), row.at + timedelta(minutes=1))
        db.session.flush()


def correct_rhythm(row: RhythmEntry, said: Rhythm, by: Account) -> None:
    """A new row takes the place of this one, which is kept. Raises Refused."""
    if row.withdrawn_at is not None:
        raise Refused(_("Een collega heeft dit net gewijzigd. Kijk het na."))
    if row.rhythm == said:
        return
    day = clock.local(said.at).date()
    others = [each for each in queries.rhythm_on([row.child_id], day)[row.child_id] if each.id != row.id]
    _check_rhythm(said, [each for each in others if each.kind == "sleep"], len(others))
    _end(row, by)
    _add(row.child_id, row.group_id, said, by).replaces_id = row.id
    record("rhythm_corrected", None, by=by.id, child_id=row.child_id, detail=row.day.isoformat())
    db.session.flush()


def withdraw_rhythm(row: RhythmEntry, by: Account) -> None:
    """It was not so; what was written is kept."""
    if row.withdrawn_at is None:
        _end(row, by)
        record("rhythm_withdrawn", None, by=by.id, child_id=row.child_id, detail=row.day.isoformat())
        db.session.flush()


def _hold(child: Child) -> None:
    """Two colleagues who write about one child at once come after each other."""
    db.session.execute(sa.select(Child.id).where(Child.id == child.id).with_for_update(key_share=True))


def _is_same_press(row: RhythmEntry, said: Rhythm, by: Account) -> bool:
    same = (row.kind, row.amount, row.choice, row.note, row.author_id)
    is_same = same == (said.kind, said.amount, said.choice, said.note, by.id)
    return is_same and abs(said.at - row.at) < SAME_PRESS


def _check_rhythm(said: Rhythm, sleeps: Sequence[RhythmEntry], count: int) -> None:
    problem = rules.day_problem(clock.local(said.at).date(), clock.today()) or rules.rhythm_problem(said, clock.now())
    if problem := problem or rules.sleep_problem([(row.at, row.until) for row in sleeps], said):
        raise Refused(problem)
    if count >= rules.MOST_A_DAY:
        raise Refused(_("Er staat al heel veel bij deze dag. Kijk na of dat klopt."))


def _add(child_id: UUID, group_id: UUID, said: Rhythm, by: Account) -> RhythmEntry:
    row = RhythmEntry(
        id=uuid4(), organisation_id=scope(), child_id=child_id, group_id=group_id, author_id=by.id,
        day=clock.local(said.at).date(), kind=said.kind, at=said.at, until=said.until, amount=said.amount,
        choice=said.choice, note=said.note.strip(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _end(row: RhythmEntry, by: Account) -> None:
    row.withdrawn_at, row.withdrawn_by = clock.now(), by.id


# Looking


def visited(person_id: UUID) -> None:
    """This parent looked at the days: the moment from which things are new next time."""
    known, now = queries.visit(person_id), clock.now()
    if known is None:
        db.session.add(DiaryVisit(organisation_id=scope(), person_id=person_id, seen_at=now))
    else:
        if now - known.seen_at > rules.SAME_VISIT:
            known.before_at = known.seen_at
        known.seen_at = now
    db.session.flush()


# What is over (portal.retention)


def forget_stories(child_id: UUID) -> int:
    """This child is in no story any more, and stories of nobody are gone; of how many it was."""
    entry_ids = list(db.session.scalars(sa.select(DiaryChild.entry_id).where(DiaryChild.child_id == child_id)))
    count = changed(sa.delete(DiaryChild).where(DiaryChild.child_id == child_id))
    for start in range(0, len(entry_ids), MANY):
        some = entry_ids[start : start + MANY]
        of_others = sa.select(DiaryChild.entry_id).where(DiaryChild.entry_id.in_(some))
        changed(sa.delete(DiaryVersion).where(DiaryVersion.entry_id.in_(some), DiaryVersion.entry_id.not_in(of_others)))
        changed(sa.delete(DiaryEntry).where(DiaryEntry.id.in_(some), DiaryEntry.id.not_in(of_others)))
    return count


def forget_rhythm(child_id: UUID) -> int:
    return changed(sa.delete(RhythmEntry).where(RhythmEntry.child_id == child_id))
