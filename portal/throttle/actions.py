"""Count first, then try: the caller commits before it verifies anything, so that parallel tries all count."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import sqlalchemy as sa

from portal import clock, keys
from portal.db import changed, db
from portal.throttle.models import Throttle
from portal.throttle.rules import Count, Limit, next_count

Bucket = tuple[Limit, str]  # what is limited, for whom: an address, a device, a network; it carries the organisation


@dataclass(frozen=True)
class Verdict:
    """The names of the limits that refuse this try, and how many tries each limit has seen, this one included."""

    refused: list[str]
    tries: dict[str, int]
    reached: list[str] = field(default_factory=list)  # limits whose last try this was


def count(buckets: Sequence[Bucket]) -> Verdict:
    """Count one try in each bucket. A try that one limit refuses is counted in none."""
    now = clock.now()
    limits = {_key(bucket): bucket[0] for bucket in buckets}
    rows = _locked(list(limits))
    steps = {key: next_count(limit, rows.get(key), now) for key, limit in limits.items()}
    refused = [limits[key].name for key, (_, allowed) in steps.items() if not allowed]
    tries = {limits[key].name: after.tries for key, (after, _) in steps.items()}
    if refused:
        return Verdict(refused, tries)
    _write({key: after for key, (after, _) in steps.items()}, rows)
    return Verdict([], tries, [limit.name for limit in limits.values() if tries[limit.name] == limit.most])


def forget(buckets: Sequence[Bucket]) -> None:
    """A success: these buckets start again at nothing."""
    db.session.connection().execute(_FORGET, {"keys": [_key(bucket) for bucket in buckets]})


def take_back(buckets: Sequence[Bucket]) -> None:
    """This one try was no failure after all; what others did in these buckets stays counted."""
    db.session.connection().execute(_TAKE_BACK, {"keys": [_key(bucket) for bucket in buckets]})


def sweep() -> int:
    """Remove what is over; the number of counters removed."""
    return changed(sa.delete(Throttle).where(Throttle.until < clock.now()))


def _key(bucket: Bucket) -> str:
    limit, whom = bucket
    return keys.pseudonym("throttle", limit.name, whom)


def _locked(wanted: list[str]) -> dict[str, Count]:
    """The counters of these keys, held until the commit. SQLite has one writer at a time; PostgreSQL locks the keys."""
    if db.session.get_bind().dialect.name == "postgresql":
        for key in sorted(wanted):
            db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(key, 0))))
    rows = db.session.connection().execute(_FIND, {"keys": wanted})
    return {key: Count(tries, not_before, until) for key, tries, not_before, until in rows}


def _write(counts: dict[str, Count], known: dict[str, Count]) -> None:
    values = [{"key": key, "tries": c.tries, "not_before": c.not_before, "until": c.until} for key, c in counts.items()]
    new = [value for value in values if value["key"] not in known]
    old = [value for value in values if value["key"] in known]
    if new:
        db.session.connection().execute(_INSERT, new)
    if old:
        renamed = [{"b_" + name: v for name, v in value.items()} for value in old]
        db.session.connection().execute(_UPDATE, renamed)


# Written once and run past the ORM: this is done for every password and every mail that is asked for.
_TABLE = cast(sa.Table, Throttle.__table__)
_THESE = _TABLE.c.key.in_(sa.bindparam("keys", expanding=True))
_FIND = sa.select(_TABLE.c.key, _TABLE.c.tries, _TABLE.c.not_before, _TABLE.c.until).where(_THESE)
_FORGET = sa.delete(_TABLE).where(_THESE)
_TAKE_BACK = sa.update(_TABLE).where(_THESE, _TABLE.c.tries > 0).values(tries=_TABLE.c.tries - 1)
_INSERT = sa.insert(_TABLE)
_UPDATE = (
    sa.update(_TABLE)
    .where(_TABLE.c.key == sa.bindparam("b_key"))
    .values(tries=sa.bindparam("b_tries"), not_before=sa.bindparam("b_not_before"), until=sa.bindparam("b_until"))
)
