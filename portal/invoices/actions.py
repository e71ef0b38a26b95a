"""Taking over invoices: looked at, their PDFs kept, and then all of them written at once, or none.

A PDF is kept before its row is, and not in an open transaction. When it ends badly in between, no row knows of it: it
is taken away at once, or, after a power cut, by the next sweep (files.actions.sweep).
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth.models import Person
from portal.db import changed, db, scope
from portal.documents import actions as documents
from portal.documents.actions import Arrived, Pdf, Progress, Wanted
from portal.documents.bundle import Bundle, key_of
from portal.files.rules import clean_name
from portal.imports import queries as people
from portal.imports.models import PastImport
from portal.invoices import mails, queries, rules
from portal.invoices.models import Invoice, InvoiceLine
from portal.invoices.queries import Known
from portal.invoices.rules import Sheet
from portal.people.rules import full_name
from portal.sheets import Remark
from portal.text import _
from portal.uploads import actions as uploads

KIND = "invoices"  # of what is sent in (uploads.actions)
CHUNK = 1000
MOST_DOUBTS = 500
State = Literal["new", "changed", "unchanged"]
STATES: tuple[State, ...] = ("new", "changed", "unchanged")
T = TypeVar("T")


@dataclass
class Examined:
    """What came in, each row and each PDF by itself. Nothing of it is compared with what the portal knows."""

    sheet: Sheet
    pdfs: dict[str, Pdf]
    unused: list[str]  # PDFs of no invoice


def examine(bundle: Bundle, progress: Progress | None = None) -> Examined:
    """Raises Refused for what is no file of invoices. It takes a while: not in an open transaction."""
    sheet = rules.read(bundle.table, clock.today())
    asked = {key_of(invoice.file_name) for invoice in sheet.invoices}
    pdfs = documents.looked_through(bundle, asked, progress)
    return Examined(sheet, pdfs, sorted(set(bundle.pdfs) - asked))


@dataclass
class Step:
    """What one invoice of the file comes to."""

    invoice: rules.Invoice
    state: State
    payer: people.KnownParent
    known: Known | None
    fingerprint: str
    sha256: str


@dataclass
class Result:
    """What the file changed, or would. With bad rows nothing was changed at all."""

    steps: list[Step] = field(default_factory=list)
    bad_rows: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)  # nothing is wrong, but the office wants to know
    rows: int = 0
    extra_columns: list[str] = field(default_factory=list)
    children: dict[Any, UUID] = field(default_factory=dict)

    def number(self, state: State) -> int:
        return sum(step.state == state for step in self.steps)

    @property
    def told(self) -> list[UUID]:
        """Who gets a mail: the payers of new invoices that are not paid yet, in the order of the file."""
        news = (step for step in self.steps if step.state == "new" and step.invoice.state != "paid")
        return list(dict.fromkeys(step.payer.account_id for step in news))

    def counts(self) -> dict[str, int]:
        cents = sum(step.invoice.total_cents for step in self.steps if step.state == "new")
        states = {f"invoices_{state}": self.number(state) for state in STATES}
        return {"rows": self.rows, **states, "new_cents": cents, "mails": len(self.told)}

    def outcome(self) -> str:
        """The same for the same outcome: what is looked at first and what is then done are compared by it."""
        steps = [(step.invoice.number, step.state, step.fingerprint, step.sha256) for step in self.steps]
        lines = [remark.line for remark in (*self.bad_rows, *self.remarks)]  # their words come in two languages
        return hashlib.sha256(repr((steps, lines)).encode()).hexdigest()


def compare(examined: Examined) -> Result:
    """What taking this over would come to now. Only reads."""
    sheet = examined.sheet
    result = Result(bad_rows=list(sheet.bad_rows), rows=sheet.rows, extra_columns=sheet.extra_columns)
    payers, known_children = people.known_parents(), people.known_children()
    result.children = {key: child.id for key, child in known_children.items()}
    known = queries.known_invoices([invoice.number for invoice in sheet.invoices])
    for invoice in sheet.invoices:
        payer = payers.get(invoice.payer_key)
        problems = [*_people_problems(invoice, payer, result), *_pdf_problems(invoice, known, examined)]
        if payer and not problems:
            step = _step(invoice, payer, known.get(invoice.number), examined, result)
            problems = _change_problems(step)
            result.steps.append(step)
        result.bad_rows += problems
    result.bad_rows.sort()
    for name in examined.unused:
        result.remarks.append(Remark(0, _("%(name)s hoort bij geen enkele rij", name=clean_name(name))))
    return result


def preview(result: Result) -> uploads.Look:
    """What this comes to, for the screen, and in short."""
    shown: dict[str, Any] = {
        **result.counts(),
        "bad": uploads.some(result.bad_rows, uploads.SHOWN_PROBLEMS),
        "bad_lines": len({remark.line for remark in result.bad_rows}),
        "remarks": uploads.some([remark.reason for remark in result.remarks], uploads.SHOWN_PROBLEMS),
        "extra_columns": uploads.some(result.extra_columns, uploads.SHOWN_ROWS),
    }
    for state in ("new", "changed"):
        shown[state] = uploads.some([_shown(step) for step in result.steps if step.state == state], uploads.SHOWN_ROWS)
    return uploads.Look(shown, result.outcome())


def _shown(step: Step) -> dict[str, Any]:
    names = step.payer.given_name, step.payer.infix, step.payer.family_name
    return {
        "number": step.invoice.number, "payer": full_name(*names), "period": str(step.invoice.period)[:7],
        "cents": step.invoice.total_cents, "state": step.invoice.state,
        "before": step.known.state if step.known else "",
    }  # fmt: skip


def _people_problems(invoice: rules.Invoice, payer: people.KnownParent | None, result: Result) -> Iterator[Remark]:
    if payer is None:
        yield Remark(invoice.line, _("er is geen ouder met het adres %(email)s", email=invoice.payer))
    for each in invoice.lines:
        if each.child_key and each.child_key not in result.children:
            reason = _(
                "%(child)s, geboren op %(day)s, is niet bekend",
                child=each.child_name, day=f"{each.child_key[2]:%d-%m-%Y}",
            )  # fmt: skip
            yield Remark(each.line, reason)


def _pdf_problems(invoice: rules.Invoice, known: dict[str, Known], examined: Examined) -> Iterator[Remark]:
    pdf, kept = examined.pdfs.get(key_of(invoice.file_name)), known.get(invoice.number)
    if pdf is None and kept is None:
        reason = _(
            "factuur %(number)s: %(name)s zit er niet bij", number=invoice.number, name=clean_name(invoice.file_name)
        )
        yield Remark(invoice.line, reason)
    elif pdf and pdf.problem:
        yield Remark(invoice.line, f"{clean_name(invoice.file_name)}: {pdf.problem}")
    elif pdf and kept and pdf.sha256 != kept.sha256:
        reason = _(
            "factuur %(number)s staat al in het portaal met een andere PDF; laat de PDF weg, of geef een correctie een"
            " eigen nummer",
            number=invoice.number,
        )  # fmt: skip
        yield Remark(invoice.line, reason)


def _step(
    invoice: rules.Invoice, payer: people.KnownParent, kept: Known | None, examined: Examined, result: Result
) -> Step:
    state: State = "new"
    if kept:
        state = "unchanged" if (kept.state, kept.due_on) == (invoice.state, invoice.due_on) else "changed"
    pdf = examined.pdfs.get(key_of(invoice.file_name))
    fingerprint = invoice.fingerprint(payer.person_id, result.children)
    return Step(invoice, state, payer, kept, fingerprint, pdf.sha256 if pdf else "")


def _change_problems(step: Step) -> list[Remark]:
    """An invoice that a parent may have seen is never another one: what was wrong is put right by a credit."""
    if step.known is None or step.known.fingerprint == step.fingerprint:
        return []
    reason = _(
        "factuur %(number)s staat al in het portaal met andere regels of een andere betaler; een correctie krijgt een"
        " eigen nummer, en wat terug moet een creditfactuur",
        number=step.invoice.number,
    )  # fmt: skip
    return [Remark(step.invoice.line, reason)]


# Writing


def keep_pdfs(result: Result, bundle: Bundle, progress: Progress | None = None) -> dict[str, Arrived]:
    """Keep the PDF of each new invoice; by its number. Not in an open transaction. Raises Refused: no room."""
    wanted = [
        Wanted(
            step.invoice.number, step.invoice.file_name, _("Factuur %(number)s", number=step.invoice.number),
            step.payer.person_id,
        )
        for step in result.steps if step.state == "new"
    ]  # fmt: skip
    return documents.arrive_all(bundle, wanted, progress)


def write(
    examined: Examined, kept: dict[str, Arrived], expected: str, per_minute: int, by: UUID | None = None
) -> Result:
    """Write what was looked at, all of it, with one mail for each payer.

    Nothing is written when it comes to something else by now than was `expected`.
    """
    people.wait_for_other_import()
    result = compare(examined)
    if result.bad_rows or result.outcome() != expected:
        return result
    new = [step for step in result.steps if step.state == "new"]
    accounts = {step.payer.person_id: step.payer.account_id for step in new}
    made = documents.add_all(
        [kept[step.invoice.number] for step in new], rules.INVOICE, "financial", by, accounts
    )  # fmt: skip
    ids = {step.invoice.number: uuid4() for step in new}
    _insert(Invoice, [_row(step, ids[step.invoice.number], id_) for step, id_ in zip(new, made, strict=True)])
    _insert(InvoiceLine, [row for step in new for row in _lines(step, ids[step.invoice.number], result)])
    _update([step for step in result.steps if step.state == "changed"], by)
    if result.number("new") or result.number("changed"):
        record("invoices_imported", None, by=by, detail=f"{len(new)} new, {result.number('changed')} changed")
    _show_in_menu([step.payer.person_id for step in new])
    mails.ready(result.told, per_minute)
    db.session.flush()
    return result


def remember(result: Result, filename: str, by: UUID | None) -> UUID:
    """Keep what this import did, for the page that tells it."""
    done = PastImport(
        id=uuid4(), organisation_id=scope(), kind=KIND, account_id=by, filename=filename[-100:],
        counts=result.counts(), doubts=[tuple(remark) for remark in result.remarks[:MOST_DOUBTS]], doubt_count=0,
    )  # fmt: skip
    db.session.add(done)
    db.session.flush()
    return done.id


def _insert(model: type[Invoice] | type[InvoiceLine], rows: list[dict[str, Any]]) -> None:
    for chunk in _chunks(rows):
        db.session.execute(sa.insert(model).execution_options(render_nulls=True), chunk)


def _show_in_menu(person_ids: list[UUID]) -> None:
    """From here on the menu of these persons shows invoices."""
    for chunk in _chunks(person_ids):
        changed(sa.update(Person).where(Person.id.in_(chunk), Person.has_invoices.is_(False)).values(has_invoices=True))


def _row(step: Step, invoice_id: UUID, document_id: UUID) -> dict[str, Any]:
    invoice = step.invoice
    return {
        "id": invoice_id, "organisation_id": scope(), "number": invoice.number, "sort": invoice.sort,
        "period": invoice.period, "payer_id": step.payer.person_id, "total_cents": invoice.total_cents,
        "due_on": invoice.due_on, "state": invoice.state, "document_id": document_id, "fingerprint": step.fingerprint,
    }  # fmt: skip


def _lines(step: Step, invoice_id: UUID, result: Result) -> Iterator[dict[str, Any]]:
    for position, line in enumerate(step.invoice.lines, start=1):
        yield {
            "organisation_id": scope(), "invoice_id": invoice_id, "position": position,
            "child_id": result.children[line.child_key] if line.child_key else None, "lrk_number": line.lrk_number,
            "care_type": line.care_type, "description": line.description, "minutes": line.minutes,
            "rate_cents": line.rate_cents, "amount_cents": line.amount_cents, "counts_for_statement": line.counts,
        }  # fmt: skip


def _update(steps: Sequence[Step], by: UUID | None) -> None:
    """The state, and until when it may be paid."""
    alike: dict[tuple[str, date], list[UUID]] = {}
    for step in steps:
        if step.known is None:
            continue
        alike.setdefault((step.invoice.state, step.invoice.due_on), []).append(step.known.id)
        record(
            "invoice_changed", step.payer.account_id, by=by, object_type="invoice", object_id=step.known.id,
            detail=f"{step.invoice.number}: {step.known.state} -> {step.invoice.state}",
        )  # fmt: skip
    for (state, due_on), ids in alike.items():
        for chunk in _chunks(ids):
            those = sa.update(Invoice).where(Invoice.id.in_(chunk))
            changed(those.values(state=state, due_on=due_on, updated_at=clock.now()))


def _chunks(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


# What is over (portal.retention)


def forget_before(first_day: date, most: int, held: Any) -> int:
    """Invoices of before this day, but none with a child that is held, with lines and PDFs; how many."""
    of_held = sa.select(InvoiceLine.invoice_id).where(InvoiceLine.child_id.in_(held))
    old = sa.select(Invoice.id, Invoice.document_id).where(Invoice.period < first_day, Invoice.id.not_in(of_held))
    found = db.session.execute(old.order_by(Invoice.period, Invoice.id).limit(most)).all()
    changed(sa.delete(InvoiceLine).where(InvoiceLine.invoice_id.in_([row.id for row in found])))
    changed(sa.delete(Invoice).where(Invoice.id.in_([row.id for row in found])))
    documents.forget([row.document_id for row in found])
    return len(found)
