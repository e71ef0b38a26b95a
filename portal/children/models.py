"""The child and its guardians."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth.models import Person
from portal.db import OrganisationRow
from portal.organisations.models import Group

ROLES = ("custody", "no_custody", "foster", "guardian")


class Child(OrganisationRow):
    __tablename__ = "child"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    group_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("care_group.id"), index=True)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    group: Mapped[Group | None] = relationship(lazy="joined")


class Guardianship(OrganisationRow):
    """What one person is to one child. Without a right written here nothing of the child is seen."""

    __tablename__ = "guardianship"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(10))
    can_decide: Mapped[bool] = mapped_column(default=False)
    can_see_daily: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)

    child: Mapped[Child] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        sa.UniqueConstraint("child_id", "person_id"),
        sa.CheckConstraint(f"role IN {ROLES}", name="role"),
    )
