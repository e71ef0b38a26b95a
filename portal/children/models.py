"""The child, its guardians, and what a court says about them."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth.models import Person
from portal.children import rules
from portal.db import Moment, OrganisationRow
from portal.organisations.models import Group

ROLES = ("custody", "no_custody", "foster", "guardian")


class Child(OrganisationRow):
    __tablename__ = "child"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    group_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("care_group.id"), index=True)
    external_id: Mapped[str | None] = mapped_column(sa.String(64))  # in the organisation's own software
    end_date: Mapped[date | None] = mapped_column(sa.Date)  # the last day at this organisation
    access_until: Mapped[date | None] = mapped_column(sa.Date)  # follows from it: until then parents look back

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    group: Mapped[Group | None] = relationship(lazy="joined")

    __table_args__ = (
        sa.Index("ix_child_external_id", "organisation_id", "external_id", unique=True),
        sa.Index("ix_child_end_date", "organisation_id", "end_date"),
        sa.Index("ix_child_group", "organisation_id", "group_id"),
        sa.Index("ix_child_here", "organisation_id", "id", "end_date"),
    )


class Guardianship(OrganisationRow):
    """What one person is to one child. Without a right written here nothing of the child is seen."""

    __tablename__ = "guardianship"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(10))
    can_decide: Mapped[bool] = mapped_column(default=False)
    can_see_daily: Mapped[bool] = mapped_column(default=False)
    # Hidden from the other guardians of the child (domain.md, B5).
    address_shielded: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # The request or the ruling, in words, and when the office saw who this is (B3).
    legal_basis: Mapped[str] = mapped_column(sa.String(300), default="", server_default=sa.text("''"))
    identified_at: Mapped[datetime | None] = mapped_column(Moment)
    recorded_by: Mapped[UUID | None]  # the account that last wrote down these rights
    valid_from: Mapped[date | None] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)

    child: Mapped[Child] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("child_id", "person_id"),
        # With the organisation in front, or SQLite takes the index of the organisation and reads all of it.
        sa.Index("ix_guardianship_child", "organisation_id", "child_id", "can_see_daily", "valid_to"),
        sa.Index("ix_guardianship_person", "organisation_id", "person_id"),
        sa.CheckConstraint(f"role IN {ROLES}", name="role"),
    )

    @property
    def has_asked(self) -> bool:
        """Whether a request was recorded and the identity seen (domain.md, B3)."""
        return bool(self.legal_basis) and self.identified_at is not None


class Block(OrganisationRow):
    """A court order that keeps one person from one child. It holds once a second member of staff confirmed it (B4)."""

    __tablename__ = "block"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    document: Mapped[str] = mapped_column(sa.String(200))  # which ruling, of which court, of when
    ends_on: Mapped[date] = mapped_column(sa.Date)
    asked_by: Mapped[UUID]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    lifted_by: Mapped[UUID | None]
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)

    def is_in_force(self, today: date) -> bool:
        return rules.is_in_force(self.confirmed_at, self.lifted_at, self.ends_on, today)

    def is_waiting(self, today: date) -> bool:
        return self.confirmed_at is None and self.lifted_at is None and self.ends_on >= today
