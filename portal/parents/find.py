"""From an id in the URL to a parent."""

from uuid import UUID

from flask import abort

from portal.auth.models import Account
from portal.children.find import shielded
from portal.parents import queries


def find_parent(account_id: UUID, held: bool = False) -> Account:
    """A parent of this organisation, or 404. Held: nobody else changes the account until the commit.

    Who keeps the address from this colleague, the other parent of their child, does not exist for him or her.
    """
    account = (queries.held_parent if held else queries.parent)(account_id) or abort(404)
    if account.person_id in shielded():
        abort(404)
    return account
