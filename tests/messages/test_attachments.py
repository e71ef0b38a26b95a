"""What goes with a message: only what we know, whole, and only to keep."""

import re

import pytest
import sqlalchemy as sa
from werkzeug.http import parse_options_header

from portal.audit.models import AccessLog
from portal.db import db
from portal.files.models import File
from portal.messages import rules
from tests.files.pictures import SECRET, saved, talkative
from tests.files.test_photo import snapshot

PDF = b"%PDF-1.4\n1 0 obj\n<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>\nendobj\nstartxref\n9\n%%EOF\n"


@pytest.fixture
def attach(desk):
    """attach(item_id, ("brief.pdf", content)) sends files from the page of a message."""

    def send(item_id, *files, status=303, by=None):
        return (by or desk).post(f"/beheer/nieuws/{item_id}/bijlagen", status, files={"files": list(files)})

    return send


def links(page):
    return sorted(set(re.findall(r'href="(/(?:beheer/)?nieuws/[^"]+/bijlagen?/[0-9a-f-]+)"', page.text)))


def test_a_letter_goes_with_a_message_to_keep(write, attach, phone, anna, kim, inside, kok, desk):
    item_id = write("Brief over de zomer", "group")
    attach(item_id, ("../Brief één.pdf", PDF))
    browser = phone(anna)
    (path,) = links(browser.get(f"/nieuws/{item_id}"))
    answer = browser.send(path, method="GET", content_type=None).response
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''Brief%20%C3%A9%C3%A9n.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    other = write("Voor iedereen")
    assert phone(kim).send(path, method="GET", content_type=None).status == 404
    wrong_item = path.replace(str(item_id), str(other))
    assert browser.send(wrong_item, method="GET", content_type=None).status == 404
    with inside(kok):
        (line,) = db.session.scalars(sa.select(AccessLog).where(AccessLog.action == "news_file_downloaded"))
        assert (line.actor_id, line.detail, str(line.object_id)) == (anna.id, "Brief één.pdf", path[-36:])
    desk.post(f"/beheer/nieuws/{item_id}/intrekken")
    assert browser.send(path, method="GET", content_type=None).status == 404


def test_file_is_called_what_it_is(write, attach, phone, anna):
    """A PDF may hold a page with a script too; called .html a computer would run that, also years later."""
    item_id = write("Brief")
    attach(item_id, ("Brief.html", PDF), ("Brief.pdf.HTA", PDF), ("Brief 2.PDF", PDF), (f"{'a' * 120}.svg", PDF))
    browser = phone(anna)
    paths = links(browser.get(f"/nieuws/{item_id}"))
    answers = [browser.send(path, method="GET", content_type=None).response for path in paths]
    names = sorted(parse_options_header(each.headers["Content-Disposition"])[1]["filename"] for each in answers)
    assert names[:3] == ["Brief 2.PDF", "Brief.html.pdf", "Brief.pdf.HTA.pdf"]
    assert names[3].endswith(".pdf") and len(names[3]) <= 100


def test_a_photo_is_made_anew(write, attach, phone, anna):
    item_id = write("Kijk")
    attach(item_id, ("kaart.PNG", saved(snapshot(800, 600), "PNG")), ("foto.jpg", talkative("JPEG")))
    browser = phone(anna)
    page = browser.get(f"/nieuws/{item_id}")
    assert "Foto: kaart.jpg" in page.text
    for path in links(page):
        answer = browser.send(path, method="GET", content_type=None).response
        assert answer.mimetype == "image/jpeg" and answer.data.startswith(b"\xff\xd8\xff")
        assert SECRET.encode() not in answer.data


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("brief.pdf", b"<script>alert(1)</script>", "kennen wij niet"),
        ("brief.pdf", PDF[:60], "niet helemaal aangekomen"),
        ("foto.jpg", saved(snapshot(640, 480), "JPEG")[:3000], "niet helemaal aangekomen"),
        ("tekening.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "kennen wij niet"),
        ("leeg.pdf", b"", "niet helemaal aangekomen"),
        ("slot.pdf", PDF.replace(b"/OpenAction", b"/Encrypt"), "beveiligd"),
        ("brief.docx", b"PK\x03\x04" + b"\0" * 99, "kennen wij niet"),
        ("groot.pdf", PDF + b" " * rules.MOST_BYTES, "hoogstens 15 MB"),
    ],
)  # fmt: skip
def test_what_cannot_go_with_a_message_is_refused_by_name(name, content, words, write, attach, desk, inside, kok):
    item_id = write("Brief")
    page = attach(item_id, (name, content), ("goed.pdf", PDF), status=422)
    assert f"{name}: " in page.seen and words in page.seen
    assert len(links(page)) == 1 and "goed.pdf" in page.seen
    with inside(kok):
        assert db.session.scalar(sa.select(sa.func.count(File.id))) == 1


def test_a_message_takes_ten_files_and_gives_them_back(write, attach, desk, inside, kok):
    item_id = write("Veel")
    assert "hoogstens 10 bestanden" in attach(item_id, *[("a.pdf", PDF)] * 11, status=422).seen
    attach(item_id, *[(f"{number}.pdf", PDF) for number in range(10)])
    assert "hoogstens 10 bijlagen" in attach(item_id, ("elf.pdf", PDF), status=422).seen
    page = desk.get(f"/beheer/nieuws/{item_id}")
    desk.post(links(page)[0] + "/weg")
    assert len(links(desk.get(f"/beheer/nieuws/{item_id}"))) == 9
    with inside(kok):
        assert db.session.scalar(sa.select(sa.func.count(File.id))) == 9


def test_groepsleiding_cannot_reach_the_files_of_others(write, attach, tablet, desk):
    item_id = write("Van het kantoor")
    attach(item_id, ("brief.pdf", PDF))
    (path,) = links(desk.get(f"/beheer/nieuws/{item_id}"))
    assert tablet.send(path, method="GET", content_type=None).status == 404
    attach(item_id, ("nog.pdf", PDF), status=404, by=tablet)
    tablet.post(path + "/weg", 404)
