"""Keeping the number of a child."""

from portal import keys
from portal.audit.actions import record
from portal.auth.models import Account
from portal.children.models import Child
from portal.db import db, scope
from portal.statements import queries
from portal.statements.models import PURPOSE, Bsn


def keep_bsn(child: Child, number: str, by: Account) -> None:
    """This is the number of this child, which is held; "" takes it away. It stands in no log: only that it changed."""
    found = queries.bsn_of(child.id)
    if number == (found.number if found else ""):
        return
    kept = keys.encrypt(PURPOSE, number) if number else ""
    if found is None:
        db.session.add(Bsn(organisation_id=scope(), child_id=child.id, kept=kept))
    else:
        found.kept, found.version = kept, found.version + 1
    record("bsn_changed", None, by=by.id, child_id=child.id)
    db.session.flush()
