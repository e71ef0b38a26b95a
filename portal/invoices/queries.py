"""What an import compares a file with, and invoices for who may see them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from portal.auth.models import Person
from portal.children.models import Child
from portal.db import db
from portal.documents.models import Document
from portal.invoices.models import Invoice, InvoiceLine
from portal.people.rules import full_name

CHUNK = 500  # numbers in one question


class Known(NamedTuple):
    """What is kept under a number already."""

    id: UUID
    payer_id: UUID
    state: str
    due_on: date
    fingerprint: str
    sha256: str  # of its PDF


def known_invoices(numbers: Sequence[str]) -> dict[str, Known]:
    return dict(_known(numbers))


def _known(numbers: Sequence[str]) -> Iterator[tuple[str, Known]]:
    columns = Invoice.number, Invoice.id, Invoice.payer_id, Invoice.state, Invoice.due_on, Invoice.fingerprint
    for start in range(0, len(numbers), CHUNK):
        found = sa.select(*columns, Document.sha256).join(Document, Document.id == Invoice.document_id)
        for row in db.session.execute(found.where(Invoice.number.in_(numbers[start : start + CHUNK]))):
            yield row[0], Known(*row[1:])


# For the payer


def invoice_of(person_id: UUID, invoice_id: UUID) -> Invoice | None:
    """This invoice, when it is for this person: nobody else is shown it (domain.md, B2)."""
    found = sa.select(Invoice).where(Invoice.id == invoice_id, Invoice.payer_id == person_id)
    return db.session.scalars(found).one_or_none()


def invoices_of(person_id: UUID) -> Sequence[Invoice]:
    """All of a payer, the newest first."""
    found = sa.select(Invoice).where(Invoice.payer_id == person_id)
    return db.session.scalars(found.order_by(Invoice.period.desc(), Invoice.number.desc())).all()


def has_invoices(person_id: UUID) -> bool:
    return db.session.scalar(sa.select(sa.exists().where(Invoice.payer_id == person_id))) is True


class Shown(NamedTuple):
    """A line of an invoice, and the given name of the child it is for."""

    line: InvoiceLine
    child: str


def lines_of(invoice_id: UUID) -> list[Shown]:
    lines = (
        sa.select(InvoiceLine, Person.given_name)
        .outerjoin(Child, Child.id == InvoiceLine.child_id)
        .outerjoin(Person, Person.id == Child.person_id)
        .where(InvoiceLine.invoice_id == invoice_id)
        .order_by(InvoiceLine.position)
    )
    return [Shown(line, name or "") for line, name in db.session.execute(lines)]


def by_year(invoices: Sequence[Invoice]) -> Mapping[int, list[Invoice]]:
    years: dict[int, list[Invoice]] = {}
    for invoice in invoices:
        years.setdefault(invoice.period.year, []).append(invoice)
    return years


# For the office


def newest(most: int) -> list[tuple[Invoice, str]]:
    """The invoices that came in last, and the name of who pays each."""
    found = sa.select(Invoice, Person.given_name, Person.infix, Person.family_name)
    found = found.join(Person, Person.id == Invoice.payer_id)
    found = found.order_by(Invoice.created_at.desc(), Invoice.number.desc()).limit(most)
    return [(invoice, full_name(*names)) for invoice, *names in db.session.execute(found)]
