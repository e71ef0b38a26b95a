"""From an id in the URL to a change, or to a child about which this visitor decides."""

from uuid import UUID

from flask import abort
from flask_login import current_user

from portal import clock
from portal.changes import queries
from portal.changes.models import DataChange
from portal.children.find import find_child, find_child_here, find_guardianship, shielded
from portal.children.models import Child, Guardianship
from portal.children.queries import who_decide


def find_own_change(change_id: UUID) -> DataChange:
    """One that this visitor asked, or 404."""
    change = queries.change(change_id)
    if change is None or change.person_id != current_user.account.person_id:
        abort(404)
    return change


def decides(child: Child) -> bool:
    return current_user.account.person_id in who_decide(child.id, clock.today())


def find_deciding(child_id: UUID) -> Child:
    """A child about which this visitor decides today, or 404."""
    child = find_child(child_id)
    if not decides(child):
        abort(404)
    return child


# The office


def find_change(change_id: UUID) -> DataChange:
    """One at the office, or 404: also when it is of somebody who is shielded from this colleague."""
    change = queries.change(change_id)
    if change is None or change.person_id in shielded():
        abort(404)
    return change


def find_naming(child_id: UUID, person_id: UUID) -> tuple[Child, Guardianship]:
    """A guardian of a child here whose contacts this colleague may see, or 404."""
    child = find_child_here(child_id)
    if person_id in shielded():
        abort(404)
    return child, find_guardianship(child, person_id)
