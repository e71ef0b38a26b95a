"""From an address bar to somebody who works here."""

from uuid import UUID

from flask import abort

from portal.auth import queries
from portal.auth.models import Account


def find_colleague(account_id: UUID) -> Account:
    """Somebody who works at this organisation, or 404."""
    account = queries.account(account_id)
    if account is None or not account.role or account.status == "closed":
        abort(404)
    return account


def find_account(account_id: UUID) -> Account:
    """Anybody with an account at this organisation, or 404."""
    return queries.account(account_id) or abort(404)
