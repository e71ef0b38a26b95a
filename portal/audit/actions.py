"""Writing in the access log, and taking away what is old.

Lines are gathered while a transaction goes on and written at its end, in one go: the chain of an organisation is then
held for a moment only, by who holds everything else already, and ten thousand lines cost hardly more than one.
"""

from collections.abc import Collection
from datetime import date
from itertools import groupby
from typing import NamedTuple, cast
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from portal import clock, keys
from portal.audit import queries, rules
from portal.audit.models import AccessLog, LogChain
from portal.audit.rules import Line
from portal.db import changed, db, scope, within

CHUNK = 1000
MOST_AT_ONCE = 20_000  # lines that one sweep takes away of one chain


class _Waiting(NamedTuple):
    transaction: SessionTransaction  # a line whose transaction was rolled back is never written
    lines: list[Line]


def record(
    action: str, account_id: UUID | None, by: UUID | None = None, result: str = "ok", detail: str = "",
    address: str = "", child_id: UUID | None = None, object_type: str = "", object_id: UUID | None = None,
) -> None:  # fmt: skip
    """Add one line, in the transaction of what it tells about. Never a secret, a password or a typed address.

    `account_id` is the account it was done to, `child_id` the child it is about, `by` the account that did it.
    """
    session = db.session()
    asked = session.info.get("request", _NOBODY)
    line = Line(
        id=uuid4(), organisation_id=scope(), chain=rules.chain_of(action), number=0, created_at=clock.now(),
        actor_id=by, account_id=account_id, child_id=child_id, action=action, result=result, object_type=object_type,
        object_id=object_id, detail=detail[:200], address=address, session_id=asked.session_id,
        reference=asked.reference,
    )  # fmt: skip
    transaction = session.get_transaction() or session.begin()
    waiting = session.info.get("access_log")
    if waiting is None or waiting.transaction is not transaction:
        waiting = session.info["access_log"] = _Waiting(transaction, [])
    waiting.lines.append(line)


class Look(NamedTuple):
    """Somebody looks at something. Of person and thing the log has one line a day: forty photos are one look."""

    day: date
    organisation_id: UUID
    by: UUID
    action: str
    child_id: UUID | None
    object_type: str
    object_id: UUID | None


_known: set[Look] = set()  # that have their line, as far as this process knows
MOST_KNOWN = 50_000


def look(
    action: str, by: UUID, child_id: UUID | None = None, object_type: str = "", object_id: UUID | None = None
) -> None:
    """Somebody looks at this. The line is written when the answer is there (portal.auth.gate)."""
    looks = db.session().info.setdefault("looks", set())
    looks.add(Look(clock.today(), scope(), by, action, child_id, object_type, object_id))


def new_looks() -> set[Look]:
    """The looks of this request that may have no line yet."""
    looks: set[Look] = db.session().info.pop("looks", set())
    return looks - _known


def record_looks(looks: Collection[Look]) -> None:
    """A line for each of these looks of one person that has none yet. Of two requests at once the second waits here."""
    first = next(iter(looks))
    lock_in_postgresql(f"looks {first.by.hex}")
    known = queries.looks_since(first.by, {each.action for each in looks}, clock.midnight(first.day))
    for each in sorted(looks, key=str):
        if (each.action, each.child_id, each.object_id) not in known:
            record(
                each.action, None, by=each.by, child_id=each.child_id, object_type=each.object_type,
                object_id=each.object_id,
            )  # fmt: skip


def know(looks: Collection[Look]) -> None:
    """These lines were committed."""
    if len(_known) > MOST_KNOWN:
        _known.clear()
    _known.update(looks)


def mark_of(address: str) -> str:
    """What is kept of an address that a stranger typed: the same for the same address, and telling nothing of it."""
    return keys.pseudonym("access log", scope().hex, address)


class Asked(NamedTuple):
    """In which request and session something is done, and who is logged in there."""

    reference: str
    session_id: UUID | None = None
    account_id: UUID | None = None


_NOBODY = Asked("")


def asked_by(reference: str) -> None:
    """The lines from here on say that this request made them."""
    db.session().info["request"] = Asked(reference)


def in_session(session_id: UUID, account_id: UUID) -> None:
    """The lines from here on say that they were made in this session, of who is logged in there."""
    info = db.session().info
    info["request"] = info.get("request", _NOBODY)._replace(session_id=session_id, account_id=account_id)


def asker() -> UUID | None:
    """The account that is logged in where this is asked; None for a stranger, a command and the worker."""
    asked: Asked = db.session().info.get("request", _NOBODY)
    return asked.account_id


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """Chain the lines of this transaction. The chain is locked last and for the shortest time, so nothing deadlocks."""
    waiting = session.info.get("access_log")
    if waiting is None or session.in_nested_transaction():
        return
    del session.info["access_log"]
    if waiting.transaction is not session.get_transaction():
        return
    session.flush()
    for (organisation_id, chain), lines in groupby(sorted(waiting.lines, key=_place), _place):
        with within(organisation_id):
            _append(chain, list(lines))


@event.listens_for(Session, "do_orm_execute")
def _write_before_reading(state: ORMExecuteState) -> None:
    """Who reads the log in the transaction that writes it, finds its lines there, as of any other row."""
    if not state.session.info.get("access_log") or not state.is_select:
        return
    if any(mapper.class_ is AccessLog for mapper in state.all_mappers):
        _write(state.session)


def _place(line: Line) -> tuple[UUID, str]:
    return line.organisation_id, line.chain


def _append(chain: str, lines: list[Line]) -> None:
    chain_id, number, hash_ = queries.locked_end(chain) or _begin(chain)
    rows = []
    for number, line in enumerate(lines, start=number + 1):  # noqa: B020
        placed = line._replace(number=number)
        hash_ = rules.sealed(placed, hash_)
        rows.append({**placed._asdict(), "hash": hash_, "updated_at": line.created_at})
    for start in range(0, len(rows), CHUNK):
        db.session.execute(_ADD, rows[start : start + CHUNK])
    moved = {"chain_id": chain_id, "number": number, "hash": hash_, "now": clock.now()}
    db.session.execute(_MOVE, moved)


_ADD = sa.insert(AccessLog)
_CHAIN = cast(sa.Table, LogChain.__table__)
_MOVE = (
    sa.update(_CHAIN)
    .where(_CHAIN.c.id == sa.bindparam("chain_id"))
    .values(number=sa.bindparam("number"), hash=sa.bindparam("hash"), updated_at=sa.bindparam("now"))
)


def _begin(chain: str) -> tuple[UUID, int, str]:
    """The chain before its first line. Of two who begin it at once the second finds what the first made."""
    lock_in_postgresql(f"access log {scope().hex} {chain}")
    found = queries.locked_end(chain)
    if found is None:
        new = LogChain(id=uuid4(), organisation_id=scope(), chain=chain)
        db.session.add(new)
        db.session.flush()
        found = new.id, 0, ""
    return found


def lock_in_postgresql(key: str) -> None:
    """Whoever asks for the same key waits until this transaction is over. SQLite has one writer anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(key, 0))))


def purge() -> int:
    """Take away the lines that are old, of every organisation in sight; the number of lines.

    The hash of the last of them is kept, so that what stands behind it can still be verified.
    """
    gone = 0
    for organisation_id, chain in queries.known_chains():
        with within(organisation_id):
            gone += _purge(chain)
    return gone


def _purge(chain: str) -> int:
    if not queries.has_old_lines(chain, clock.now() - rules.KEPT[chain]):
        return 0
    end = queries.locked_end(chain)
    last = queries.last_old_line(chain, clock.now() - rules.KEPT[chain], MOST_AT_ONCE)
    if end is None or last is None:
        return 0
    forgotten = sa.update(_CHAIN).where(_CHAIN.c.id == end[0])
    db.session.execute(forgotten.values(purged=last.number, purged_hash=last.hash, updated_at=clock.now()))
    return changed(sa.delete(AccessLog).where(AccessLog.chain == chain, AccessLog.number <= last.number))
