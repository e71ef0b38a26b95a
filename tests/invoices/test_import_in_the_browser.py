import zipfile
from io import BytesIO

import pytest

from portal.files import actions as files
from portal.files.models import File
from portal.invoices import forms
from portal.uploads import worker
from tests.documents.pdf import pdf
from tests.invoices.conftest import a_zip, row


@pytest.fixture
def desk(app, office):
    return office("administratie")


def send(browser, content, status=303):
    page = browser.post("/beheer/facturen/importeren", status, files={"file": ("november.zip", content)})
    return browser.follow(page) if status == 303 else page


def confirm(browser, page):
    return browser.follow(browser.post(page.form("confirm-form")["attributes"]["action"], 303))


def work(app):
    with app.app_context():
        while worker.run_next("test"):
            pass


def test_zip_is_looked_at_confirmed_imported_and_told_of(app, desk, kok, anna, kept, visitor):
    parent = visitor(kok)
    parent.log_in(anna)
    assert "Facturen" not in parent.get("/hulp").seen
    page = send(desk, a_zip(row(), row(factuurnummer="2026-0013"), more={"los.pdf": pdf()}))
    assert "2 nieuwe facturen, samen € 1.852,84" in page.seen and "los.pdf hoort bij geen enkele rij" in page.seen
    assert "2026-0012 Anna de Vries 2026-11 Open € 926,42" in page.seen
    assert "1 ouder krijgt een e-mail" in page.seen
    waiting = confirm(desk, page)
    assert "Het importeren begint zo." in waiting.seen and kept() == []
    work(app)
    done = desk.follow(desk.get(waiting.response.request.path, status=303))
    assert "2 nieuwe facturen" in done.seen and len(kept()) == 2
    assert "november.zip" in desk.get("/beheer/facturen/importeren").seen
    assert "Facturen" in parent.get("/hulp").seen
    assert "Er is niets te doen" in send(desk, a_zip(row())).seen
    assert "1 factuur met een andere stand" in send(desk, a_zip(row(status="betaald"))).seen


def test_wrong_row_is_shown_with_its_line_and_cannot_be_confirmed(desk, kok, anna, kept):
    page = send(desk, a_zip(row(), row(factuurnummer="2", betaler="wie@voorbeeld.nl")))
    assert "Regel 3 er is geen ouder met het adres wie@voorbeeld.nl" in page.seen
    assert "confirm-form" not in page.response.text


def test_what_changed_meanwhile_is_looked_at_again(app, desk, kok, anna, import_zip, kept):
    page = send(desk, a_zip(row(), row(factuurnummer="2026-0013")))
    waiting = confirm(desk, page)
    import_zip(row())
    work(app)
    page = desk.follow(desk.get(waiting.response.request.path, status=303))
    assert "Er is intussen iets veranderd in het portaal." in page.seen and "1 nieuwe factuur" in page.seen
    assert len(kept()) == 1


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_zip_that_is_too_large_or_no_zip_is_refused_in_the_form(desk, kok, monkeypatch, rows):
    before = rows()
    assert "Dit zip-bestand is beschadigd" in send(desk, a_zip()[:-30], status=422).seen
    assert "De eerste regel moet de kolommen noemen" in send(desk, b"hallo", status=422).seen
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("groot.pdf", b"\0" * (forms.MOST_BYTES + 1))
    assert "hoogstens 100 MB" in send(desk, content.getvalue(), status=422).seen
    assert rows() == before


def test_zip_that_was_thrown_away_or_imported_is_not_kept(app, desk, kok, anna, inside):
    def zips():
        with app.app_context():
            worker.sweep()
        with inside(kok) as session:
            return session.query(File).filter_by(kind="import").count()

    page = send(desk, a_zip())
    assert zips() == 1
    desk.post(page.form("throw-away-form")["attributes"]["action"], 303)
    assert zips() == 0
    confirm(desk, send(desk, a_zip()))
    assert zips() == 1
    work(app)
    assert zips() == 0


def test_full_disk_halfway_leaves_nothing_and_says_so(app, desk, kok, anna, kept, monkeypatch):
    waiting = confirm(desk, send(desk, a_zip()))

    def full(_content):
        raise files.Refused("vol")

    with monkeypatch.context() as broken:
        broken.setattr(files, "put", full)
        work(app)
    page = desk.follow(desk.get(waiting.response.request.path, status=303))
    assert "Het importeren is niet gelukt. Er is niets veranderd." in page.seen and kept() == []
    waiting = confirm(desk, page)
    work(app)
    assert len(kept()) == 1
