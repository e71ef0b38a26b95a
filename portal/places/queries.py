"""Locations and groups, with how many children there are."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.children.models import Child
from portal.db import db, scope
from portal.organisations.models import Group, Location, Organisation


class GroupLine(NamedTuple):
    id: UUID
    name: str
    children: int


class LocationLine(NamedTuple):
    id: UUID
    name: str
    groups: list[GroupLine]


def locations_with_groups() -> list[LocationLine]:
    """Every location by name, each with the groups that have not ended and the children in them."""
    counted = (
        sa.select(Child.group_id, sa.func.count().label("children"))
        .where(Child.group_id.is_not(None), _is_here())
        .group_by(Child.group_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Group.location_id, Group.id, Group.name, sa.func.coalesce(counted.c.children, 0))
        .outerjoin(counted, counted.c.group_id == Group.id)
        .where(Group.ended_at.is_(None))
        .order_by(Group.name, Group.id)
    ).all()
    return [
        LocationLine(place.id, place.name, [GroupLine(*rest) for location_id, *rest in rows if location_id == place.id])
        for place in locations()
    ]


def locations() -> Sequence[Location]:
    """Those that have not ended."""
    wanted = sa.select(Location).where(Location.ended_at.is_(None))
    return db.session.scalars(wanted.order_by(Location.name, Location.id)).all()


def location(location_id: UUID) -> Location | None:
    """A location that has not ended."""
    wanted = sa.select(Location).where(Location.id == location_id, Location.ended_at.is_(None))
    return db.session.scalars(wanted).one_or_none()


def number_of_groups(location_id: UUID) -> int:
    """Those that have not ended."""
    counted = sa.select(sa.func.count()).select_from(Group)
    return int(db.session.scalar(counted.where(Group.location_id == location_id, Group.ended_at.is_(None))) or 0)


def group(group_id: UUID) -> Group | None:
    """A group that has not ended."""
    wanted = sa.select(Group).where(Group.id == group_id, Group.ended_at.is_(None))
    return db.session.scalars(wanted).one_or_none()


def held(row: Group | Location) -> None:
    """The row as it is in the database now; nobody else changes it until the commit."""
    db.session.refresh(row, with_for_update=True)


def hold_names() -> None:
    """Until the commit nobody else gives a location or group a name: two who press at once do not make it twice."""
    db.session.execute(sa.select(Organisation.id).where(Organisation.id == scope()).with_for_update())


def names(model: type[Group] | type[Location]) -> dict[str, UUID]:
    """All names in use, as people compare them: small, and without spaces around."""
    rows = db.session.execute(sa.select(model.name, model.id))
    return {folded(name): row_id for name, row_id in rows}


def folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def number_of_children(group_id: UUID) -> int:
    counted = sa.select(sa.func.count()).select_from(Child).where(Child.group_id == group_id, _is_here())
    return int(db.session.execute(counted).scalar() or 0)


def _is_here() -> sa.ColumnElement[bool]:
    """Who has left stays a row with its last group, but is no child in it any more."""
    return sa.or_(Child.end_date.is_(None), Child.end_date >= clock.today())
