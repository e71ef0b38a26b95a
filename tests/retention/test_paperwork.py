"""Paperwork stays for seven full years after its own, and not a day less; what is held stays longer."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from portal.children.models import Child
from portal.contracts import actions as contracts
from portal.contracts import queries
from portal.contracts.models import Contract
from portal.documents.models import Document
from portal.files.models import File
from portal.invoices.models import Invoice
from portal.pickup import actions as pickup
from portal.pickup.models import PickupPerson
from portal.pickup.rules import Permission
from portal.retention import actions as keeping
from portal.statements.models import AnnualStatement, Bsn
from tests.contracts.conftest import contract  # noqa: F401
from tests.statements.conftest import import_zip, number, published, year  # noqa: F401

PAPERWORK = (Invoice, AnnualStatement, Contract, Document)


@pytest.fixture
def papers(published, contract, piet, inside, kok, noor, anna):  # noqa: F811
    """Of 2026: four invoices, a statement, and a contract that ended then. And who might fetch, and the BSN."""
    contract(also=(piet,), ends_on=date(2026, 12, 31))
    with inside(kok) as session:
        pickup.allow(session.get(Child, noor.id), Permission("Oma 🌷", "oma", "06 12345678"), anna.person_id, by=anna)


@pytest.fixture
def left_over(inside, kok):
    def count():
        with inside(kok) as session:
            return [session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (*PAPERWORK, File)]

    return count


def test_paperwork_goes_after_seven_full_years(papers, left_over, time, hourly):
    assert left_over() == [4, 1, 1, 6, 6]
    time.set(datetime(2033, 12, 31, 12, tzinfo=UTC))
    hourly()
    assert left_over() == [4, 1, 1, 6, 6]
    time.set(datetime(2034, 1, 1, 12, tzinfo=UTC))
    hourly()
    assert left_over() == [0, 0, 0, 0, 0]


def test_paperwork_that_is_held_stays(papers, left_over, time, hourly, inside, kok, noor, els):
    with inside(kok) as session:
        keeping.hold(session.get(Child, noor.id), "Zaak C/13/7", by=els.id)
    time.set(datetime(2040, 1, 1, 12, tzinfo=UTC))
    hourly()
    assert left_over() == [4, 1, 1, 6, 6]


def test_contract_said_to_be_over_stays_a_month(contract, left_over, time, hourly, inside, kok, els):  # noqa: F811
    contract_id = contract()
    time.set(datetime(2036, 11, 23, 12, tzinfo=UTC))
    with inside(kok):
        contracts.end_contract(queries.contract(contract_id, held=True), date(2027, 1, 4), els.id)
    hourly()
    assert left_over() == [0, 0, 1, 1, 1]
    time.move(days=31)
    hourly()
    assert left_over() == [0, 0, 0, 0, 0]


def test_number_and_who_fetched_go_two_years_after_the_child(papers, left, time, hourly, inside, kok):
    left(date(2027, 1, 31))
    for moment, there in ((datetime(2029, 1, 31, 12, tzinfo=UTC), 1), (datetime(2029, 2, 1, 12, tzinfo=UTC), 0)):
        time.set(moment)
        hourly()
        with inside(kok) as session:
            assert session.query(Bsn).count() == session.query(PickupPerson).count() == there
