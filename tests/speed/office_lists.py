"""The lists of the office with 10,000 families beside those with 100: time of the whole page, and its SQL statements."""

import random
import statistics
import tempfile
import time
from datetime import date, timedelta
from uuid import uuid4

import sqlalchemy as sa

import portal
from portal import clock
from portal import db as database
from portal.auth.models import Account, Person
from portal.auth.rules import sort_name
from portal.children.models import Child, Guardianship
from portal.db import db, within
from portal.demo import actions as demo
from portal.documents.models import Document
from portal.factors.rules import code_now
from portal.invoices.models import Invoice, InvoiceLine
from portal.organisations.models import Group
from portal.organisations.queries import organisation_named
from portal.outbox.models import Mail
from portal.people.models import NameWord
from portal.people.rules import words_of
from tests import postgresql
from tests.speed.browserless import Caller

FEW, MANY = 100, 10_000
INVOICES = 6  # of each family
ROUNDS = 15
GIVEN = ["Eva", "Noor", "Anna", "Bo", "Cas", "Daan", "Fleur", "Gijs", "Huub", "Iris", "Jet", "Kees", "Lotte", "Mees"]
FAMILY = ["Smit", "Bakker", "Visser", "de Vries", "van der Berg", "Mulder", "Bos", "Vos", "Peters", "El Amrani"]
PAGES = [
    "/beheer", "/beheer/kinderen", "/beheer/kinderen?zoek=noor+bak", "/beheer/ouders", "/beheer/ouders?zoek=eva+smit",
    "/beheer/ouders?zoek=ouder12%40", "/beheer/zoeken?zoek=noor", "/beheer/e-mail", "/beheer/e-mail?zoek=eva+smit",
    *(f"/beheer/kinderen?toon={state}" for state in ("alone", "left")),
    *(f"/beheer/ouders?toon={state}" for state in ("never", "late", "unreached", "moved", "blocked")),
    *(f"/beheer/e-mail?toon={state}" for state in ("failed", "waiting")),
    "/beheer/logboek", "/beheer/facturen",
    *(f"/beheer/facturen?{asked}" for asked in ("zoek=noor+bak", "zoek=eva", "zoek=2026-00", "zoek=20", "toon=overdue", "jaar=2025")),
]  # fmt: skip


def measure():
    """Gives (database, page, statements, ms with few families, ms with many), medians of pages asked in turns."""
    yield from _on("SQLite", "")
    if postgresql.binaries():
        with postgresql.server() as database_named:
            yield from _on("PostgreSQL", database_named("office"))


def _on(name, uri):
    environ = {"PORTAL_INSTANCE": tempfile.mkdtemp(prefix="portal-office-"), "PORTAL_HASHES_PER_SECOND": "10000"}
    app = portal.create_app({**environ, **({"PORTAL_SQLALCHEMY_DATABASE_URI": uri} if uri else {})})
    with app.app_context():
        database.migrate()
        demo.fill(8000)
        db.session.commit()
        for slug, families in (("zonnebloem", FEW), ("kok", MANY)):
            with within(organisation_named(slug).id):
                _fill(families)
        if uri:  # a server in use has looked at its tables by then
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
                line.execute(sa.text("ANALYZE"))
        database.refresh_statistics()  # as the worker does
    seen = []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    few, many = (_manager(app, *who) for who in (("zonnebloem", "ruud"), ("kok", "fenna")))
    for page in PAGES:
        took = _in_turns(few, many, page)
        seen.clear()
        many.get(page)
        count = len([each for each in seen if not each.startswith(("BEGIN", "PRAGMA", "SELECT set_config"))])
        yield name, page, count, *took


def _manager(app, slug, name):
    caller = Caller(app, f"{slug}.localhost:8000")
    caller.get("/inloggen")
    assert caller.post("/inloggen", email=f"{name}@{slug}.example", password=demo.PASSWORD) == 303, caller.body
    caller.get("/tweede-stap")
    with app.app_context():
        code = code_now(demo.app_secret(), clock.now())
    assert caller.post("/tweede-stap", code=code) == 303, caller.body
    return caller


def _in_turns(few, many, page):
    times = {few: [], many: []}
    for number in range(ROUNDS + 2):
        for caller, kept in times.items():
            before = time.perf_counter()
            assert caller.get(page) == 200, (page, caller.body[:300])
            if number > 1:
                kept.append((time.perf_counter() - before) * 1000)
    return [statistics.median(kept) for kept in times.values()]


def _fill(families):
    """Families of two parents and one or two children, with mails.

    With few families, too, every list has a full page: half of them have something it asks for, else one in a hundred.
    """
    chance, here, now = random.Random(7), database.scope(), clock.now()
    given_names, family_names, every = (GIVEN, FAMILY, 100) if families > FEW else (GIVEN[:2], FAMILY[:2], 2)
    group_ids = list(db.session.scalars(sa.select(Group.id)))
    models = Person, NameWord, Account, Child, Guardianship, Mail, Document, Invoice, InvoiceLine
    rows = {model: [] for model in models}

    def person(family, **values):
        given, id_ = chance.choice(given_names), uuid4()
        whole = f"{family} {chance.randrange(999)}"
        rows[Person].append(
            {"id": id_, "organisation_id": here, "given_name": given, "family_name": whole,
             "sort_name": sort_name(given, "", whole), "birth_date": None, **values}
        )  # fmt: skip
        rows[NameWord].extend(
            {"organisation_id": here, "word": word, "person_id": id_} for word in words_of(given, "", whole)
        )
        return id_

    for number in range(families):
        family, is_odd = chance.choice(family_names), number % every == 1
        parents = [person(family) for _ in range(2)]
        for index, person_id in enumerate(parents):
            status = "blocked" if is_odd and index else "invited" if is_odd else "active"
            account_id, address = uuid4(), f"ouder{number}-{index}@voorbeeld.nl"
            rows[Account].append(
                {"id": account_id, "organisation_id": here, "person_id": person_id, "email": address,
                 "email_key": address, "status": status, "created_at": now - timedelta(days=10)}
            )  # fmt: skip
            for day in range(3):
                state = "refused" if is_odd and day == 0 else "new" if is_odd and day == 1 else "sent"
                moment = now - timedelta(days=day, seconds=number)
                rows[Mail].append(
                    {"id": uuid4(), "organisation_id": here, "kind": "auth/credentials", "account_id": account_id,
                     "state": state, "due_at": moment, "expires_at": moment + timedelta(days=2), "created_at": moment,
                     "updated_at": moment, "sent_at": moment if state == "sent" else None}
                )  # fmt: skip
        for _ in range(1 + number % 2):
            child_id, born = uuid4(), date(2022, 1, 1) + timedelta(days=chance.randrange(1200))
            rows[Child].append(
                {"id": child_id, "organisation_id": here, "person_id": person(family, birth_date=born),
                 "group_id": chance.choice(group_ids)}
            )  # fmt: skip
            rows[Guardianship].extend(
                {"organisation_id": here, "child_id": child_id, "person_id": each, "role": "custody",
                 "can_decide": True, "can_see_daily": True}
                for each in parents
            )  # fmt: skip
        for month in range(INVOICES):
            document, invoice = _invoice(here, f"2026-{number:05}-{month}", parents[0], month, is_odd)
            rows[Document].append(document)
            rows[Invoice].append(invoice)
            rows[InvoiceLine].append(_line(here, invoice["id"], child_id))
    for model, values in rows.items():
        for start in range(0, len(values), 5000):
            db.session.execute(sa.insert(model), values[start : start + 5000])
    db.session.commit()


def _invoice(here, number, payer_id, month, is_late):
    """The paper itself is gone: no file is kept of it."""
    document_id, period = uuid4(), date(2026 - month % 2, 12 - month, 1)
    document = {
        "id": document_id, "organisation_id": here, "kind": "invoice", "title": number, "person_id": payer_id,
        "sha256": "0" * 64, "retention": "financial", "withdrawn_at": clock.now(),
    }  # fmt: skip
    state = "overdue" if is_late and not month else "paid" if month else "open"
    return document, {
        "id": uuid4(), "organisation_id": here, "number": number, "sort": "invoice", "period": period,
        "payer_id": payer_id, "total_cents": 92642, "due_on": period + timedelta(days=45), "state": state,
        "document_id": document_id, "fingerprint": "",
    }  # fmt: skip


def _line(here, invoice_id, child_id):
    return {
        "organisation_id": here, "invoice_id": invoice_id, "position": 1, "child_id": child_id, "lrk_number": "123456789",
        "care_type": "day", "description": "Vaste dagen", "minutes": 5190, "rate_cents": 1071, "amount_cents": 92642,
        "counts_for_statement": True,
    }  # fmt: skip


if __name__ == "__main__":
    for name, page, count, few, many in measure():
        print(f"{name:<10} {page:<36} {count:>2} statements  {few:6.1f} {many:6.1f} ms  {many / few:.2f} x")
