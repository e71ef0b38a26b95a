"""Contracts for Noor at Kok, with Anna unless a test says otherwise."""

from datetime import date

import pytest

from portal.contracts import actions, rules
from portal.contracts.actions import People
from portal.contracts.rules import Terms
from portal.documents import actions as documents
from tests.documents.pdf import pdf


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
            from portal.contracts import queries

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
