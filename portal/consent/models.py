"""For what an organisation asks consent, and every answer that was ever given."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth.models import Person
from portal.db import Moment, OrganisationRow


class ConsentPurpose(OrganisationRow):
    """One text of one purpose. A new text is a new row, and the answers to the old one count no more."""

    __tablename__ = "consent_purpose"

    code: Mapped[str] = mapped_column(sa.String(40))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(100))
    text: Mapped[str] = mapped_column(sa.String(1000))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)  # a newer text came, or nobody is asked any more

    __table_args__ = (sa.UniqueConstraint("organisation_id", "code", "version"),)


class Consent(OrganisationRow):
    """One answer of one guardian about one child. Answers are only added: the newest of a guardian counts."""

    __tablename__ = "consent"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    purpose_id: Mapped[UUID] = mapped_column(sa.ForeignKey("consent_purpose.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)  # who gave it
    value: Mapped[bool]

    purpose: Mapped[ConsentPurpose] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship()

    __table_args__ = (sa.Index("ix_consent_child", "organisation_id", "child_id", "purpose_id"),)
