"""From ids in the address to somebody on the list of a child, and to a group, that this visitor may see."""

from uuid import UUID

from flask import abort
from flask_login import current_user

from portal.children import find
from portal.children.models import Child
from portal.children.queries import guardianship, held_child, shielded_from
from portal.organisations.models import Group
from portal.pickup import queries
from portal.pickup.models import PickupPerson


def find_own(child_id: UUID, held: bool = False) -> Child:
    """An own child, or 404. Held: nobody else changes it, or who may fetch it, until the commit."""
    child = find.find_child(child_id)
    return (held_child(child.id) or abort(404)) if held else child


def find_person(child: Child, pickup_id: UUID) -> PickupPerson:
    """Somebody on the list of an own child, of whom this parent may know (domain.md, F14); or 404."""
    row = queries.held_person(child.id, pickup_id) or abort(404)
    return abort(404) if row.granted_by in shielded_from(current_user.account.person_id) else row


# Who works here


def find_child_here(child_id: UUID, held: bool = False) -> Child:
    """A child that this colleague sees, and that is not its own: of that one it is a parent. Or 404."""
    child = find.find_child_here(child_id, held)
    return abort(404) if guardianship(child.id, current_user.account.person_id) else child


def find_person_here(child: Child, pickup_id: UUID) -> PickupPerson:
    return queries.held_person(child.id, pickup_id) or abort(404)


def find_group(group_id: UUID) -> Group:
    """A group this colleague sees, or 404."""
    group: Group | None = next((each for each in find.seen_groups()[0] if each.id == group_id), None)
    return group or abort(404)
