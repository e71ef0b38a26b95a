"""Parents for the lists and pages of the office."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from portal.auth.models import Account
from portal.children.models import Child, Guardianship
from portal.db import db


def without_a_child_left(today: date) -> Sequence[Account]:
    """Open accounts of parents, none of whose children they can still reach; who never had a child is left alone."""
    reached = sa.exists().where(
        Guardianship.person_id == Account.person_id,
        Child.id == Guardianship.child_id,
        sa.or_(Guardianship.valid_to.is_(None), Guardianship.valid_to >= today),
        sa.or_(Child.access_until.is_(None), Child.access_until >= today),
    )
    left = sa.exists().where(
        Guardianship.person_id == Account.person_id, Child.id == Guardianship.child_id, Child.access_until < today
    )
    return db.session.scalars(
        sa.select(Account)
        .where(Account.role == "", Account.status.in_(("invited", "active")), left, sa.not_(reached))
        .order_by(Account.id)
        .limit(500)
    ).all()
