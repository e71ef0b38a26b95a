"""Who may fetch a child: for a parent as far as it may be known, for the office, and today for a whole group."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal import clock
from portal.auth.models import Person
from portal.children.models import Child, Guardianship
from portal.children.queries import children_of_group, decides_today, is_guardian_today, shielded_from
from portal.db import db
from portal.pickup.models import PickupPerson

EARLIER = 20  # that the office reads back of one child

_TODAY = sa.bindparam("today", type_=sa.Date)
_IS_OPEN = sa.and_(
    PickupPerson.ended_at.is_(None),
    sa.or_(PickupPerson.valid_to.is_(None), PickupPerson.valid_to >= _TODAY),
    sa.or_(PickupPerson.one_time_date.is_(None), PickupPerson.one_time_date >= _TODAY),
)
# Who allowed it still decides: what a parent gave who lost custody, or whom a court keeps away, counts no more.
_COUNTS = sa.exists().where(
    Guardianship.child_id == PickupPerson.child_id, Guardianship.person_id == PickupPerson.granted_by, decides_today()
)
_IS_TODAY = sa.and_(
    _IS_OPEN, _COUNTS, sa.or_(PickupPerson.one_time_date.is_(None), PickupPerson.one_time_date == _TODAY)
)


def guardians_who_fetch(child_ids: Collection[UUID]) -> Sequence[Guardianship]:
    """Who fetches as a parent: who decides about a child, and who has it at home. Nobody whom a court keeps away."""
    may = sa.or_(Guardianship.can_decide.is_(True), Guardianship.role == "foster")
    found = sa.select(Guardianship).join(Guardianship.person)
    found = found.where(Guardianship.child_id.in_(list(child_ids)), may, is_guardian_today())
    found = found.options(joinedload(Guardianship.person)).order_by(Person.sort_name, Person.id)
    return db.session.scalars(found, {"today": clock.today()}).all()


def open_for(person_id: UUID, child_id: UUID) -> list[PickupPerson]:
    """Who may fetch today or later, as far as this guardian may know it (domain.md, F14)."""
    hidden = shielded_from(person_id)
    return [each for each in _open(child_id, _COUNTS) if each.granted_by not in hidden]


def given_by(person_id: UUID, child_id: UUID) -> Sequence[PickupPerson]:
    """What this guardian allowed of today and later."""
    return _open(child_id, PickupPerson.granted_by == person_id)


def _open(child_id: UUID, *conditions: Any) -> Sequence[PickupPerson]:
    found = sa.select(PickupPerson).where(PickupPerson.child_id == child_id, _IS_OPEN, *conditions)
    found = found.options(joinedload(PickupPerson.granter)).order_by(PickupPerson.created_at, PickupPerson.id)
    return db.session.scalars(found, {"today": clock.today()}).all()


def held_person(child_id: UUID, pickup_id: UUID) -> PickupPerson | None:
    """Somebody on the list of this child, also when that is over. Nobody else changes it until the commit."""
    found = sa.select(PickupPerson).where(PickupPerson.id == pickup_id, PickupPerson.child_id == child_id)
    return db.session.scalars(found.with_for_update(of=PickupPerson)).one_or_none()


# For who works here


class Listed(NamedTuple):
    """Somebody on the list, and whether it counts: who allowed it still decides."""

    person: PickupPerson
    counts: bool


def listed(child_id: UUID) -> list[Listed]:
    """All of today and later."""
    counting = {each.id for each in _open(child_id, _COUNTS)}
    return [Listed(each, each.id in counting) for each in _open(child_id)]


def earlier(child_id: UUID) -> Sequence[PickupPerson]:
    """Who could fetch before and cannot any more, the last one first."""
    found = sa.select(PickupPerson).where(PickupPerson.child_id == child_id, sa.not_(_IS_OPEN))
    found = found.options(joinedload(PickupPerson.granter)).order_by(PickupPerson.created_at.desc(), PickupPerson.id)
    return db.session.scalars(found.limit(EARLIER), {"today": clock.today()}).all()


def panel_of(child: Child) -> tuple[str, dict[str, Any]]:
    """What the page of a child shows of it."""
    return "pickup/_pickup.html", {"guardians": guardians_who_fetch([child.id]), "listed": listed(child.id)}


@dataclass
class Fetched:
    """A child of a group, and who may fetch it today. Of an own child a colleague is shown nobody: others look."""

    child: Child
    is_own: bool
    guardians: list[Guardianship] = field(default_factory=list)
    persons: list[PickupPerson] = field(default_factory=list)


def fetched_today(group_id: UUID, by: UUID) -> list[Fetched]:
    """The children of this group in the order of their names, for the colleague who is this person."""
    children = children_of_group(group_id)
    own = set(
        db.session.scalars(
            sa.select(Guardianship.child_id).where(
                Guardianship.person_id == by, Guardianship.child_id.in_([child.id for child in children])
            )
        )
    )
    shown = {child.id: Fetched(child, child.id in own) for child in children}
    others = [child_id for child_id in shown if child_id not in own]
    for link in guardians_who_fetch(others):
        shown[link.child_id].guardians.append(link)
    for person in _today(others):
        shown[person.child_id].persons.append(person)
    return list(shown.values())


def _today(child_ids: Collection[UUID]) -> Sequence[PickupPerson]:
    found = sa.select(PickupPerson).where(PickupPerson.child_id.in_(list(child_ids)), _IS_TODAY)
    found = found.order_by(PickupPerson.one_time_date.is_(None), PickupPerson.name, PickupPerson.id)
    return db.session.scalars(found, {"today": clock.today()}).all()
