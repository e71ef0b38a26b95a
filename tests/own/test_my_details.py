""" "Mijn gegevens": what the office holds, and telling it that something is wrong."""

from datetime import date

import pytest
import sqlalchemy as sa

from portal.children.models import Guardianship
from portal.db import db
from portal.own.models import Correction

PAGE, OFFICE = "/account/gegevens", "/beheer/meldingen"
WRONG = {"about": "me", "words": "Mijn achternaam is <b>Bakker</b>.\r\nNiet de Vries."}


@pytest.fixture
def browser(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    return browser


def test_parent_sees_the_own_details_and_those_of_the_children(
    browser, inside, kok, anna, piet, save_child, save_parent
):
    save_parent(
        kok, "Otto", "", "Ander", "otto@voorbeeld.nl", save_child(kok, "Bo", "Ander", date(2024, 1, 1), "De Uilen")
    )
    with inside(kok):
        db.session.get(type(anna.person), anna.person_id).phone = "06-12345678"
        db.session.get(type(anna.person), piet.person_id).phone = "06-99999999"
    assert PAGE in browser.get("/account").text
    seen = browser.get(PAGE).seen
    for words in (
        "Anna de Vries",
        "anna@voorbeeld.nl",
        "06-12345678",
        "Noor Bakker",
        "1 mei 2023",
        "De Vlinders",
        "gezag",
    ):
        assert words in seen
    for words in ("Piet", "piet@", "06-99999999", "Otto", "Bo Ander", "De Uilen"):
        assert words not in seen


def test_child_one_may_not_see_is_not_there(browser, inside, kok, anna, noor):
    with inside(kok) as session:
        link = session.scalars(sa.select(Guardianship).where(Guardianship.person_id == anna.person_id)).one()
        link.can_see_daily = False
    page = browser.get(PAGE)
    assert "Noor" not in page.seen
    assert "Kies een van" in browser.post(PAGE, 422, about=str(noor.id), words="Haar naam is anders.").seen


def test_what_is_wrong_reaches_the_office_and_the_parent_sees_who_looked(
    browser, office, post, anna, noor, inside, kok
):
    browser.get(PAGE)
    browser.post(PAGE, **WRONG)
    browser.post(PAGE, about=str(noor.id), words="Noor is in april jarig.")
    assert "Mijn achternaam is <b>Bakker</b>" in browser.get(PAGE).seen
    mails = post.deliver()
    assert [mail.to for mail in mails] == [["kantoor@kok.test"]] * 2
    assert f"https://kok.test{OFFICE}" in mails[0].links
    for told in ("Anna", "Noor", "Bakker", "april"):
        assert told not in mails[0].text + mails[1].text
    wil = office("administratie")
    start = wil.get("/beheer")
    assert "2 Meldingen van ouders: er klopt iets niet" in start.seen and OFFICE in start.text
    page = wil.get(OFFICE)
    assert "Anna de Vries : Noor Bakker" in page.seen and "Noor is in april jarig." in page.seen
    assert "Mijn achternaam is <b>Bakker</b>. Niet de Vries." in page.seen
    assert f"/beheer/kinderen/{noor.id}" in page.text
    for form in [form for form in page.forms if form["attributes"].get("id", "").startswith("settle-")]:
        wil.post(form["attributes"]["action"])
        wil.post(form["attributes"]["action"])  # a second press changes nothing
    assert "Er zijn geen meldingen" in wil.get(OFFICE).seen and "Meldingen van ouders:" not in wil.get("/beheer").seen
    with inside(kok) as session:
        assert set(session.scalars(sa.select(Correction.settled_by))) == {wil.account.id}
    wil.get(f"/beheer/ouders/{anna.id}")
    wil.get(f"/beheer/kinderen/{noor.id}")
    seen = browser.get("/account/wie-keek-mee").seen
    for words in ("Gemeld dat gegevens niet kloppen", "afgehandeld", "Uw gegevens bekeken", "Gegevens bekeken: Noor"):
        assert words in seen


def test_words_are_never_lost(browser, monkeypatch, anna):
    browser.get(PAGE)
    text = "Mijn telefoonnummer is anders. " * 20
    assert text in browser.post(PAGE, 422, about="onzin", words=text).text
    assert text in browser.post(PAGE, 400, csrf_token="oud", about="me", words=text).text
    assert "te lang" in browser.post(PAGE, 422, about="me", words="a" * 1001).seen
    assert "Schrijf op wat er niet klopt" in browser.post(PAGE, 422, about="me", words="  ").seen
    for number in range(10):
        browser.post(PAGE, about="me", words=f"Fout {number}")
    page = browser.post(PAGE, 422, about="me", words=text)
    assert "vandaag al vaak" in page.seen and text in page.text


def test_pressing_twice_tells_it_once(browser, post, counted, inside, kok):
    browser.get(PAGE)
    browser.post(PAGE, **WRONG)
    browser.post(PAGE, **WRONG)
    with inside(kok) as session:
        assert session.scalar(sa.select(sa.func.count(Correction.id))) == 1
    assert len(post.deliver()) == 1


def test_another_family_and_another_organisation_see_nothing_of_it(
    browser, visitor, office, zon, kok, bram, piet, inside
):
    browser.get(PAGE)
    browser.post(PAGE, **WRONG)
    with inside(kok) as session:
        told = session.scalars(sa.select(Correction.id)).one()
    for organisation, account in ((zon, bram), (kok, piet)):
        other = visitor(organisation)
        other.log_in(account)
        assert "achternaam" not in other.get(PAGE).seen
        other.get(OFFICE, status=404)
        other.post(f"{OFFICE}/{told}/klaar", 404)
    elsewhere = office("manager", zon)
    assert "Er zijn geen meldingen" in elsewhere.get(OFFICE).seen
    elsewhere.post(f"{OFFICE}/{told}/klaar", 404)
    office("planning").get(OFFICE, status=404)
