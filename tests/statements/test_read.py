"""The payer reads a statement in large letters, and opens its PDF after showing who it is."""

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.db import db
from portal.statements.models import AnnualStatement
from tests.statements.conftest import NUMBER, words_of


@pytest.fixture
def payer(published, kok, anna, visitor):
    browser = visitor(kok)
    browser.log_in(anna)
    return browser


@pytest.fixture
def document(published, kok, inside):
    with inside(kok):
        return db.session.get(AnnualStatement, published).document_id


def test_payer_reads_figures_in_order_and_copies_them(payer, published):
    assert "Naar de jaaropgaven" in payer.get("/facturen").seen and "Jaaropgaven" in payer.get("/papieren").seen
    page = payer.get("/jaaropgaven")
    assert "2026 Noor Bakker" in page.seen and "€ 2.789,25" in page.seen
    page = payer.get(f"/jaaropgaven/{published}")
    seen = page.seen.replace("Kopieer ", "")
    order = ["LRK-nummer 123456789", "Soort opvang Dagopvang", "Aantal uren 259,50", "259 uur en 30 minuten",
             "Totaalbedrag € 2.779,26", "Gemiddeld uurtarief € 10,71", "LRK-nummer 987654321",
             "Soort opvang Buitenschoolse opvang"]  # fmt: skip
    places = [seen.index(words) for words in order]
    assert places == sorted(places)
    copied = [values["data-copy"] for tag, values in page.tags if tag == "button" and "data-copy" in values]
    assert copied[:5] == ["123456789", "Dagopvang", "259,50", "2779,26", "10,71"]
    assert "*****6782" in page.seen and NUMBER not in page.text


def test_pdf_asks_who_it_is_and_every_look_is_noted(payer, published, document, kok, anna, inside, time):
    time.move(minutes=11)
    asked = payer.get(f"/documenten/{document}", status=303)
    assert "/account/bevestigen" in asked.response.location
    payer.post("/account/bevestigen", password=payer.password, next=f"/documenten/{document}")
    opened = payer.client.get(f"/documenten/{document}", **payer._with(None))
    assert NUMBER in words_of(opened.data)[0]
    assert opened.headers["Content-Disposition"].endswith('Jaaropgave 2026 Noor Bakker.pdf"')
    assert "no-store" in opened.headers["Cache-Control"]
    with inside(kok) as session:
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "document_seen")).one()
        assert (line.actor_id, line.object_id) == (anna.id, document)
    assert "Jaaropgave 2026 Noor Bakker" in payer.get("/account/wie-keek-mee").seen


def test_nobody_else_sees_a_statement(published, document, kok, zon, piet, bram, visitor, office):
    addresses = [f"/jaaropgaven/{published}", f"/documenten/{document}", f"/documenten/{document}/openen"]
    for organisation, account in ((kok, piet), (zon, bram)):
        browser = visitor(organisation)
        browser.log_in(account)
        assert "Er staat nog geen jaaropgave op uw naam." in browser.get("/jaaropgaven").seen
        for address in addresses:
            browser.get(address, status=404)
    for role, status in (("groepsleiding", 404), ("planning", 404), ("administratie", 200), ("manager", 200)):
        browser = office(role)
        assert browser.client.get(addresses[1], **browser._with(None)).status_code == status
        browser.get(addresses[0], status=404)


def test_number_stands_in_the_pdf_and_nowhere_else(payer, published, kok, noor, office, rows, caplog, post):
    desk = office("manager")
    pages = ["/beheer/jaaropgaven", f"/beheer/kinderen/{noor.id}", f"/beheer/kinderen/{noor.id}/bsn", "/beheer/logboek"]
    assert NUMBER not in "".join(desk.get(path).text for path in pages)
    assert NUMBER not in "".join(payer.get(path).text for path in ("/jaaropgaven", "/papieren", "/account"))
    assert NUMBER not in str(rows()) and NUMBER not in caplog.text
