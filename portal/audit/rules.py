"""What a line of the access log says, how lines are chained, and how long they are kept."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

# Lines that are kept equally long form one chain, so that it only ever loses its oldest end (security.md, G8).
KEPT = {
    "changes": timedelta(days=365),
    "views": timedelta(days=183),
    "tries": timedelta(days=7),  # of strangers: in them stands a keyed hash of what was typed
}
TRIES = {"unknown_login_failed", "tries_limited", "reset_asked", "code_refused", "unknown_link_refused"}
VIEWED = ("_seen", "_downloaded")


def chain_of(action: str) -> str:
    """Whether this is a look at something, a try of a stranger, or a change."""
    if action in TRIES:
        return "tries"
    return "views" if action.endswith(VIEWED) else "changes"


class Line(NamedTuple):
    """All that a line says. Its place in the chain is `number`, from 1."""

    id: UUID
    organisation_id: UUID
    chain: str
    number: int
    created_at: datetime
    actor_id: UUID | None
    account_id: UUID | None
    child_id: UUID | None
    action: str
    result: str
    object_type: str
    object_id: UUID | None
    detail: str
    address: str
    session_id: UUID | None
    reference: str


def sealed(line: Line, before: str) -> str:
    """The hash of this line and, by the hash of the line before it, of all lines before it."""
    values = [value.isoformat() if isinstance(value, datetime) else value and str(value) for value in line]
    words = json.dumps([before, *values], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


class Head(NamedTuple):
    """What a chain knows of itself: its last line, and the last line that was taken away because it was old."""

    number: int
    hash: str
    purged: int
    purged_hash: str


class Break(NamedTuple):
    """The first line that is not as it was written."""

    number: int
    reason: str


def first_break(head: Head, lines: Iterable[tuple[Line, str]]) -> Break | None:
    """Where this chain is broken, or None. `lines` have their hashes and come in the order of their numbers."""
    number, before = head.purged, head.purged_hash
    for line, hash_ in lines:
        if line.number <= number:
            return Break(line.number, "put back")
        if line.number > number + 1:
            return Break(number + 1, "removed")
        number, before = line.number, sealed(line, before)
        if before != hash_ or (number == head.number and before != head.hash):
            return Break(number, "changed")
    return None if number >= head.number else Break(number + 1, "removed")
