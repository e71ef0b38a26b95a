"""A contract is seen by whom it is with, who pays and who has to agree; by nobody else, and never by a guardian of before."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from portal import clock
from portal.children.models import Block, Guardianship
from portal.contracts.models import Contract
from portal.db import db


@pytest.fixture
def statements(app):
    """with statements() as asked: what the database was asked."""
    import contextlib

    @contextlib.contextmanager
    def watch():
        asked = []

        def note(_connection, _cursor, statement, *_):
            if not statement.startswith(("BEGIN", "SELECT set_config")):
                asked.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return watch


def opens(browser, contract_id, document_id):
    """Whether the page and the PDF open; they never differ."""
    answers = {
        browser.client.get(path, **browser._with(None)).status_code
        for path in (f"/contracten/{contract_id}", f"/documenten/{document_id}")
    }
    assert len(answers) == 1, answers
    return answers.pop() == 200


@pytest.fixture
def document_of(inside, kok):
    def read(contract_id):
        with inside(kok):
            return db.session.get(Contract, contract_id).document_id

    return read


def test_parent_reads_in_plain_words_what_was_agreed(contract, parent, anna):
    browser = parent(anna)
    assert "Contracten" not in browser.get("/papieren").seen
    contract_id = contract(days="ma 8:00-17:00 + do 9 uur even", on_paper=True)
    assert "Noor: dagopvang" in browser.get("/contracten").seen
    assert 'href="/contracten"' in browser.get("/papieren").text
    page = browser.get(f"/contracten/{contract_id}")
    for words in (
        "maandag, 08:00 tot 17:00 uur (9 uur)", "donderdag, even weken (9 uur)", "Weken per jaar 50",
        "Uren per maand 56,25 uur", "Prijs per uur € 10,71", "Ongeveer per maand € 602,44",
        "Eerste dag maandag 5 januari 2026", "Laatste dag nog niet bekend", "Opzegtermijn 1 maand",
        "LRK-nummer 123456789", "Noor wordt vier op zaterdag 1 mei 2027", "Loopt", "op papier getekend",
    ):  # fmt: skip
        assert words in page.seen, page.seen


def test_only_who_takes_part_sees_it(
    contract, document_of, parent, kok, zon, noor, anna, piet, bram, save_parent, visitor
):
    payer = save_parent(kok, "Petra", "", "Penning", "petra@voorbeeld.nl", noor, custody=False)
    other = save_parent(kok, "Otto", "", "Ander", "otto@voorbeeld.nl")
    contract_id = contract(payer=payer)
    document_id = document_of(contract_id)
    seen = {each.email: opens(parent(each), contract_id, document_id) for each in (anna, piet, payer, other)}
    assert seen == {anna.email: True, piet.email: False, payer.email: True, other.email: False}
    assert "Er staan geen contracten op uw naam" in parent(piet).get("/contracten").seen
    elsewhere = visitor(zon)
    elsewhere.log_in(bram)
    assert not opens(elsewhere, contract_id, document_id)
    with_piet = contract("K-2", also=(piet,))
    assert opens(parent(piet), with_piet, document_of(with_piet))


def ended(session, anna, _noor):
    session.query(Guardianship).filter_by(person_id=anna.person_id).one().valid_to = clock.today() - timedelta(days=1)


def kept_away(session, anna, noor):
    session.add(Block(organisation_id=noor.organisation_id, child_id=noor.id, person_id=anna.person_id, reason="x",
                      document="x", ends_on=clock.today(), asked_by=anna.id, confirmed_by=anna.id,
                      confirmed_at=clock.now()))  # fmt: skip


@pytest.mark.parametrize("change", [ended, kept_away])
def test_who_is_no_guardian_any_more_sees_and_signs_nothing(
    change, contract, document_of, parent, kok, anna, noor, inside
):
    contract_id, browser = contract(), parent(anna)
    document_id = document_of(contract_id)
    page = browser.get(f"/contracten/{contract_id}")
    with inside(kok) as session:
        change(session, anna, noor)
    assert not opens(browser, contract_id, document_id)
    sha256 = page.form("agree-form")["fields"]["sha256"]
    browser.post(f"/contracten/{contract_id}", 404, sha256=sha256, has_read="y")
    assert "wacht" not in browser.get("/").seen


def test_signer_reads_no_contract_with_a_shielded_address(contract, document_of, parent, kok, anna, piet, noor, inside):
    contract_id = contract(also=(piet,))
    document_id, browser = document_of(contract_id), parent(piet)
    assert opens(browser, contract_id, document_id)
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=anna.person_id).one().address_shielded = True
    assert not opens(browser, contract_id, document_id) and opens(parent(anna), contract_id, document_id)


def test_colleague_who_is_the_other_parent_sees_no_shielded_contract(
    contract, document_of, office, kok, anna, noor, inside
):
    desk, contract_id = office("administratie"), contract()
    assert desk.get(f"/beheer/contracten/{contract_id}")
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=anna.person_id).one().address_shielded = True
        session.add(
            Guardianship(
                organisation_id=kok.id, child_id=noor.id, person_id=desk.account.person_id, role="custody",
                can_decide=True, can_see_daily=True,
            )
        )  # fmt: skip
    desk.get(f"/beheer/contracten/{contract_id}", 404)
    desk.get(f"/beheer/contracten/{contract_id}/nieuwe-versie", 404)
    assert desk.client.get(f"/documenten/{document_of(contract_id)}", **desk._with(None)).status_code == 404
    assert contract_id.hex not in desk.get(f"/beheer/kinderen/{noor.id}").text.replace("-", "")


def test_lists_ask_few_statements_however_long_they_are(contract, parent, office, anna, statements):
    for number in range(3):
        contract(f"K-{number}")
    for browser, path in ((parent(anna), "/contracten"), (office("manager"), "/beheer/contracten")):
        browser.get(path)
        with statements() as asked:
            browser.get(path)
        few = len(asked)
        for number in range(3):
            contract(f"{len(path)}-{number}")
        with statements() as asked:
            page = browser.get(path)
        assert len(asked) == few, asked
        own = [each for each in asked if "contract" in each]
        assert len(own) <= 6, own
        assert page.text.count("contracten/") > 5


def test_page_of_the_office_goes_on(contract, office, monkeypatch, kok, inside):
    monkeypatch.setattr("portal.contracts.queries.PAGE", 2)
    for number in range(3):
        contract(f"K-{number}", on_paper=number == 0)
    desk = office("administratie")
    first = desk.get("/beheer/contracten")
    assert "K-2" in first.seen and "K-0" not in first.seen
    older = next(each["href"] for tag, each in first.tags if tag == "a" and each.get("rel") == "next")
    assert "K-0" in desk.get(older).seen and "K-1" not in desk.get(older).seen
    assert "K-0" not in desk.get("/beheer/contracten?toon=wachten").seen
    with inside(kok) as session:
        assert session.scalar(sa.select(sa.func.count(Contract.id))) == 3
