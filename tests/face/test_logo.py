"""A manager gives the organisation its logo: sent, looked at, chosen; and parents see it."""

import errno
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from portal.audit.models import AccessLog
from portal.db import db
from portal.doors import DOORS
from portal.errors import Refused
from portal.face import staff
from portal.files.models import File
from portal.organisations.models import Organisation
from tests.files.pictures import PDF, SVG, drawing, logo, saved, wordmark
from tests.forms import addresses_of

LOGO = "/beheer/organisatie/logo"


def uploads(app):
    return {path for path in (Path(app.instance_path) / "uploads").rglob("*") if path.is_file()}


def images(page):
    return [attributes for tag, attributes in page.tags if tag == "img"]


def details(inside, kok):
    with inside(kok):
        wanted = AccessLog.action == "organisation_changed"
        return list(db.session.scalars(sa.select(AccessLog.detail).where(wanted).order_by(AccessLog.number)))


@pytest.fixture
def manager(office):
    browser = office("manager")
    browser.get(LOGO)
    return browser


@pytest.fixture
def give_logo(manager):
    def give(content, name="logo.png"):
        looked = manager.follow(manager.post(LOGO, files={"logo": (name, content)}))
        path = looked.form("use-form")["attributes"]["action"]
        manager.post(path, says_name="y") if looked.form("use-form")["fields"].get("says_name") else manager.post(path)
        return looked

    return give


def test_logo_is_seen_before_it_is_used_and_then_by_everyone(manager, visitor, kok, zon, inside):
    stranger = visitor(kok)
    assert images(stranger.get("/inloggen")) == []
    looked = manager.follow(manager.post(LOGO, files={"logo": ("../ons logo.png", logo())}))
    assert "ons logo.png" in looked.seen and ".." not in looked.seen
    draft = next(each["src"] for each in images(looked) if "/plaatje" in each["src"])
    assert manager.get(draft).response.mimetype == "image/png"
    assert images(stranger.get("/inloggen")) == [], "nothing has been chosen yet"
    manager.post(looked.form("use-form")["attributes"]["action"])

    (shown,) = images(stranger.get("/inloggen"))
    assert (shown["alt"], shown["width"], shown["height"]) == ("", "48", "48")
    picture = stranger.client.get(shown["src"], base_url=kok.origin)
    assert picture.status_code == 200 and picture.data.startswith(b"\x89PNG")
    assert picture.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert picture.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in picture.headers
    visitor(zon).get(shown["src"], status=404)
    visitor(zon).get(draft, status=303)
    assert details(inside, kok)[0].startswith("logo: none -> ") and "ons logo.png" in details(inside, kok)[0]


def test_draft_is_for_managers_only(manager, visitor, kok, anna, office, zon, inside):
    place = manager.post(LOGO, files={"logo": ("logo.png", logo())}).response.location
    with inside(kok):
        draft = db.session.scalars(sa.select(File)).one()
    parent = visitor(kok)
    parent.log_in(anna)
    planning, elsewhere = office("planning"), office("manager", zon)
    for browser in (parent, planning, elsewhere):
        browser.get(place, status=404)
        browser.get(f"{place}/plaatje", status=404)
        browser.post(place, status=404)
    visitor(kok).get(f"/logo/{draft.fingerprint}", status=404)
    with inside(kok):
        assert db.session.get(Organisation, kok.id).logo == ""


def test_logo_that_says_the_name_stands_alone(give_logo, visitor, kok):
    give_logo(wordmark())
    page = visitor(kok).get("/inloggen")
    (shown,) = images(page)
    assert shown["alt"] == "Kok Kinderopvang" and int(shown["width"]) == 160
    brand = page.text.partition('class="brand"')[2].partition("</a>")[0]
    assert "<span>" not in brand


def test_other_logo_takes_the_place_of_the_first(give_logo, visitor, manager, kok, inside):
    give_logo(logo())
    (first,) = images(visitor(kok).get("/inloggen"))
    give_logo(logo(colour="#1f6f66"))
    (second,) = images(visitor(kok).get("/inloggen"))
    assert first["src"] != second["src"]
    visitor(kok).get(first["src"], status=404)
    with inside(kok):
        assert len(db.session.scalars(sa.select(File)).all()) == 1
    manager.get(LOGO)
    manager.post(f"{LOGO}/weg")
    assert images(visitor(kok).get("/inloggen")) == []
    visitor(kok).get(second["src"], status=404)
    manager.post(f"{LOGO}/weg")  # twice is fine
    added, _changed, removed = details(inside, kok)
    assert added.startswith("logo: none") and removed.endswith("-> none")


def test_logo_stands_on_every_page_and_in_no_mail(give_logo, app, visitor, kok, anna, post):
    give_logo(logo())
    stranger = visitor(kok)
    for path in addresses_of(app, "GET"):
        endpoint, _ = app.url_map.bind("kok.test").match(path, "GET")
        page = stranger.send(path, method="GET", content_type=None)
        if DOORS.get(endpoint.partition(".")[0]) == "public" and page.response.mimetype == "text/html":
            if 300 <= page.status < 400:
                continue
            assert len(images(page)) == 1 and "Kok Kinderopvang" in page.seen, path
            assert "010-1234567" in page.seen, path
    stranger.post("/wachtwoord-vergeten", email=anna.email)
    (mail,) = post.deliver()
    assert "<img" not in mail.html and "/logo/" not in mail.html and "Kok Kinderopvang" in mail.html


BAD = {
    "SVG": (SVG, "PNG-, JPEG- of WebP-bestand"),
    "PDF": (PDF, "PNG-, JPEG- of WebP-bestand"),
    "GIF that is called PNG": (saved(drawing().convert("P"), "GIF"), "PNG-, JPEG- of WebP-bestand"),
    "half a picture": (logo()[:-150], "beschadigd"),
    "bomb": (saved(Image.new("1", (16_000, 16_000))), "te veel beeldpunten"),
    "empty": (b"", "Dit bestand is leeg"),
    "over 8 MB": (b"\0" * (8_388_609), "hoogstens 8 MB"),
}


def test_bad_file_gets_a_sentence_and_is_not_kept(manager, app, rows):
    before = rows(), uploads(app)
    for kind, (content, words) in BAD.items():
        page = manager.post(LOGO, 422, files={"logo": ("logo.png", content)})
        assert words in page.seen, kind
        assert (rows(), uploads(app)) == before, kind


def test_one_file_and_not_thirty_one(manager, app, rows):
    before = rows(), uploads(app)
    assert "Kies één bestand" in manager.post(LOGO, 422, files={"logo": [("logo.png", logo())] * 31}).seen
    assert "Kies een bestand" in manager.post(LOGO, 422, files={"logo": ("", b"")}).seen
    assert "Kies een bestand" in manager.post(LOGO, 422, files={}, logo="logo.png").seen
    assert "Kies een bestand" in manager.post(LOGO, 422).seen
    manager.post(LOGO, 413, files={"logo": [("logo.png", b"x")] * 101})
    assert (rows(), uploads(app)) == before


def test_page_that_stood_open_too_long_asks_for_the_file_again(manager, app, rows):
    before = rows(), uploads(app)
    page = manager.post(LOGO, 400, csrf_token="oud", files={"logo": ("logo.png", logo())})
    assert "Kies het bestand opnieuw" in page.seen
    assert (rows(), uploads(app)) == before


def test_upload_that_breaks_off_leaves_nothing(manager, app, rows):
    before = rows(), uploads(app)
    head = (
        f'--grens\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{manager.csrf}\r\n'
        '--grens\r\nContent-Disposition: form-data; name="logo"; filename="logo.png"\r\n\r\n'
    )
    page = manager.send(LOGO, head.encode() + logo()[:300], content_type="multipart/form-data; boundary=grens")
    assert page.status == 400 and 'lang="nl"' in page.text
    assert (rows(), uploads(app)) == before


def test_large_body_is_read_of_managers_only(manager, office, visitor, kok, anna, app):
    large = b"\0" * 3_000_000
    parent = visitor(kok)
    parent.log_in(anna)
    parent.get("/hulp")
    planning = office("planning")
    planning.get("/hulp")
    assert visitor(kok).post(LOGO, 303, files={"logo": ("logo.png", large)}).response.location.startswith("/inloggen")
    parent.post(LOGO, 404, files={"logo": ("logo.png", large)})
    planning.post(LOGO, 404, files={"logo": ("logo.png", large)})
    manager.post(LOGO, 413, files={"logo": ("logo.png", b"\0" * 11_000_000)})
    manager.post("/beheer/organisatie", 413, files={"logo": ("logo.png", large)})


def test_full_disk_is_told_and_nothing_is_half_kept(manager, app, rows, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = rows(), uploads(app)
    with monkeypatch.context() as disk:
        disk.setattr("portal.files.storage.os.fsync", full)
        assert "Misschien is de schijf vol" in manager.post(LOGO, 422, files={"logo": ("logo.png", logo())}).seen
    assert (rows(), uploads(app)) == before
    manager.post(LOGO, files={"logo": ("logo.png", logo())})


def test_many_uploads_have_to_wait(manager, monkeypatch):
    def refuse(_):
        raise Refused("nee")

    monkeypatch.setattr(staff.files, "opened_logo", refuse)
    for _ in range(staff.files.UPLOADS.most):
        manager.post(LOGO, 422, files={"logo": ("logo.png", b"x")})
    assert int(manager.post(LOGO, 429, files={"logo": ("logo.png", b"x")}).response.headers["Retry-After"]) == 3600


def test_logo_asks_again_who_one_is_after_a_while(manager, time_passes):
    time_passes(minutes=11)
    assert "bevestigen" in manager.get(LOGO, status=303).response.location
    assert "bevestigen" in manager.post(LOGO, files={"logo": ("logo.png", logo())}).response.location
    assert "bevestigen" in manager.post(f"{LOGO}/weg").response.location


def test_file_that_is_gone_from_the_disk_is_a_404_and_the_page_still_works(
    give_logo, app, visitor, kok, inside, caplog
):
    give_logo(logo())
    with inside(kok):
        key = db.session.scalars(sa.select(File.key)).one()
    (Path(app.instance_path) / "uploads" / key).unlink()
    (shown,) = images(visitor(kok).get("/inloggen"))
    visitor(kok).get(shown["src"], status=404)
    assert "cannot be read" in caplog.text
