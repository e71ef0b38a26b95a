"""From an id in the address to somebody of this organisation."""

from uuid import UUID

from flask import abort

from portal.auth import queries
from portal.auth.models import Account


def find_account(account_id: UUID) -> Account:
    """An account at this organisation, or 404."""
    return queries.account(account_id) or abort(404)
