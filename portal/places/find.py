"""From an address bar to a location or group of this organisation."""

from uuid import UUID

from flask import abort

from portal.organisations.models import Group, Location
from portal.places import queries


def find_location(location_id: UUID) -> Location:
    """A location that has not ended, or 404."""
    return queries.location(location_id) or abort(404)


def find_group(group_id: UUID) -> Group:
    """A group that has not ended, or 404."""
    return queries.group(group_id) or abort(404)
