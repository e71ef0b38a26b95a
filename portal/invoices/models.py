"""An invoice, as the office's own software made it, and its lines."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth.models import Person
from portal.db import OrganisationRow, plain_text
from portal.documents.models import Document


class Invoice(OrganisationRow):
    """Only its state and the day before which it is paid ever change. A correction is another invoice: a credit."""

    __tablename__ = "invoice"

    number: Mapped[str] = mapped_column(plain_text(40))
    sort: Mapped[str] = mapped_column(sa.String(8))  # invoice or credit
    period: Mapped[date] = mapped_column(sa.Date)  # the first day of the month; its year is that of the statement
    payer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    total_cents: Mapped[int]
    due_on: Mapped[date] = mapped_column(sa.Date)
    state: Mapped[str] = mapped_column(sa.String(8))  # as the import says
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id"), unique=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))  # of all that never changes under this number

    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)
    payer: Mapped[Person] = relationship()

    __table_args__ = (
        sa.Index("ix_invoice_number", "organisation_id", "number", unique=True),
        sa.Index("ix_invoice_payer", "organisation_id", "payer_id", "period"),
        sa.Index("ix_invoice_period", "organisation_id", "period", "number"),
        sa.Index("ix_invoice_state", "organisation_id", "state", "period", "number"),
        sa.CheckConstraint("sort IN ('invoice', 'credit')", name="sort"),
        sa.CheckConstraint("state IN ('open', 'paid', 'overdue')", name="state"),
    )


class InvoiceLine(OrganisationRow):
    """What of it is for which child, in minutes and cents. The annual statement is the sum of those that count."""

    __tablename__ = "invoice_line"

    invoice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("invoice.id"), index=True)
    position: Mapped[int]
    child_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("child.id"), index=True)
    lrk_number: Mapped[str] = mapped_column(sa.String(12))
    care_type: Mapped[str] = mapped_column(sa.String(8))
    description: Mapped[str] = mapped_column(sa.String(100))
    minutes: Mapped[int]
    rate_cents: Mapped[int]  # for an hour
    amount_cents: Mapped[int]
    counts_for_statement: Mapped[bool]

    __table_args__ = (
        sa.Index("ix_invoice_line_invoice", "organisation_id", "invoice_id", "position"),
        sa.Index("ix_invoice_line_child", "organisation_id", "child_id", "invoice_id"),
    )
