"""Where people live, who to call for a child and what to know of its health, and what parents want changed of that."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth.models import Person
from portal.changes.rules import KINDS, STATES
from portal.children.models import Child
from portal.db import Moment, OrganisationRow


class HomeAddress(OrganisationRow):
    """Where somebody lives from a day on: until that day the row before it holds."""

    __tablename__ = "home_address"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    valid_from: Mapped[date] = mapped_column(sa.Date)
    street: Mapped[str] = mapped_column(sa.String(100))
    number: Mapped[str] = mapped_column(sa.String(10))
    addition: Mapped[str] = mapped_column(sa.String(10))
    postcode: Mapped[str] = mapped_column(sa.String(12))
    town: Mapped[str] = mapped_column(sa.String(80))
    country: Mapped[str] = mapped_column(sa.String(60))  # empty: the Netherlands

    __table_args__ = (sa.UniqueConstraint("person_id", "valid_from"),)


class ChildCare(OrganisationRow):
    """What to know of a child when something is wrong. Apart from the child, so that only who needs it reads it."""

    __tablename__ = "child_care"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), unique=True)
    doctor: Mapped[str] = mapped_column(sa.String(100))
    doctor_phone: Mapped[str] = mapped_column(sa.String(30))
    allergies: Mapped[str] = mapped_column(sa.String(400))
    medical_notes: Mapped[str] = mapped_column(sa.String(700))


class EmergencyContact(OrganisationRow):
    """Somebody to call for this child, named by one of its parents."""

    __tablename__ = "emergency_contact"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)  # the parent whose contact it is
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(100))
    phone: Mapped[str] = mapped_column(sa.String(30))
    relation: Mapped[str] = mapped_column(sa.String(60))

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (sa.UniqueConstraint("child_id", "person_id", "position"),)


class DataChange(OrganisationRow):
    """What a parent wants changed: of the own address, or of a child. The office decides."""

    __tablename__ = "data_change"

    kind: Mapped[str] = mapped_column(sa.String(8))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)  # who asks
    child_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("child.id"), index=True)
    old: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # only what changes, as it was when it was asked
    new: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    effective_on: Mapped[date | None] = mapped_column(sa.Date)
    state: Mapped[str] = mapped_column(sa.String(9), default="waiting")
    reason: Mapped[str] = mapped_column(sa.String(300), default="")  # why it was refused
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[UUID | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    child: Mapped[Child | None] = relationship(lazy="joined")

    __table_args__ = (
        # With the organisation in front, or SQLite takes the index of the organisation and reads all of it.
        sa.Index("ix_data_change_waiting", "organisation_id", "state", "created_at"),
        sa.Index("ix_data_change_of", "organisation_id", "person_id", "created_at"),
        sa.CheckConstraint(f"kind IN {KINDS}", name="kind"),
        sa.CheckConstraint(f"state IN {STATES}", name="state"),
        sa.CheckConstraint("(kind = 'address') = (child_id IS NULL)", name="about"),
    )


class BankAccount(OrganisationRow):
    """The number of somebody's bank account, valid from a moment on that it can be stopped before."""

    __tablename__ = "bank_account"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    iban: Mapped[str] = mapped_column(sa.String(200))  # encrypted
    masked: Mapped[str] = mapped_column(sa.String(45))
    effective_at: Mapped[datetime] = mapped_column(Moment)
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)  # or replaced by a newer one, while it waited

    __table_args__ = (sa.Index("ix_bank_account_of", "organisation_id", "person_id", "effective_at"),)
