"""The number of a child, for who may know it."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal.children.models import Child
from portal.db import db
from portal.statements.models import Bsn


def bsn_of(child_id: UUID) -> Bsn | None:
    return db.session.scalars(sa.select(Bsn).where(Bsn.child_id == child_id)).one_or_none()


def panel_of(child: Child) -> tuple[str, dict[str, Any]]:
    """What the office sees of it on the page of a child."""
    return "statements/_bsn.html", {"bsn": bsn_of(child.id)}
