"""Anna pays for Noor at Kok: her invoices of 2026, and the office that makes statements of them in January 2027."""

import io
from datetime import UTC, datetime

import pypdf
import pytest

from portal import clock
from portal.db import db
from portal.organisations.models import Organisation
from portal.statements import actions, queries, worker
from portal.statements.models import Bsn
from tests.invoices.conftest import import_zip, row  # noqa: F401

NUMBER = "123456782"
# 86.50 hours of 10.71 in each of three months, and one extra hour of 9.99
MONTHS = [row(factuurnummer=f"2026-{month}", periode=f"2026-{month}") for month in ("01", "02", "12")]
BSO = {"opvangsoort": "naschools", "lrk_nummer": "987654321", "uren": "1,00", "tarief": "9,99", "bedrag": "9,99"}
EXTRA_HOUR = row(**BSO, factuurnummer="2026-13", totaal="9,99")
CREDIT = row(factuurnummer="C-1", uren="-86,50", bedrag="-926,42", totaal="-926,42", soort="credit", periode="2026-02")


@pytest.fixture
def year(time, kok, noor, anna, import_zip):  # noqa: F811
    """2026 is billed and over."""
    said = import_zip(*MONTHS, EXTRA_HOUR)
    assert said.code == 0, said.err
    time.set(datetime(2027, 1, 20, 9, 30, tzinfo=UTC))
    return 2026


@pytest.fixture
def number(kok, noor, inside):
    """The number of Noor is known."""
    with inside(kok) as session:
        session.add(Bsn(organisation_id=kok.id, child_id=noor.id, kept=_kept()))


def _kept():
    from portal import keys

    return keys.encrypt("bsn", NUMBER)


@pytest.fixture
def published(year, number, kok, noor, anna, inside):
    """The statement of Anna and Noor over 2026; its id."""
    with inside(kok):
        return publish(kok, year, anna, noor).id


def publish(organisation, year, payer, child):
    return actions.publish(drawn(organisation, queries.rows_of(year, payer.person_id, child.id)[0]), None)


def drawn(organisation, row):
    house = db.session.get(Organisation, organisation.id)
    return actions.draw(actions.prepare(row, house), clock.now())


@pytest.fixture
def work(app):
    """Let the worker do all that waits."""

    def run():
        with app.app_context():
            while worker.run_next("test"):
                pass

    return run


@pytest.fixture
def desk(office):
    """Somebody of the office, who has just shown who it is."""
    return office("administratie")


def words_of(content):
    """What a PDF says, and how it calls itself."""
    read = pypdf.PdfReader(io.BytesIO(content))
    return " ".join(" ".join(page.extract_text() for page in read.pages).split()), read
