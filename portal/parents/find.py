"""From an id in the URL to a parent."""

from uuid import UUID

from flask import abort

from portal.auth.models import Account
from portal.parents import queries


def find_parent(account_id: UUID, held: bool = False) -> Account:
    """A parent of this organisation, or 404. Held: nobody else changes the account until the commit."""
    return (queries.held_parent if held else queries.parent)(account_id) or abort(404)
