"""How long annual statements take: one of 400 lines, the list of 1,000 payers, and a worker that publishes them all."""

import tempfile
import time
from datetime import date
from uuid import uuid4

import psutil
import sqlalchemy as sa

from portal import clock, create_app
from portal import db as database
from portal.auth.models import Account, Person
from portal.children.models import Child
from portal.db import db, within
from portal.documents.models import Document
from portal.files.models import File
from portal.invoices.models import Invoice, InvoiceLine
from portal.organisations.actions import add_organisation
from portal.organisations.models import Organisation
from portal.statements import actions, queries, worker
from portal.statements.models import AnnualStatement
from tests import postgresql

PAYERS, MONTHS, MANY = 1_000, 12, 400
YEAR = clock.today().year - 1


def measure():
    """Gives (database, facts) for SQLite, and for PostgreSQL where it is there."""
    yield "SQLite", _on("")
    if postgresql.binaries():
        with postgresql.server() as database_named:
            yield "PostgreSQL", _on(database_named("statements"))


def _on(uri):
    environ = {"PORTAL_INSTANCE": tempfile.mkdtemp(prefix="portal-statements-"), "PORTAL_HASHES_PER_SECOND": "10000"}
    app = create_app({**environ, **({"PORTAL_SQLALCHEMY_DATABASE_URI": uri} if uri else {})})
    with app.app_context():
        database.migrate()
        kok = add_organisation("Kok", "kok", "https://kok.test", "kantoor@kok.test", "010-1234567", "portaal@kok.test")
        db.session.commit()
        with within(kok.id):
            payers = _fill(kok.id)
            db.session.commit()
            database.refresh_statistics()
            return {"one": _one(kok.id, payers[0]), "list": _list(), **_all(kok.id, payers[1])}


def _one(organisation_id, payer_id):
    """From the lines to a statement that is published, the second one: the first also loads fpdf."""
    for _round in range(2):
        start = time.perf_counter()
        (row,) = queries.rows_of(YEAR, payer_id)
        ready = actions.prepare(row, db.session.get_one(Organisation, organisation_id))
        db.session.rollback()
        drawn = actions.draw(ready, clock.now())
        actions.publish(drawn, None)
        if _round:
            db.session.commit()
        else:
            db.session.rollback()
            actions.take_back([drawn])
    return time.perf_counter() - start


def _list():
    start = time.perf_counter()
    assert len(queries.rows_of(YEAR)) == PAYERS
    db.session.rollback()
    return time.perf_counter() - start


def _all(organisation_id, somebody):
    by = db.session.scalars(sa.select(Account).where(Account.person_id == somebody)).one()
    actions.ask_run(YEAR, without_bsn=True, by=by)
    db.session.commit()
    start = time.perf_counter()
    while worker.run_next("speed"):
        pass
    seconds = time.perf_counter() - start
    with within(organisation_id):
        made = db.session.scalar(sa.select(sa.func.count()).select_from(sa.select(AnnualStatement.id).subquery()))
        db.session.rollback()
    assert made == PAYERS, made
    return {"all": seconds, "mib": psutil.Process().memory_info().rss / 2**20}


def _fill(organisation_id):
    """A payer with a child, and a line in each month of the year; the first one has very many."""
    here = {"organisation_id": organisation_id}
    rows = {model: [] for model in (Person, Account, Child, File, Document, Invoice, InvoiceLine)}
    for number in range(PAYERS):
        payer, child, own = uuid4(), uuid4(), uuid4()
        rows[Person] += [
            {**here, "id": payer, "given_name": "Anna", "family_name": f"Vries{number}", "birth_date": None},
            {
                **here,
                "id": child,
                "given_name": "Noor",
                "family_name": f"Vries{number}",
                "birth_date": date(2023, 5, 1),
            },
        ]
        email = f"ouder{number}@voorbeeld.nl"
        rows[Account].append({**here, "person_id": payer, "email": email, "email_key": email, "status": "active"})
        rows[Child].append({**here, "id": own, "person_id": child})
        for month in range(1, MONTHS + 1):
            _add_bill(rows, here, payer, own, date(YEAR, month, 1), MANY // MONTHS + 1 if number == 0 else 2)
    for model, some in rows.items():
        db.session.execute(sa.insert(model).execution_options(render_nulls=True), some)
    return [each["id"] for each in rows[Person][::2]]


def _add_bill(rows, here, payer, child, period, lines):
    file, document, bill = uuid4(), uuid4(), uuid4()
    rows[File].append(
        {**here, "id": file, "kind": "document", "key": f"none {file.hex}", "name": "a.pdf", "media_type": "application/pdf", "size": 5,
         "width": 0, "height": 0, "used_at": clock.now(), "fingerprint": ""}
    )  # fmt: skip
    rows[Document].append(
        {**here, "id": document, "kind": "invoice", "title": "Factuur", "person_id": payer, "file_id": file,
         "sha256": "", "retention": "financial"}
    )  # fmt: skip
    rows[Invoice].append(
        {**here, "id": bill, "number": bill.hex, "sort": "invoice", "period": period, "payer_id": payer,
         "total_cents": 92642 * lines, "due_on": period, "state": "paid", "document_id": document, "fingerprint": ""}
    )  # fmt: skip
    rows[InvoiceLine] += [
        {**here, "invoice_id": bill, "position": place, "child_id": child, "lrk_number": "123456789",
         "care_type": "kdv" if place % 2 else "bso", "description": "", "minutes": 5190, "rate_cents": 1071,
         "amount_cents": 92642, "counts_for_statement": True}
        for place in range(lines)
    ]  # fmt: skip
