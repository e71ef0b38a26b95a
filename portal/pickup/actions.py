"""Putting somebody on the list of who may fetch a child, and ending that. Every time all who decide are told."""

from datetime import timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth.models import Account
from portal.children.models import Child
from portal.children.queries import accounts_of, guardianship, who_decide
from portal.children.rules import folded
from portal.db import changed, db, scope
from portal.errors import Refused
from portal.pickup import mails, queries, rules
from portal.pickup.models import PickupPerson
from portal.pickup.rules import Permission
from portal.text import _
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit

CHANGES = Limit("pickup", 30, timedelta(hours=1))  # of one account: each is a mail to every parent


def allow(child: Child, said: Permission, granted_by: UUID, by: Account) -> PickupPerson:
    """From now on this person may fetch the child, which is held. `granted_by` is the guardian who allows it.

    A button that is pressed twice gives one. Raises Refused.
    """
    today = clock.today()
    _refuse(child, by)
    if granted_by not in who_decide(child.id, today):
        raise Refused(_("Alleen een ouder met gezag beslist hierover."))
    if child.end_date and child.end_date < today:
        raise Refused(_("%(name)s komt hier niet meer.", name=child.person.given_name))
    if problem := rules.problem(said, today):
        raise Refused(problem)
    known = _same(queries.open_for(granted_by, child.id), said)
    if known is not None and known.granted_by == granted_by and _is_equal(known, said):
        return known
    if known is not None:
        words = _("%(name)s mag %(child)s al ophalen. Is dit iemand anders? Schrijf dan de hele naam.")
        raise Refused(words % {"name": known.name, "child": child.person.given_name})
    if len(queries.given_by(granted_by, child.id)) >= rules.MOST:
        raise Refused(_("Er staan al %(most)s personen op de lijst. Stop er eerst een.", most=rules.MOST))
    _count(by)
    row = PickupPerson(
        id=uuid4(), organisation_id=scope(), child_id=child.id, name=said.name, relation=said.relation,
        phone=said.phone, granted_by=granted_by, recorded_by=by.id, valid_to=said.valid_to,
        one_time_date=said.one_time_date,
    )  # fmt: skip
    db.session.add(row)
    _tell(row, "once" if said.how == rules.ONCE else "added", by)
    return row


def end(row: PickupPerson, child: Child, by: Account) -> bool:
    """From now on this person may not fetch the child any more; whether that is new. Raises Refused."""
    _refuse(child, by)
    if row.ended_at is not None:
        return False
    _count(by)
    row.ended_at, row.ended_by = clock.now(), by.id
    _tell(row, "ended", by)
    return True


def _refuse(child: Child, by: Account) -> None:
    """A guardian changes this when it decides; who is none works here, and does so for one who decides."""
    if guardianship(child.id, by.person_id) and by.person_id not in who_decide(child.id, clock.today()):
        raise Refused(_("Alleen een ouder met gezag beslist hierover."))


def _same(known: list[PickupPerson], said: Permission) -> PickupPerson | None:
    """Who may do this already by this name: always, or on that day."""
    for each in known:
        covers = each.one_time_date is None or each.one_time_date == said.one_time_date
        if folded(each.name) == folded(said.name) and covers:
            return each
    return None


def _is_equal(row: PickupPerson, said: Permission) -> bool:
    kept = (row.name, row.relation, row.phone, row.valid_to, row.one_time_date)
    return kept == (said.name, said.relation, said.phone, said.valid_to, said.one_time_date)


def _count(by: Account) -> None:
    if throttle.count([(CHANGES, f"{scope().hex} {by.id.hex}")]).refused:
        raise Refused(_("U heeft dit uur heel veel gewijzigd. Probeer het over een uur opnieuw."))


def _tell(row: PickupPerson, change: str, by: Account) -> None:
    """A line of the access log and a mail to all who decide. Neither has a name: not everyone may know it (F14)."""
    db.session.flush()
    action = {"added": "pickup_added", "once": "pickup_allowed_once", "ended": "pickup_ended"}[change]
    record(action, None, by=by.id, child_id=row.child_id, object_type="pickup_person", object_id=row.id)
    deciding = accounts_of(list(who_decide(row.child_id, clock.today())))
    mails.changed([account.id for account in deciding.values()], row.child_id, change)


def forget(child_id: UUID) -> int:
    """Who might fetch this child is over (portal.retention); how many."""
    return changed(sa.delete(PickupPerson).where(PickupPerson.child_id == child_id))
