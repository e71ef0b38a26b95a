"""From an id in the address to somebody of this organisation."""

from uuid import UUID

from flask import abort

from portal.auth import queries
from portal.auth.models import Account
from portal.children.find import shielded


def find_account(account_id: UUID) -> Account:
    """An account at this organisation, or 404."""
    account = queries.account(account_id) or abort(404)
    if account.person_id in shielded():
        abort(404)
    return account
