"""Somebody who may fetch a child: until it is ended, until a day, or on one day only."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth.models import Person
from portal.db import Moment, OrganisationRow


class PickupPerson(OrganisationRow):
    """Never changed but to end it: what once was allowed can be looked up. It counts as long as who gave it decides."""

    __tablename__ = "pickup_person"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    relation: Mapped[str] = mapped_column(sa.String(60))
    phone: Mapped[str] = mapped_column(sa.String(30))
    granted_by: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)  # the guardian who allows it
    recorded_by: Mapped[UUID]  # the account that wrote it down: of that guardian, or of the office
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    one_time_date: Mapped[date | None] = mapped_column(sa.Date)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[UUID | None]

    granter: Mapped[Person] = relationship()

    __table_args__ = (
        sa.Index("ix_pickup_person_child", "organisation_id", "child_id", "ended_at"),
        sa.CheckConstraint("valid_to IS NULL OR one_time_date IS NULL", name="days"),
    )

    @property
    def until(self) -> date | None:
        """The last day, whichever it is."""
        return self.one_time_date or self.valid_to
