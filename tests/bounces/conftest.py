"""A mail of Anna that left, and what is known of her address."""

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.auth.models import Account
from portal.db import EVERYWHERE, db, within
from tests.outbox.conftest import authority, own_server, put, relay, row, settings, work

__all__ = ["authority", "own_server", "put", "relay", "row", "settings", "work"]


@pytest.fixture
def address_of(app):
    """address_of(anna) is the bounce state of her address, and the lines of the log about it."""

    def look(parent):
        with app.app_context(), within(EVERYWHERE):
            lines = sa.select(AccessLog.action, AccessLog.detail).where(AccessLog.account_id == parent.id)
            said = db.session.execute(lines.where(AccessLog.action.like("address_%")).order_by(AccessLog.number))
            return db.session.get(Account, parent.id).bounce_state, [tuple(line) for line in said]

    return look
