"""Parents find documents of the organisation, everyone finds what is for everyone, and the office keeps it in order."""

import re
from uuid import uuid4

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.db import db
from portal.documents.models import Document
from portal.errors import Refused
from portal.library import actions, rules
from portal.library.models import LibraryFolder, LibraryItem
from tests.documents.pdf import pdf

HERE = "/beheer/bibliotheek"
ABOUT = {"title": "Beleid", "text": "", "folder": "", "audience": "parents"}


@pytest.fixture
def parent(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    return browser


def bytes_of(browser, library_item_id):
    """What this browser gets at the address of it, and where that brings it."""
    response = browser.client.get(f"/bibliotheek/{library_item_id}", buffered=True, **browser._with(None))
    if response.status_code == 303 and response.location.startswith("/documenten/"):
        response = browser.client.get(response.location, **browser._with(None))
    assert response.data.startswith(b"%PDF-") == (response.status_code == 200)
    return response


def titles_of(page):
    return re.findall("<strong>([^<]+)</strong>", page.text.partition("<main")[2].partition("</main>")[0])


# Reading


def test_parent_reads_all_that_is_shown_and_a_stranger_what_is_for_everyone(
    shelf, parent, visitor, kok, office, zon, inside
):
    stranger, colleague, elsewhere = visitor(kok), office("planning"), office("manager", zon)
    assert titles_of(parent.get("/bibliotheek")) == ["Notulen oudercommissie", "Klachtenregeling", "Inspectierapport"]
    page = stranger.get("/bibliotheek")
    assert titles_of(page) == ["Klachtenregeling", "Inspectierapport"]
    assert "Op een andere website: www.landelijkregisterkinderopvang.nl" in page.seen
    opened = {
        name: [bytes_of(browser, getattr(shelf, name)).status_code for browser in (parent, colleague, stranger)]
        for name in ("minutes", "complaints", "draft", "report")
    }
    assert opened == {
        "minutes": [200, 200, 303], "complaints": [200, 200, 200], "draft": [404, 404, 303], "report": [404, 404, 303],
    }  # fmt: skip
    guessed = uuid4()
    assert bytes_of(parent, guessed).status_code == 404 and bytes_of(stranger, guessed).status_code == 303
    with inside(kok) as session:
        document_ids = {row.title: row.id for row in session.query(Document).all()}
    assert len(document_ids) == 3
    parent.get(f"/documenten/{document_ids['Concept beleid']}", 404)
    colleague.get(f"/documenten/{document_ids['Concept beleid']}", 404)
    for document_id in document_ids.values():
        elsewhere.get(f"/documenten/{document_id}", 404)
        assert stranger.get(f"/documenten/{document_id}", 303).response.location.startswith("/inloggen")
    for browser in (elsewhere, visitor(zon)):
        assert titles_of(browser.get("/bibliotheek")) == []


def test_public_document_goes_out_as_any_other(shelf, visitor, kok):
    response = bytes_of(visitor(kok), shelf.complaints)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Content-Disposition"] == "attachment; filename=Klachtenregeling.pdf"


def test_strangers_who_read_slowly_do_not_hold_all_of_it(shelf, visitor, kok):
    slow, path = visitor(kok, address="203.0.113.9"), f"/bibliotheek/{shelf.complaints}"
    held = [slow.client.get(path, buffered=False, **slow._with(None)) for _time in range(5)]
    assert [each.status_code for each in held] == [200] * 4 + [503]
    assert held[4].headers["Retry-After"] == "5"
    assert bytes_of(visitor(kok, address="198.51.100.7"), shelf.complaints).status_code == 200, "of somebody else"
    for each in held:
        each.close()
    assert bytes_of(slow, shelf.complaints).content_length == len(pdf("Klachtenregeling"))


def test_what_a_parent_opens_is_in_the_log_and_what_a_stranger_opens_is_not(
    shelf, parent, visitor, kok, anna, inside, office
):
    bytes_of(visitor(kok), shelf.complaints)
    bytes_of(parent, shelf.complaints)
    with inside(kok) as session:
        (line,) = session.query(AccessLog).filter_by(action="document_seen").all()
        assert (line.actor_id, line.account_id, line.detail) == (anna.id, anna.id, "Klachtenregeling")
    assert "Klachtenregeling" in parent.get("/account/wie-keek-mee").seen
    page = office("manager").get(f"{HERE}/{shelf.complaints}")
    assert "Anna de Vries" in page.seen and "Wie niet is ingelogd, tellen wij niet." in page.seen


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("notulen", ["Notulen oudercommissie"]),
        ("NOTÚLEN moes", ["Notulen oudercommissie"]),
        ("regels", ["Notulen oudercommissie", "Klachtenregeling"]),
        ("tuin", []),
        ("ggd", ["Inspectierapport"]),
        ("concept", []),
        ("%", ["Notulen oudercommissie", "Klachtenregeling", "Inspectierapport"]),
        ("<script>", []),
    ],
)
def test_search_finds_by_title_folder_and_text(words, found, shelf, parent):
    page = parent.get(f"/bibliotheek?zoek={words.replace('%', '%25')}")
    assert titles_of(page) == found and ("Er is niets gevonden" in page.seen) is (not found)


def test_empty_library_says_so_kindly(parent, visitor, kok, office):
    assert "Hier staat nog niets" in parent.get("/bibliotheek").seen
    assert "Log in, dan ziet u alle documenten" in visitor(kok).get("/bibliotheek").seen
    assert "Begin met uw klachtenregeling" in office("administratie").get(HERE).seen


@pytest.fixture
def thousand(inside, kok):
    """A thousand links in ten folders; the id of the last folder."""
    with inside(kok) as session:
        for name in range(10):
            folder = LibraryFolder(organisation_id=kok.id, name=f"Map {name}", position=name)
            session.add(folder)
            session.flush()
            here = {"organisation_id": kok.id, "folder_id": folder.id, "audience": "parents", "text": "Wat wij deden."}
            session.add_all(
                LibraryItem(**here, title=f"Verslag {name}-{number:02}", position=number, url="https://kok.example/")
                for number in range(100)
            )
        return folder.id


def test_thousand_documents_are_quick_to_go_through(parent, office, thousand, app):
    desk = office("administratie")
    with app.app_context():
        engine = db.engine
    for browser, address in ((parent, "/bibliotheek"), (desk, HERE)):
        browser.get(address)
        for asked in ("", f"?map={thousand}", "?zoek=verslag+7", f"?map={thousand}&zoek=wat", "?map=onzin&na=onzin"):
            seen = []
            sa.event.listen(engine, "before_cursor_execute", note := lambda *about, seen=seen: seen.append(about[2]))
            page = browser.get(f"{address}{asked}")
            sa.event.remove(engine, "before_cursor_execute", note)
            counted = [each for each in seen if not each.startswith(("BEGIN", "PRAGMA", "SELECT set_config"))]
            assert len(counted) <= 6 and len(page.text) < 90_000, "\n".join(counted)
    titles, path = [], f"/bibliotheek?map={thousand}"
    while path:
        page = parent.get(path)
        titles += titles_of(page)
        path = next((each["href"] for tag, each in page.tags if tag == "a" and each.get("rel") == "next"), None)
    assert titles == [f"Verslag 9-{number:02}" for number in range(100)]


# The office


def test_office_adds_a_document_and_a_new_version(office, parent, inside, kok):
    desk = office("administratie")
    desk.post(f"{HERE}/document", files={"file": ("a.pdf", pdf("een"))}, **ABOUT)
    with inside(kok) as session:
        item = session.query(LibraryItem).one()
        item_id, first = item.id, item.document_id
    assert bytes_of(parent, item_id).data == pdf("een")
    page = desk.post(f"{HERE}/{item_id}/nieuwe-versie", 422, files={"file": ("b.pdf", b"geen pdf")})
    assert "Dit is geen PDF-bestand" in page.seen
    desk.post(f"{HERE}/{item_id}/nieuwe-versie", files={"file": ("b.pdf", pdf("twee"))})
    assert bytes_of(parent, item_id).data == pdf("twee")
    assert parent.get(f"/documenten/{first}", 404), "the old version is for the office only"
    assert f"/documenten/{first}" in desk.get(f"{HERE}/{item_id}").text and desk.get(f"/documenten/{first}")
    desk.post(f"{HERE}/{item_id}/weg")
    with inside(kok) as session:
        assert [row.file_id for row in session.query(Document).all()] == [None, None]
    assert bytes_of(parent, item_id).status_code == 404
    for browser in (parent, desk):
        browser.get(f"/documenten/{first}", 404)


def test_office_hides_and_shows_and_says_for_whom(shelf, office, parent, visitor, kok):
    desk, stranger, here = office("administratie"), visitor(kok), f"{HERE}/{shelf.minutes}"

    def save(**fields):
        version = desk.get(here).form("item-form")["fields"]["version"]
        desk.post(here, version=version, **{**ABOUT, "folder": str(shelf.folder), **fields})

    def seen():
        return [bytes_of(browser, shelf.minutes).status_code for browser in (parent, stranger)]

    assert seen() == [200, 303]
    save(audience="public")
    assert seen() == [200, 200] and "Beleid" in titles_of(stranger.get("/bibliotheek"))
    assert bytes_of(stranger, shelf.minutes).headers["Content-Disposition"].endswith("=Beleid.pdf")
    save(is_hidden="y")
    assert seen() == [404, 303] and "Verborgen" in desk.get(HERE).seen
    save()
    assert seen() == [200, 303]
    page = desk.post(here, 422, version="0", **{**ABOUT, "title": "Anders"})
    assert "Een collega heeft dit net ook gewijzigd" in page.seen


def test_office_puts_documents_and_folders_in_order(shelf, office, parent):
    desk = office("administratie")

    def order():
        return titles_of(parent.get("/bibliotheek"))

    for _ in range(2):
        desk.post(f"{HERE}/{shelf.complaints}/verplaatsen", way="up")
    assert order() == ["Klachtenregeling", "Notulen oudercommissie", "Inspectierapport"]
    desk.post(f"{HERE}/{shelf.complaints}/verplaatsen", 422, way="onzin")
    desk.post(f"{HERE}/mappen/nieuw", name="Inspectie")
    assert "Er is al een map met deze naam" in desk.post(f"{HERE}/mappen/nieuw", 422, name="inspectie").seen
    (new,) = re.findall(r'/mappen/([0-9a-f-]{36})">Inspectie<', desk.get(HERE).text)
    version = desk.get(f"{HERE}/{shelf.report}").form("item-form")["fields"]["version"]
    moved = {**ABOUT, "folder": new, "url": "https://ggd.example/", "version": version}
    desk.post(f"{HERE}/{shelf.report}", **moved)
    desk.post(f"{HERE}/mappen/{new}/verplaatsen", way="up")
    assert order() == ["Beleid", "Klachtenregeling", "Notulen oudercommissie"]
    desk.post(f"{HERE}/mappen/{new}/weg")
    assert "Er staan nog documenten in deze map" in desk.get(HERE).seen
    desk.post(f"{HERE}/{shelf.report}/weg")
    desk.post(f"{HERE}/mappen/{new}/weg")
    assert "De map is weg." in desk.get(HERE).seen
    desk.post(f"{HERE}/mappen/{shelf.folder}", name="Beleid")
    assert "Beleid" in desk.get(HERE).seen


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.ggd.nl/rapport?x=1#y", "www.ggd.nl"),
        ("https://crèche.nl/", "xn--crche-5ra.nl"),
        ("https://GGD.nl:443", "ggd.nl"),
        ("http://ggd.nl", ""),
        ("https://bank.nl@elders.nl", ""),
        ("https://elders.nl:8443/", ""),
        ("https://127.0.0.1/", ""),
        ("https://localhost/", ""),
        ("https://[::1]/", ""),
        ("https://[", ""),
        ("https://a b.nl", ""),
        ("https://a.nl\\@b.nl", ""),
        ("javascript:alert(1)//https://a.nl", ""),
        ("//a.nl", ""),
        ("ggd.nl", ""),
        ("https://" + "a" * 70 + ".nl", ""),
        ("", ""),
    ],
)
def test_only_links_to_a_website_of_which_the_name_is_true(url, host):
    assert rules.host_of(url) == host
    assert bool(rules.link_problem(url)) is (host == "")


def test_wrong_link_gets_a_sentence_and_nothing_is_kept(office, rows):
    desk = office("administratie")
    before = rows()
    page = desk.post(f"{HERE}/link", 422, url="javascript:alert(1)", **{**ABOUT, "folder": str(uuid4())})
    assert "Dit is geen adres van een website" in page.seen and "Kies een van de mogelijkheden" in page.seen
    assert rows() == before


def test_library_of_another_organisation_does_not_exist(shelf, office, zon):
    elsewhere = office("manager", zon)
    for path in (f"{shelf.minutes}", f"{shelf.minutes}/nieuwe-versie", f"mappen/{shelf.folder}"):
        elsewhere.get(f"{HERE}/{path}", 404)
    for path in (f"{shelf.minutes}/weg", f"{shelf.minutes}/verplaatsen", f"mappen/{shelf.folder}/weg"):
        elsewhere.post(f"{HERE}/{path}", 404, way="up")


def test_document_may_not_go_in_a_folder_that_is_gone(inside, kok, els):
    with inside(kok), pytest.raises(Refused):
        actions.add_link("https://a.example/", actions.Words("x", "", uuid4(), "public"), els.id)
