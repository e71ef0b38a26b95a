"""Contracts for Noor at Kok, with Anna unless a test says otherwise."""

import io
import zipfile
from datetime import date

import pytest
import sqlalchemy as sa

from portal.contracts import actions, queries, rules
from portal.contracts.actions import People
from portal.contracts.columns import COLUMNS
from portal.contracts.models import Contract
from portal.contracts.rules import Terms
from portal.documents import actions as documents
from tests.documents.pdf import pdf
from tests.imports.conftest import processes  # noqa: F401

ROW = {
    "contractnummer": "K-2026-17", "contractouder": "anna@voorbeeld.nl", "betaler": "", "mee_akkoord": "",
    "kind_voornaam": "Noor", "kind_achternaam": "Bakker", "kind_geboortedatum": "1-5-2023", "opvangsoort": "dagopvang",
    "lrk_nummer": "123456789", "dagen": "ma 8:00-17:00 + do 9 uur even", "weken": "50", "uren_per_jaar": "",
    "tarief": "10,71", "begin": "4-1-2027", "eind": "", "opzegtermijn": "", "akkoord": "", "pdf": "",
}  # fmt: skip


def row(**values):
    return {**ROW, **values}


def a_file(*rows):
    lines = [";".join(COLUMNS), *(";".join(each[name] for name in COLUMNS) for each in rows or (ROW,)), ""]
    return "\r\n".join(lines).encode()


def a_zip(*rows, table=None, pdfs=None, more=None):
    """A zip as it is made by hand: pdfs is what is in each, by name; without it every contract has its own."""
    if pdfs is None:
        names = dict.fromkeys(each["pdf"] or f"{each['contractnummer']}.pdf" for each in rows or (ROW,))
        pdfs = {name: pdf(name) for name in names}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("contracten.csv", a_file(*rows) if table is None else table)
        for name, each in {**pdfs, **(more or {})}.items():
            archive.writestr(name, each)
    return content.getvalue()


@pytest.fixture
def import_zip(command, tmp_path):
    """Import these contracts at Kok."""

    def run(*rows, options=(), content=None, **parts):
        path = tmp_path / "contracten.zip"
        path.write_bytes(a_zip(*rows, **parts) if content is None else content)
        return command("contracts", "import", path, "--organisation", "kok", *options)

    return run


@pytest.fixture
def kept(inside, kok):
    """kept() is the number, version and last day of each contract, and whether it waits."""

    def read():
        with inside(kok) as session:
            columns = sa.select(Contract.number, Contract.version, Contract.ends_on, Contract.is_waiting)
            return [tuple(each) for each in session.execute(columns.order_by(Contract.number))]

    return read


def terms(number="K-1", days="ma 8:00-17:00", **values):
    slots, wrong = rules.slots_of(days)
    assert wrong == []
    usual = {
        "care_type": "kdv", "lrk_number": "123456789", "weeks": 50, "minutes_a_year": None, "rate_cents": 1071,
        "starts_on": date(2026, 1, 5),
    }  # fmt: skip
    return Terms(number, slots=tuple(slots), **{**usual, **values})


@pytest.fixture
def contract(inside, kok, noor, anna, els):
    """contract(also=(piet,)) is the id of a new contract: with Anna, and with whom has to agree beside her."""

    def add(number="K-1", party=anna, payer=None, also=(), on_paper=False, content=None, child=noor, **values):
        with inside(kok):
            people = People(
                party.person_id, (payer or party).person_id, tuple(each.person_id for each in also), on_paper
            )
            received = documents.receive(content or pdf(f"Contract {number}"), "contract.pdf")
            return actions.add_contract(child.id, terms(number, **values), people, received, els.id, 60_000).id

    return add


@pytest.fixture
def renew(inside, kok, els):
    """renew(contract_id, rate_cents=1100) gives this contract a new version with another PDF."""

    def replace(contract_id, words="Nieuw", **values):
        with inside(kok):
            found = queries.contract(contract_id, held=True)
            also = tuple(each for each in queries.signer_ids(contract_id) if each != found.party_id)
            people = People(found.party_id, found.payer_id, also, found.is_on_paper)
            received = documents.receive(pdf(words), "contract.pdf")
            actions.new_version(
                found, found.version, terms(found.number, **values), people, received, els.id, 60_000
            )  # fmt: skip

    return replace


@pytest.fixture
def parent(visitor, kok):
    """parent(anna) is a browser in which Anna is logged in."""

    def log_in(account):
        browser = visitor(kok)
        browser.log_in(account)
        return browser

    return log_in
