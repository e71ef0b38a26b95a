"""From an address to a group, a story or a line of the rhythm this colleague may see; and to a day."""

from datetime import date
from uuid import UUID

from flask import abort

from portal import clock
from portal.children.find import find_child_here, seen_groups
from portal.children.models import Child
from portal.diary import queries
from portal.diary.models import DiaryEntry, RhythmEntry
from portal.diary.rules import day_problem
from portal.organisations.models import Group


def find_group(group_id: UUID) -> Group:
    """A group of this organisation, for groepsleiding one of its own; or 404."""
    groups: list[Group] = [group for group in seen_groups()[0] if group.id == group_id]
    return groups[0] if groups else abort(404)


def find_entry(entry_id: UUID, held: bool = False) -> DiaryEntry:
    """A story of such a group that is not withdrawn, or 404. Held: nobody else changes it now."""
    entry = (queries.held_entry if held else queries.entry)(entry_id) or abort(404)
    find_group(entry.group_id)
    return entry if entry.state != "withdrawn" else abort(404)


def find_rhythm(rhythm_id: UUID) -> tuple[RhythmEntry, Child]:
    """What is written down of the rhythm of a child this colleague sees, held; or 404."""
    row = queries.held_rhythm(rhythm_id) or abort(404)
    child = find_child_here(row.child_id)
    return (row, child) if row.withdrawn_at is None else abort(404)


def asked_day(words: str) -> date:
    """The day in an address; today when it is no day, or one about which nothing can be written."""
    today = clock.today()
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return today
    return today if day_problem(day, today) else day


def asked_until(words: str) -> date:
    """From which day a parent reads back; today when it is no day, or has yet to come."""
    today = clock.today()
    try:
        return min(date.fromisoformat(words), today)
    except ValueError:
        return today
