"""What an import compares a file with, and invoices for who may see them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.auth.models import Account, Person
from portal.children.models import Child
from portal.children.queries import shielding
from portal.db import db
from portal.documents.models import Document
from portal.invoices.models import Invoice, InvoiceLine
from portal.invoices.rules import STATE_NAMES
from portal.people.queries import PAGE, begins, few, has_words, named
from portal.people.rules import full_name

CHUNK = 500  # numbers in one question
ON_PANEL = 5


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


def invoices_of(person_id: UUID, most: int | None = None) -> Sequence[Invoice]:
    """All of a payer, or so many, the newest first."""
    found = sa.select(Invoice).where(Invoice.payer_id == person_id).limit(most)
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


@dataclass(frozen=True)
class InvoicesShown:
    """Which invoices a list shows to the colleague who is this person."""

    person_id: UUID

    words: str = ""
    state: str = ""
    year: int | None = None
    payer_id: UUID | None = None


class Place(NamedTuple):
    """Where a page ended."""

    period: date
    number: str


@dataclass
class InvoiceRow:
    """An invoice as the list of the office shows it."""

    id: UUID
    number: str
    sort: str
    period: date
    state: str
    total_cents: int
    payer: str
    account_id: UUID | None
    children: list[str] = field(default_factory=list)


def invoices_page(shown: InvoicesShown, last: Place | None = None) -> tuple[list[InvoiceRow], Place | None]:
    """One page after this place, the newest month first, and the last place when there is more. Three statements."""
    statement = (
        sa.select(
            Invoice.id, Account.id, Invoice.number, Invoice.sort, Invoice.period, Invoice.state, Invoice.total_cents,
            Person.given_name, Person.infix, Person.family_name,
        )
        .join(Person, Person.id == Invoice.payer_id)
        .outerjoin(Account, Account.person_id == Invoice.payer_id)
        .where(*_conditions(shown), *_after(last))
    )  # fmt: skip
    conditions, are_few = _with_words(shown.words)
    # Few are sorted. The detour keeps SQLite from walking all invoices in their order to find these few.
    period: Any = sa.func.coalesce(Invoice.period, Invoice.period) if are_few else Invoice.period
    statement = statement.where(*conditions).order_by(period.desc(), Invoice.number.desc())
    rows = [
        InvoiceRow(id_, number, sort, period_, state, total_cents, full_name(*names), account_id)
        for id_, account_id, number, sort, period_, state, total_cents, *names in db.session.execute(
            statement.limit(PAGE + 1)
        )
    ]
    _add_children(rows[:PAGE])
    return rows[:PAGE], Place(rows[PAGE - 1].period, rows[PAGE - 1].number) if len(rows) > PAGE else None


def _conditions(shown: InvoicesShown) -> Iterator[sa.ColumnElement[bool]]:
    if shown.state:
        yield Invoice.state == shown.state
    if shown.year:
        yield Invoice.period.between(date(shown.year, 1, 1), date(shown.year, 12, 31))
    if shown.payer_id:
        yield Invoice.payer_id == shown.payer_id
    yield Invoice.payer_id.not_in(shielding(shown.person_id))


def _after(last: Place | None) -> list[sa.ColumnElement[bool]]:
    if last is None:
        return []
    return [Invoice.period <= last.period, sa.or_(Invoice.period < last.period, Invoice.number < last.number)]


def _with_words(words: str) -> tuple[list[sa.ColumnElement[bool]], bool]:
    """Conditions: the number begins like this, or payer or child has this name. And whether few invoices pass.

    A name has no digit in it, and hardly any number has none.
    """
    term = words.strip()
    if any(sign.isdigit() for sign in term):
        terms = {term, term.upper()}
        numbers = few(sa.select(Invoice.id).where(sa.or_(*(begins(Invoice.number, each) for each in terms))))
        if numbers is not None:
            return [Invoice.id.in_(numbers)], True
        # The empty end keeps SQLite from reading all of these by their number.
        return [sa.or_(*(begins(Invoice.number.concat(""), each) for each in terms))], False
    people = named(term)
    if people is None:
        return [sa.false()] if term else [], False
    persons = few(people)
    if persons is None:
        is_child = sa.and_(InvoiceLine.invoice_id == Invoice.id, Child.id == InvoiceLine.child_id)
        of_child = sa.exists().where(is_child, *has_words(Child.person_id, term))
        return [sa.or_(sa.and_(*has_words(Invoice.payer_id, term)), of_child)], False
    children = sa.select(Child.id).where(Child.person_id.in_(persons))
    found = sa.union(
        sa.select(Invoice.id).where(Invoice.payer_id.in_(persons)),
        sa.select(InvoiceLine.invoice_id).where(InvoiceLine.child_id.in_(children)),
    )
    return [Invoice.id.in_(found)], True


def _add_children(rows: list[InvoiceRow]) -> None:
    of = {row.id: row for row in rows}
    names = sa.select(InvoiceLine.invoice_id, Person.given_name).join(Child, Child.id == InvoiceLine.child_id)
    names = names.join(Person, Person.id == Child.person_id).where(InvoiceLine.invoice_id.in_(list(of)))
    for invoice_id, name in db.session.execute(names.order_by(InvoiceLine.position)) if of else ():
        if name not in of[invoice_id].children:
            of[invoice_id].children.append(name)


def years() -> list[int]:
    """From the newest year of which there is an invoice to the oldest."""
    first = sa.select(sa.func.min(Invoice.period)).scalar_subquery()
    last = sa.select(sa.func.max(Invoice.period)).scalar_subquery()
    oldest, newest = db.session.execute(sa.select(first, last)).one()
    return list(range(newest.year, oldest.year - 1, -1)) if oldest else []


def invoice(invoice_id: UUID) -> Invoice | None:
    """This invoice, whoever pays it."""
    found = sa.select(Invoice).where(Invoice.id == invoice_id).options(joinedload(Invoice.payer))
    return db.session.scalars(found).one_or_none()


def panel_of(account: Account) -> tuple[str, dict[str, Any]]:
    """What the office sees of invoices on the page of a parent."""
    return "invoices/_paid.html", {"invoices": invoices_of(account.person_id, ON_PANEL), "states": STATE_NAMES}
