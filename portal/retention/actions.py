"""Families are told, what is over is forgotten, and the office holds that back for one child or lets it go on."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.children.models import Child
from portal.db import changed, db, scope
from portal.errors import Refused
from portal.retention import mails, queries, rules
from portal.retention.models import Keeping
from portal.text import _

MOST_CHILDREN = 3  # of each class in one sweep: a child may have thousands of photos, and others want to write too
MOST_ROWS = 200  # about money, of each kind


def offer(months: int) -> int:
    """Tell the families of children whose days will go in a month; of how many children."""
    found = queries.to_offer(rules.offers_for(clock.today(), months), MOST_CHILDREN)
    for child in found:
        _keeping(child.id).offered_at = clock.now()
        for account in queries.who_sees(child.id):
            mails.offer(account.id, child.id)
        record("days_go_soon", None, child_id=child.id)
    db.session.flush()
    return len(found)


def take_back_offers() -> None:
    """A child that stays after all: when it leaves once more, its family is told once more."""
    stays = sa.select(Child.id).where(Child.end_date.is_(None))
    changed(sa.update(Keeping).where(Keeping.child_id.in_(stays)).values(offered_at=None))


def forget(months: Mapping[str, int], years: int) -> dict[str, int]:
    """Take away what is over, a few children at a time; by its name how much that was. Nothing: all of it is done."""
    gone: dict[str, int] = {}
    for kept in queries.OF_CHILD:
        for child_id in queries.over(kept, rules.ended_by(clock.today(), months[kept.term]), MOST_CHILDREN):
            count = kept.forget(child_id)
            gone[kept.name] = gone.get(kept.name, 0) + count
            record("forgotten", None, child_id=child_id, detail=f"{count} {kept.name}")
    for each in queries.BY_YEAR:
        if count := each.forget(rules.first_year_kept(clock.today(), years), MOST_ROWS, queries.HELD):
            gone[each.name] = count
            record("forgotten", None, detail=f"{count} {each.name}")
    db.session.flush()
    return gone


def hold(child: Child, reason: str, by: UUID) -> None:
    """Nothing of this child goes from here on, whatever its age. Raises Refused."""
    if not reason.strip():
        raise Refused(_("Schrijf op waarom alles blijft, en wie dat vroeg."))
    found = _keeping(child.id)
    found.held_at, found.held_by, found.reason = clock.now(), by, reason.strip()
    db.session.flush()
    record("keeping_held", None, by=by, child_id=child.id)


def let_go(child: Child, by: UUID) -> None:
    """The terms count again for this child."""
    found = _keeping(child.id)
    if found.held_at is None:
        return
    found.held_at, found.held_by, found.reason = None, None, ""
    db.session.flush()
    record("keeping_let_go", None, by=by, child_id=child.id)


def _keeping(child_id: UUID) -> Keeping:
    found = queries.keeping(child_id)
    if found is None:
        found = Keeping(organisation_id=scope(), child_id=child_id)
        db.session.add(found)
        db.session.flush()
    return found
