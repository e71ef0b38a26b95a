"""What subjects keep of a child, and of which children the time of that is over."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal import clock
from portal.auth.models import Account
from portal.children.models import Child, Guardianship
from portal.children.queries import SEES_TODAY
from portal.db import db
from portal.retention import rules
from portal.retention.models import Keeping


class Kept(NamedTuple):
    """What one subject keeps of a child."""

    term: str  # how long: one of rules.TERMS
    name: str  # what is counted, for the log and the command
    child_id: Any  # the column that says of which child
    forget: Callable[[UUID], int]  # takes it away, in the transaction; how many there were
    only: Callable[[], Any] = sa.true  # of which rows beside it

    @property
    def is_left(self) -> sa.ColumnElement[bool]:
        """Whether there is any of `Child.id` that may go."""
        return sa.exists().where(self.child_id == Child.id, self.only())


class KeptByYear(NamedTuple):
    """What one subject keeps because the law on taxes says so, by the year it is about."""

    name: str
    # Takes away, in the transaction, at most so many of before this day, nothing of these children; how many it were.
    forget: Callable[[date, int, Any], int]


# Subjects above this one say here what they keep. What is not here, stays.
OF_CHILD: list[Kept] = []
BY_YEAR: list[KeptByYear] = []

HELD = sa.select(Keeping.child_id).where(Keeping.held_at.is_not(None))


def keeping(child_id: UUID) -> Keeping | None:
    return db.session.scalars(sa.select(Keeping).where(Keeping.child_id == child_id)).one_or_none()


def to_offer(ended_by: date, most: int) -> Sequence[Child]:
    """Children whose days will go, and whose family was not told since the last day."""
    told = sa.exists().where(Keeping.child_id == Child.id, sa.func.date(Keeping.offered_at) >= Child.end_date)
    left = [kept.is_left for kept in OF_CHILD if kept.term == "days"]
    found = sa.select(Child).where(Child.end_date <= ended_by, ~told, Child.id.not_in(HELD), sa.or_(sa.false(), *left))
    return db.session.scalars(found.order_by(Child.end_date, Child.id).limit(most)).all()


def over(kept: Kept, ended_by: date, most: int) -> list[UUID]:
    """Children of which the time of this is over, and something is left. Of their days only when that was told.

    What somebody says of a child today takes nothing away today, for a slip of the pen can be put right.
    """
    is_settled = Child.updated_at <= clock.now() - rules.NOTICE
    found = sa.select(Child.id).where(Child.end_date <= ended_by, is_settled, Child.id.not_in(HELD), kept.is_left)
    found = found.where(_was_told()) if kept.term == "days" else found
    return list(db.session.scalars(found.order_by(Child.end_date, Child.id).limit(most)))


def _was_told(child: Any = Child) -> sa.ColumnElement[bool]:
    """Whether the family of this child was told a month ago that its days go."""
    return sa.exists().where(
        Keeping.child_id == child.id, sa.func.date(Keeping.offered_at) >= child.end_date,
        Keeping.offered_at <= clock.now() - rules.NOTICE,
    )  # fmt: skip


def days_stay(child_id: Any, beside: Any) -> sa.ColumnElement[bool]:
    """Whether the days of a child keep what is also of another one: the child is held, or a parent has both.

    The days of the child itself are not over then: its family was not told that they go.
    """
    own, other, child = aliased(Guardianship), aliased(Guardianship), aliased(Child)
    sibling = sa.exists().where(
        own.child_id == child_id, other.child_id == beside, own.person_id == other.person_id, child_id != beside
    )
    going = sa.select(child.id).where(_was_told(child))
    return sa.or_(child_id.in_(HELD), sa.and_(sibling, child_id.not_in(going)))


def who_sees(child_id: UUID) -> Sequence[Account]:
    """The accounts that can take this child along today."""
    found = (
        sa.select(Account)
        .join(Guardianship, Guardianship.person_id == Account.person_id)
        .join(Child, Child.id == Guardianship.child_id)
        .where(Child.id == child_id, Account.status.in_(("invited", "active")), SEES_TODAY)
    )
    return db.session.scalars(found, {"today": clock.today()}).all()
