"""Lines of the access log, and a hand that changes them behind the portal's back."""

import pytest
import sqlalchemy as sa

from portal.audit.actions import record
from portal.audit.models import AccessLog
from portal.db import EVERYWHERE, db, within


@pytest.fixture
def write(inside):
    """write(kok, "login", "login") records these, each in a transaction of its own."""

    def record_each(organisation, *names):
        for name in names:
            with inside(organisation):
                record(name, None, detail="é, 'a' ☂")

    return record_each


@pytest.fixture
def break_in(app):
    """break_in("DELETE …") does what the database refuses: the hand of who owns it, and forgets its guards."""
    guards = {
        "sqlite": ("DROP TRIGGER access_log_is_never_changed", "DROP TRIGGER access_log_is_never_removed"),
        "postgresql": ("ALTER TABLE access_log DISABLE TRIGGER USER",),
    }

    def do(statement, must_change=True):
        with app.app_context(), within(EVERYWHERE):
            name = db.engine.dialect.name
            kept = []
            if name == "sqlite":
                found = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'access_log'"
                kept = db.session.scalars(sa.text(found)).all()
            db.session.execute(sa.select(AccessLog.id))  # tells PostgreSQL that all rows are in sight
            for guard in guards[name]:
                db.session.execute(sa.text(guard))
            changed = db.session.execute(sa.text(statement)).rowcount
            assert changed or not must_change
            for guard in kept or ["ALTER TABLE access_log ENABLE TRIGGER USER"]:
                db.session.execute(sa.text(guard))
            db.session.commit()

    yield do
    do("DELETE FROM access_log", must_change=False)  # where a chain is gone, the cleaning of tables would be refused
