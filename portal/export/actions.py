"""A parent asks to take everything along; the worker makes it, and it is fetched until it is over."""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth.models import Account, Session
from portal.children.models import Child
from portal.db import changed, db, scope
from portal.errors import Refused
from portal.export import mails, queries, rules
from portal.export.models import Export
from portal.text import _
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit

ASKED = Limit("exports", 10, timedelta(days=1))
FETCHED = Limit("exports fetched", 60, timedelta(hours=1))  # one that breaks off is fetched in many pieces
LEASE = timedelta(minutes=3)
LATER = timedelta(minutes=5)
MOST_TRIES = 3
EMPTY: dict[str, Any] = {"outline": None, "size": 0, "owner": "", "lease_until": None}


def ask(account: Account, child: Child) -> Export:
    """Everything about this child is made ready, anew when it was made before. Asked twice it is made once."""
    queries.hold_account(account.id)
    export = queries.export_of(account.id, child.id)
    if export is not None and export.state in ("waiting", "busy"):
        return export
    if throttle.count([(ASKED, f"{scope().hex} {account.id.hex}")]).refused:
        raise Refused(_("U heeft dit vandaag al vaak gevraagd. Probeer het morgen nog een keer."))
    export = export or Export(id=uuid4(), organisation_id=scope(), account_id=account.id, child_id=child.id)
    export.state, export.asked_at, export.expires_at = "waiting", clock.now(), None
    export.due_at, export.outline, export.begun_in = export.asked_at, None, None
    export.done = export.total = export.tries = 0
    db.session.add(export)
    record("export_asked", account.id, by=account.id, object_type="child", object_id=child.id)
    db.session.flush()
    return export


def count_fetch(account_id: UUID) -> bool:
    """Count one more download. False when there were too many this hour."""
    return not throttle.count([(FETCHED, f"{scope().hex} {account_id.hex}")]).refused


def begin_fetching(export: Export, session: Session) -> None:
    """It goes out now. Of parents the log names no child: the one need not read what the other took along."""
    export.begun_in, export.begun_at = session.id, clock.now()
    by = export.account_id
    record("export_downloaded", by, by=by, object_type="child", object_id=export.child_id)
    db.session.flush()


# The worker


class Claim(NamedTuple):
    """What one worker holds for a while."""

    export_id: UUID
    organisation_id: UUID
    account_id: UUID
    child_id: UUID
    owner: str


def claim(owner: str) -> Claim | None:
    """Take the one that waits longest. One that was taken too often fails instead."""
    now = clock.now()
    export = queries.first_to_make(now)
    if export is None:
        return None
    if export.tries >= MOST_TRIES:
        export.state, export.owner, export.lease_until = "failed", "", None
        return None
    export.state, export.owner, export.lease_until, export.tries = "busy", owner, now + LEASE, export.tries + 1
    db.session.flush()
    return Claim(export.id, export.organisation_id, export.account_id, export.child_id, owner)


def note_progress(claimed: Claim, done: int, total: int) -> bool:
    """So far it is. False when this worker no longer holds it."""
    return _held(claimed, done=done, total=total, lease_until=clock.now() + LEASE)


def finish(claimed: Claim, outline: bytes, size: int, fingerprint: str) -> bool:
    """It can be fetched from here on, and a mail says so. False when this worker no longer holds it."""
    values = {"outline": outline, "size": size, "fingerprint": fingerprint, "expires_at": clock.now() + rules.LIVES}
    if not _held(claimed, **{**EMPTY, **values, "state": "ready"}):
        return False
    mails.ready(claimed.account_id, claimed.export_id)
    return True


def end(claimed: Claim, state: str) -> None:
    """It failed, or its parent may not see the child any more ("gone")."""
    _held(claimed, **EMPTY, state=state)


def give_back(claimed: Claim) -> None:
    """Photos could not be read now; later it is begun anew."""
    _held(claimed, **EMPTY, state="waiting", due_at=clock.now() + LATER)


def _held(claimed: Claim, **values: Any) -> bool:
    mine = sa.update(Export).where(
        Export.id == claimed.export_id, Export.owner == claimed.owner, Export.state == "busy"
    )
    return changed(mine, **values) == 1


def sweep() -> None:
    """What can be fetched no more is forgotten; a week later also that it was there."""
    now = clock.now()
    over = sa.update(Export).where(Export.state == "ready", Export.expires_at <= now)
    changed(over, **EMPTY, state="gone")
    old = sa.delete(Export).where(Export.state.in_(("gone", "failed")), Export.updated_at < now - rules.REMEMBERED)
    changed(old)
