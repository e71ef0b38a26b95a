"""From an id in the URL to a child of this visitor."""

from uuid import UUID

from flask import abort
from flask_login import current_user

from portal.children import queries
from portal.children.models import Child


def find_child(child_id: UUID) -> Child:
    """A child this visitor is a guardian of and may see today, or 404."""
    return queries.child_of(current_user.account.person_id, child_id) or abort(404)
