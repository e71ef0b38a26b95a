"""Adding, renaming, moving and ending locations and groups."""

from portal import clock
from portal.audit.actions import record
from portal.auth.models import Account
from portal.db import db, scope
from portal.errors import Refused
from portal.organisations.models import Group, Location
from portal.organisations.rules import name_problem, tidy
from portal.places import queries
from portal.text import _, ngettext


def add_location(name: str, by: Account) -> Location:
    """A new location, or one that ended and is needed again. Raises Refused when the name is no name, or is taken."""
    queries.hold_names()
    known = queries.names(Location).get(queries.folded(_whole(name)))
    location = db.session.get_one(Location, known) if known else None
    if location is None:
        location = Location(organisation_id=scope(), name=_whole(name))
        db.session.add(location)
        db.session.flush()
        _record("location_added", location, location.name, by)
    elif location.ended_at is None:
        raise Refused(_("Er is al een locatie met de naam %(name)s.", name=location.name))
    else:
        location.ended_at = None
        db.session.flush()
        _record("location_reopened", location, location.name, by)
    return location


def rename_location(location: Location, seen: str, name: str, by: Account) -> None:
    """`seen` is the name when the form was opened. Raises Refused."""
    queries.hold_names()
    queries.held(location)
    if location.name != seen:
        raise Refused(_("Iemand anders heeft dit intussen gewijzigd in %(name)s. Kijk het na.", name=location.name))
    whole = _whole(name)
    if queries.names(Location).get(queries.folded(whole), location.id) != location.id:
        raise Refused(_("Er is of was al een locatie met de naam %(name)s.", name=whole))
    if whole != location.name:
        _record("location_renamed", location, f"{location.name} -> {whole}", by)
        location.name = whole
        db.session.flush()


def end_location(location: Location, by: Account) -> None:
    """From here on no group is put in it. Raises Refused while there are groups in it, or when it is the only one."""
    queries.hold_names()
    queries.held(location)
    if queries.number_of_groups(location.id):
        raise Refused(_("Op deze locatie zijn nog groepen. Zet ze eerst op een andere locatie, of stop ze."))
    if len(queries.locations()) == 1:
        raise Refused(_("Dit is de enige locatie. Een organisatie heeft er altijd minstens één."))
    location.ended_at = clock.now()
    db.session.flush()
    _record("location_ended", location, location.name, by)


def add_group(location: Location, name: str, by: Account) -> Group:
    """A new group, or one that ended and is needed again. Raises Refused when the name is no name, or is taken."""
    queries.hold_names()
    known = queries.names(Group).get(queries.folded(_whole(name)))
    group = db.session.get_one(Group, known) if known else None
    if group is None:
        group = Group(organisation_id=scope(), location_id=location.id, name=_whole(name))
        db.session.add(group)
        db.session.flush()
        _record("group_added", group, f"{group.name} ({location.name})", by)
    elif group.ended_at is None:
        raise Refused(_("Er is al een groep met de naam %(name)s.", name=group.name))
    else:
        group.ended_at, group.location_id = None, location.id
        db.session.flush()
        _record("group_reopened", group, f"{group.name} ({location.name})", by)
    return group


def change_group(group: Group, seen: str, name: str, location: Location, by: Account) -> None:
    """Another name, or another location. `seen` is what `seen_of` said when the form was opened. Raises Refused."""
    queries.hold_names()
    queries.held(group)
    if seen_of(group) != seen:
        raise Refused(_("Iemand anders heeft dit intussen gewijzigd in %(name)s. Kijk het na.", name=group.name))
    whole = _whole(name)
    if queries.names(Group).get(queries.folded(whole), group.id) != group.id:
        raise Refused(_("Er is of was al een groep met de naam %(name)s.", name=whole))
    if whole != group.name:
        _record("group_renamed", group, f"{group.name} -> {whole}", by)
        group.name = whole
    if location.id != group.location_id:
        before = queries.location(group.location_id)
        _record("group_moved", group, f"{whole}: {before.name if before else ''} -> {location.name}", by)
        group.location_id = location.id
    db.session.flush()


def seen_of(group: Group) -> str:
    return f"{group.location_id.hex} {group.name}"


def end_group(group: Group, by: Account) -> None:
    """From here on no child is put in it. Raises Refused while there are children in it."""
    queries.hold_names()
    queries.held(group)
    if children := queries.number_of_children(group.id):
        raise Refused(
            ngettext(
                "In deze groep zit nog %(num)s kind. Zet het eerst in een andere groep.",
                "In deze groep zitten nog %(num)s kinderen. Zet ze eerst in een andere groep.",
                children,
            )
        )
    group.ended_at = clock.now()
    db.session.flush()
    _record("group_ended", group, group.name, by)


def _whole(name: str) -> str:
    kept = tidy(name)
    if problem := name_problem(kept):
        raise Refused(problem)
    return kept


def _record(action: str, row: Group | Location, detail: str, by: Account) -> None:
    record(action, None, by=by.id, detail=detail, object_type=row.__tablename__, object_id=row.id)
