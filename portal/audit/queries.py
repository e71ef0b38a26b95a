"""The access log and its chains, read."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal.audit.models import AccessLog, LogChain
from portal.audit.rules import Break, Head, Line, first_break
from portal.db import db

PAGE = 1000
COLUMNS = [getattr(AccessLog, name) for name in Line._fields]


def locked_end(chain: str) -> tuple[UUID, int, str] | None:
    """Id, last number and last hash of this chain, held until the commit. SQLite has one writer anyway."""
    row = db.session.execute(_LOCKED_END, {"chain": chain}).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


_LOCKED_END = (
    sa.select(LogChain.id, LogChain.number, LogChain.hash)
    .where(LogChain.chain == sa.bindparam("chain"))
    .with_for_update()
)


def known_chains() -> Sequence[sa.Row[UUID, str]]:
    """Organisation and name of every chain."""
    return db.session.execute(sa.select(LogChain.organisation_id, LogChain.chain)).all()


def all_chains() -> Sequence[str]:
    """The chains of this organisation, also one whose own row is gone."""
    known = set(db.session.scalars(sa.select(LogChain.chain)))
    return sorted(known.union(db.session.scalars(sa.select(AccessLog.chain).distinct())))


def head_of(chain: str) -> Head | None:
    columns = LogChain.number, LogChain.hash, LogChain.purged, LogChain.purged_hash
    row = db.session.execute(sa.select(*columns).where(LogChain.chain == chain)).one_or_none()
    return None if row is None else Head(*row)


def first_break_of(chain: str) -> Break | None:
    """The first line of this chain that is not as it was written. Others may go on writing meanwhile."""
    head = head_of(chain)
    found = first_break(head or Head(0, "", 0, ""), _lines_of(chain))
    if found or head is not None:
        return found or _added_to(chain)
    return Break(1, "cut loose")


def _added_to(chain: str) -> Break | None:
    """A line behind the last one that the chain knows of. One statement, so one moment."""
    last = sa.select(LogChain.number).where(LogChain.chain == chain).scalar_subquery()
    behind = sa.select(sa.func.min(AccessLog.number)).where(AccessLog.chain == chain, AccessLog.number > last)
    number = db.session.execute(behind).scalar()
    return None if number is None else Break(number, "added")


def line_at(chain: str, number: int) -> Line | None:
    row = db.session.execute(
        sa.select(*COLUMNS).where(AccessLog.chain == chain, AccessLog.number == number)
    ).one_or_none()
    return None if row is None else Line(*row)


def _lines_of(chain: str) -> Iterator[tuple[Line, str]]:
    """Every line of this chain and its hash, the first one first, in pages that no cursor holds open."""
    number = -1
    statement = sa.select(AccessLog.hash, *COLUMNS).where(AccessLog.chain == chain)
    while page := db.session.execute(
        statement.where(AccessLog.number > number).order_by(AccessLog.number).limit(PAGE)
    ).all():
        for row in page:
            yield Line(*row[1:]), row[0]
        number = page[-1].number


def looks_since(
    actor_id: UUID, actions: Collection[str], moment: datetime
) -> set[tuple[str, UUID | None, UUID | None]]:
    """Action, child and object of what this person looked at since then."""
    found = sa.select(AccessLog.action, AccessLog.child_id, AccessLog.object_id).where(
        AccessLog.actor_id == actor_id, AccessLog.created_at >= moment, AccessLog.action.in_(actions)
    )
    return {(row[0], row[1], row[2]) for row in db.session.execute(found)}


class Last(NamedTuple):
    number: int
    hash: str


def has_old_lines(chain: str, before: datetime) -> bool:
    first = sa.select(AccessLog.created_at).where(AccessLog.chain == chain).order_by(AccessLog.number).limit(1)
    oldest = db.session.execute(first).scalar()
    return oldest is not None and oldest < before


def last_old_line(chain: str, before: datetime, most: int) -> Last | None:
    """The line up to which all are older than this, at most so many."""
    mine = AccessLog.chain == chain
    first_young = sa.select(sa.func.min(AccessLog.number)).where(mine, AccessLog.created_at >= before)
    start = db.session.execute(sa.select(sa.func.min(AccessLog.number)).where(mine)).scalar() or 0
    end = start + most
    young = db.session.execute(first_young.where(AccessLog.number < end)).scalar()
    row = db.session.execute(
        sa.select(AccessLog.number, AccessLog.hash)
        .where(mine, AccessLog.number < (young or end))
        .order_by(AccessLog.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Last(*row)
