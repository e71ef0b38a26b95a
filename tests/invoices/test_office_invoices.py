"""The office finds an invoice by number, payer or child, and sees what is on it and who opened it."""

import pytest
import sqlalchemy as sa

from portal.auth.models import Person
from portal.children.models import Guardianship
from portal.db import db
from portal.invoices.models import Invoice
from portal.people.actions import know_names
from tests.invoices.conftest import EXTRA, LINE, row

LIST = "/beheer/facturen"


@pytest.fixture
def bills(kok, noor, anna, piet, import_zip, inside):
    """Of Anna one of each month of a year for Noor, and of Piet one for nobody. Gives the ids by number."""
    months = [row(factuurnummer=f"2025-{month:02}", periode=f"2025-{month:02}") for month in range(1, 13)]
    late = row(factuurnummer="2026-0012", status="te laat")
    nobody = {
        "kind_voornaam": "",
        "kind_achternaam": "",
        "kind_geboortedatum": "",
        **EXTRA,
        "bedrag": "30",
        "totaal": "30",
    }
    piets = row(factuurnummer="F-7", betaler=piet.email, **nobody, status="betaald")
    done = import_zip(*months, late, piets)
    assert done.code == 0, done.err
    with inside(kok) as session:
        know_names(session.scalars(sa.select(Person)).all())
        return {bill.number: bill.id for bill in session.scalars(sa.select(Invoice))}


def numbers(page):
    shown = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    return [href.rpartition("/")[2] for href in shown if href.startswith(f"{LIST}/") and len(href) == len(LIST) + 37]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", 14),
        ("zoek=2025-1", 3),
        ("zoek=F-7", 1),
        ("zoek=f-7", 1),
        ("zoek=2026-0012", 1),
        ("zoek=noor", 13),
        ("zoek=noor+bak", 13),
        ("zoek=piet", 1),
        ("zoek=anna+bakker", 0),
        ("zoek=de+vries", 13),
        ("zoek=%25", 0),
        ("zoek=%00", 0),
        ("toon=overdue", 1),
        ("toon=paid", 1),
        ("toon=onzin", 14),
        ("jaar=2025", 12),
        ("jaar=2025&zoek=noor&toon=overdue", 0),
        ("jaar=1926", 14),
        ("betaler=onzin", 14),
        ("na=onzin", 14),
        ("na=2025-03-01+2025-03", 2),
        ("na=2025-03-01", 2),
    ],
)
def test_office_finds_invoices(bills, office, asked, found):
    assert len(numbers(office("administratie").get(f"{LIST}?{asked}"))) == found


def test_list_says_what_it_shows(bills, office, anna, app):
    desk, seen = office("manager"), []
    page = desk.get(LIST)
    assert numbers(page)[0] == str(bills["F-7"]) and numbers(page)[-1] == str(bills["2025-01"])
    for words in ("2026-0012", "Noor", "Anna de Vries", "Te laat", "€ 926,42", "november 2026", "Alle jaren"):
        assert words in page.seen, words
    mine = desk.get(f"{LIST}?betaler={anna.person_id}")
    assert len(numbers(mine)) == 13 and "Alleen van Anna de Vries." in mine.seen
    assert "Er is geen factuur die hierbij past" in desk.get(f"{LIST}?zoek=xyz").seen
    with app.app_context():
        engine = db.engine
    for asked in ("", "?zoek=noor", "?zoek=2025", "?zoek=noor&toon=paid&jaar=2025&na=2025-03-01+x"):
        seen.clear()
        sa.event.listen(engine, "before_cursor_execute", note := lambda *about: seen.append(about[2]))
        desk.get(f"{LIST}{asked}")
        sa.event.remove(engine, "before_cursor_execute", note)
        counted = [each for each in seen if not each.startswith(("BEGIN", "PRAGMA", "SELECT set_config"))]
        assert len(counted) <= 6, "\n".join(counted)


def test_list_goes_on_where_it_ended(bills, office, import_zip):
    many = [row(factuurnummer=f"2024-{number:03}", periode="2024-06") for number in range(90)]
    assert import_zip(*many).code == 0
    desk, found, path = office("manager"), [], LIST
    while path:
        page = desk.get(path)
        found += numbers(page)
        path = next((each["href"] for tag, each in page.tags if tag == "a" and each.get("rel") == "next"), None)
    assert len(found) == len(set(found)) == 104


def test_page_of_an_invoice_says_what_is_on_it_and_who_opened_it(bills, office, kok, anna, inside, visitor):
    browser = visitor(kok)
    browser.log_in(anna)
    with inside(kok) as session:
        paper = session.get(Invoice, bills["2026-0012"]).document_id
    browser.get(f"/documenten/{paper}")
    path = f"{LIST}/{bills['2026-0012']}"
    shown = office("manager").get(path)
    for words in ("Factuur 2026-0012", "Vaste dagen", "Noor", "€ 926,42", "Te laat", "dinsdag 15 december 2026"):
        assert words in shown.seen, words
    assert "Wie heeft de PDF geopend?" in shown.seen and shown.seen.count("Anna de Vries") == 2
    assert "Wie heeft de PDF geopend?" not in office("administratie").get(path).seen
    assert browser.get("/account/wie-keek-mee").seen.count("Factuur bekeken") == 2
    browser.get(path, 404)


def test_page_of_a_parent_shows_the_newest_invoices(bills, office, anna, piet):
    shown = office("administratie").get(f"/beheer/ouders/{anna.id}")
    assert len(numbers(shown)) == 5 and f"{LIST}?betaler={anna.person_id}" in shown.text
    assert "Alle facturen" not in office("planning").get(f"/beheer/ouders/{anna.id}").seen


def test_colleague_who_is_the_other_parent_sees_no_invoice_of_a_shielded_one(bills, kok, noor, anna, office, inside):
    desk = office("manager")
    assert len(numbers(desk.get(LIST))) == 14
    with inside(kok) as session:
        link = {"organisation_id": kok.id, "child_id": noor.id, "role": "custody", "can_decide": True}
        session.add(Guardianship(person_id=desk.account.person_id, can_see_daily=True, **link))
        session.query(Guardianship).filter_by(person_id=anna.person_id).one().address_shielded = True
    assert numbers(desk.get(LIST)) == numbers(desk.get(f"{LIST}?zoek=f-7")) == [str(bills["F-7"])]
    assert numbers(desk.get(f"{LIST}?zoek=noor")) == numbers(desk.get(f"{LIST}?betaler={anna.person_id}")) == []
    desk.get(f"{LIST}/{bills['2026-0012']}", 404)


def test_other_organisation_and_other_roles_get_a_404(bills, office, zon):
    for desk in (office("planning"), office("groepsleiding")):
        desk.get(LIST, 404)
        desk.get(f"{LIST}/{bills['F-7']}", 404)
    elsewhere = office("manager", zon)
    assert "Er zijn nog geen facturen" in elsewhere.get(LIST).seen
    elsewhere.get(f"{LIST}/{bills['F-7']}", 404)


def test_mail_to_a_document_leads_back_to_the_invoices(bills, kok, anna, visitor, inside):
    browser = visitor(kok)
    browser.log_in(anna)
    with inside(kok) as session:
        paper = session.get(Invoice, bills["2026-0012"]).document_id
    page = browser.get(f"/documenten/{paper}/openen")
    assert "Naar alle facturen" in page.seen and 'href="/facturen"' in page.text and LINE["factuurnummer"] in page.seen
