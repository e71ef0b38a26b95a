"""The office puts a paper on a child, sees who opened it, and takes it back; parents find it in their list."""

from datetime import date
from uuid import uuid4

import pytest

from portal.auth.models import StaffGroup
from portal.db import db
from portal.documents.models import Document
from tests.documents.pdf import pdf

ADD = "/beheer/kinderen/{}/papieren/nieuw"


@pytest.fixture
def send(noor):
    """send(browser, content, title="…") puts a paper on Noor by the form; gives the page that answers."""

    def post(browser, content=None, name="scan 001.pdf", status=303, child_id=noor.id, **fields):
        files = {} if content == "" else {"file": (name, content or pdf())}
        return browser.post(
            ADD.format(child_id), status, files=files, **{"title": "Observatie", "audience": "daily", **fields}
        )

    return post


def test_office_adds_a_paper_and_the_parents_find_it(send, office, visitor, kok, noor, anna, piet, save_parent):
    desk, foster = office("administratie"), save_parent(kok, "Otto", "", "Ander", "otto@voorbeeld.nl")
    page = desk.follow(send(desk, title="Observatieverslag november"))
    assert "staat klaar voor de ouders" in page.seen and "Observatieverslag november" in page.seen
    send(desk, pdf("Zorgplan"), title="Zorgplan", audience="deciding")
    for account in (anna, piet):
        browser = visitor(kok)
        browser.log_in(account)
        page = browser.get("/papieren")
        assert "Observatieverslag november" in page.seen and "Zorgplan" in page.seen and "PDF, 1 kB" in page.seen
        assert 'href="/papieren"' in browser.get("/").text, "it stands in the menu"
    browser = visitor(kok)
    browser.log_in(foster)
    assert "Er staan geen kinderen op uw naam" in browser.get("/papieren").seen


def test_button_that_is_pressed_twice_gives_one_paper(send, office, inside, kok):
    desk = office("administratie")
    send(desk)
    send(desk)
    with inside(kok) as session:
        assert session.query(Document).count() == 1


@pytest.mark.parametrize("said", [{"audience": "deciding"}, {"shows_bsn": "y"}, {"title": "Verslag"}])
def test_paper_that_is_put_right_does_not_stay_open_as_it_was(said, send, office, inside, kok):
    desk = office("administratie")
    send(desk)
    page = send(desk, status=422, **said)
    assert "Dit bestand staat er al als Observatie. Trek dat eerst in." in page.seen
    with inside(kok) as session:
        document = session.query(Document).one()
        desk.post(f"/beheer/kinderen/{document.child_id}/papieren/{document.id}/intrekken")
    send(desk, **said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg/>", "Dit is geen PDF-bestand"),
        (b"PK\x03\x04word", "Dit is geen PDF-bestand"),
        (pdf()[:-40], "niet helemaal aangekomen"),
        (pdf(extra=b" /Encrypt 9 0 R"), "beveiligd"),
        (b"%PDF-" + b"0" * (15 << 20), "te groot"),
        ("", "Kies een PDF-bestand"),
    ],
)
def test_wrong_file_gets_a_sentence_and_nothing_is_kept(content, said, send, office, rows):
    desk = office("administratie")
    before = rows()
    page = send(desk, content, status=422, title="Verslag 🦋")
    assert said in page.seen and 'value="Verslag 🦋"' in page.text
    assert rows() == before


def test_name_of_the_file_is_only_ever_shown(send, office, inside, kok, noor):
    desk = office("administratie")
    send(desk, name="../../etc/🦋\u202efdp.exe" + "x" * 200 + ".pdf", title="🦋")
    with inside(kok) as session:
        document = session.query(Document).one()
        assert document.file.name.startswith("🦋fdp.exe") and len(document.file.name) <= 100
        assert "etc" not in document.file.key
        path = f"/documenten/{document.id}"
    said = desk.client.get(path, **desk._with(None)).headers["Content-Disposition"]
    assert said == "attachment; filename=.pdf; filename*=UTF-8''%F0%9F%A6%8B.pdf"
    assert "fdp.exe" in desk.get(f"/beheer/kinderen/{noor.id}/papieren/{path.rpartition('/')[2]}").seen


def test_office_takes_a_paper_back(paper, office, visitor, kok, noor, anna):
    document_id, desk, browser = paper(), office("administratie"), visitor(kok)
    browser.log_in(anna)
    here = f"/beheer/kinderen/{noor.id}/papieren/{document_id}"
    page = desk.get(here)
    assert "Anna de Vries" in page.seen, "who can open it now"
    assert "Niemand kan het nog openen" in desk.follow(desk.post(f"{here}/intrekken")).seen
    desk.post(f"{here}/intrekken")
    page = desk.get(here)
    assert "Ingetrokken op" in page.seen and f"/documenten/{document_id}" not in page.text
    assert "Observatieverslag" not in browser.get("/papieren").seen


def test_papers_of_another_child_or_organisation_do_not_exist(paper, office, zon, kok, noor, bram, save_child, inside):
    document_id, desk = paper(), office("manager")
    sem = save_child(kok, "Sem", "Visser", date(2023, 8, 2), "De Torens")
    desk.get(f"/beheer/kinderen/{sem.id}/papieren/{document_id}", 404)
    desk.post(f"/beheer/kinderen/{sem.id}/papieren/{document_id}/intrekken", 404)
    desk.get(ADD.format(uuid4()), 404)
    elsewhere = office("manager", zon)
    for path in (f"/{document_id}", "/nieuw"):
        elsewhere.get(f"/beheer/kinderen/{noor.id}/papieren{path}", 404)


def test_group_opens_papers_of_its_children_and_changes_none(paper, office, kok, noor, inside, opens):
    document_id, els = paper(), office("groepsleiding")
    with inside(kok):
        db.session.add(StaffGroup(organisation_id=kok.id, account_id=els.account.id, group_id=noor.group_id))
    page = els.get(f"/beheer/kinderen/{noor.id}")
    assert f"/documenten/{document_id}" in page.text and "Papier toevoegen" not in page.seen
    assert opens(els, document_id).status_code == 200
    els.get(ADD.format(noor.id), 404)
    planner = office("planning")
    page = planner.get(f"/beheer/kinderen/{noor.id}")
    assert "Observatieverslag" not in page.seen and opens(planner, document_id).status_code == 404
