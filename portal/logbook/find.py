"""From what stands in the address to the lines that are asked."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from portal import clock
from portal.audit.rules import KEPT
from portal.children.find import shielded
from portal.children.queries import accounts_of
from portal.logbook import queries, rules
from portal.logbook.queries import Entry, Filter, Key, Match
from portal.text import _


def find_filter(form: Any) -> Filter | None:
    """What this form asks; None when something in it is wrong, which its fields then say."""
    if not form.validate():
        return None
    actors = _people(form.wie, queries.accounts_named)
    about = _people(form.over, queries.things_named)
    since, until = moments(form.van.data, form.tot.data)
    is_in_order(form)
    actions = rules.actions_of(form.wat.data) if form.wat.data else None
    return None if form.errors else Filter(actors, about, actions, since, until)


def without_secrets(entries: Sequence[Entry]) -> list[Entry]:
    """Also a manager learns nothing of the devices of a parent whose details are secret for him or her (B5)."""
    people = shielded()
    hidden = {account.id for account in accounts_of(list(people)).values()} if people else set()
    return [replace(entry, detail="", address="") if _names(entry, hidden) else entry for entry in entries]


def _names(entry: Entry, ids: set[UUID]) -> bool:
    return any(who.id in ids for who in (entry.actor, entry.account) if who)


def is_in_order(form: Any) -> bool:
    """Whether the last day is not before the first; else its field says so."""
    if form.van.data and form.tot.data and form.tot.data < form.van.data:
        form.tot.errors = [_("Deze dag is eerder dan de eerste dag.")]
    return not form.errors


def default_days() -> tuple[date, date]:
    """As long as looks are kept."""
    today = clock.today()
    return today - KEPT["views"], today


def _people(field: Any, look: Callable[[str], list[Match]]) -> Sequence[UUID] | None:
    words = (field.data or "").strip()
    if not words:
        return None
    found = look(words)
    if not found:
        field.errors = [_("Wij vinden niemand die zo heet.")]
    if len(found) > queries.FEW:
        field.errors = [_("Er zijn te veel mensen die zo heten. Typ meer van de naam.")]
    return [match.id for match in found]


def moments(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """From the beginning of the first day until the end of the last one, on the clock of Amsterdam."""
    return (clock.midnight(first) if first else None, clock.midnight(last + timedelta(days=1)) if last else None)


def find_key(written: str) -> Key | None:
    """Where a page begins; None (the newest) for what is no such place."""
    moment, _line, id_ = written.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return Key(at, UUID(id_)) if at.tzinfo and 2000 <= at.year <= 9000 else None
    except ValueError:
        return None


def written(key: Key | None) -> str | None:
    return f"{key.at.isoformat()}_{key.id.hex}" if key else None
