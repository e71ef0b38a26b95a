"""Everything of a child in one zip: for its own parent, no more than that parent sees, and as it was said on the page."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from PIL import Image

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Account, Session
from portal.changes import actions as changes
from portal.children import actions as children
from portal.children.models import Block, Child, Guardianship
from portal.children.queries import guardianship
from portal.diary.models import DiaryEntry
from portal.documents import actions as documents
from portal.documents.models import Document
from portal.export import actions as export
from portal.export import find
from portal.export.archive import Archive, Outline
from portal.export.models import Export
from portal.export.rules import folder_name
from portal.files.find import Lanes
from portal.messages import actions as news
from portal.messages.actions import Audience, Words
from portal.photos import actions as photos
from portal.photos.models import Photo
from tests.documents.pdf import pdf
from tests.export.conftest import FOLDER
from tests.files.pictures import saved
from tests.files.test_photo import snapshot

SCHEMA = Path(__file__).parents[2] / "portal/templates/export/book/data.schema.json"
CAPTION = "Zoë bouwt een kasteel 🏰 & <vlag>"


def read(zip_, name):
    return zip_.read(f"{FOLDER}/{name}").decode()


def test_parent_takes_along_what_the_timeline_shows_and_nothing_more(
    time, take, anna, noor, sem, ready, write, drank, change_photo, post
):
    alone = ready(noor, caption=CAPTION)
    change_photo(alone, taken_at=datetime(2026, 10, 4, 7, 32, tzinfo=UTC))
    together = ready(noor, sem, content=saved(snapshot(700, 500), "JPEG"), caption="Samen in de zandbak")
    ready(sem, content=saved(snapshot(710, 500), "JPEG"), caption="Alleen Sem")
    write("Wij bakten koekjes.", noor, sem)
    write("Sem had een losse tand.", sem)
    mine = take()
    with mine.unzipped() as zip_:
        assert zip_.testzip() is None
        names = [name.removeprefix(f"{FOLDER}/") for name in zip_.namelist()]
        photo = f"2026-10-04_0932_{alone.hex[:8]}.jpg"
        assert sorted(names) == sorted([
            f"fotos/{photo}", f"boek/klein/{photo}", "index.html", "boek/2026-10.html", "boek/2026-11.html",
            "LEESMIJ.txt", "data.json", "data.schema.json",
        ])  # fmt: skip
        pages = {name: read(zip_, name) for name in names if not name.endswith(".jpg")}
        picture = Image.open(BytesIO(zip_.read(f"{FOLDER}/fotos/{photo}")))
        picture.load()
    told = json.loads(pages["data.json"])
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(told)
    assert [(day["date"], len(day["rhythm"]), len(day["stories"]), len(day["photos"])) for day in told["days"]] == [
        ("2026-10-04", 0, 0, 1), ("2026-11-23", 1, 1, 0)
    ]  # fmt: skip
    assert told["days"][1]["rhythm"][0]["amount_ml"] == 150 and told["days"][1]["stories"][0]["with"] == []
    everything = "".join(pages.values())
    assert "Wij bakten koekjes." in pages["boek/2026-11.html"] and "fles 150 ml" in pages["boek/2026-11.html"]
    for hidden in ("losse tand", "zandbak", "Sem", together.hex[:8], "http://kok", "<script"):
        assert hidden not in everything, hidden
    assert picture.size == (640, 480)
    exif = picture.getexif()
    assert exif.get_ifd(0x8769)[0x9003] == "2026:10:04 09:32:00" and exif.get_ifd(0x8769)[0x9011] == "+02:00"
    assert exif[0x010E].encode("latin-1").decode() == CAPTION
    assert exif[0x9C9C].decode("utf-16-le").rstrip("\0") == CAPTION
    assert CAPTION in ElementTree.fromstring(picture.info["xmp"]).itertext()
    (mail,) = [each for each in post.deliver() if "bestand" in each.subject]
    assert mail.to == [anna.email] and mail.links == [f"https://kok.test{mine.page}"]
    assert "Vries" not in mail.subject and "Bakker" not in mail.text


def test_documents_and_news_go_along_as_far_as_this_parent_may_open_them(take, time, kok, noor, anna, els, inside):
    with inside(kok) as session:
        child = session.get(Child, noor.id)
        documents.add_paper(documents.receive(pdf(), "a.html"), child, "Verslag", "daily", els.id)
        hidden = documents.add_paper(documents.receive(pdf("anders")), child, "Met nummer", "daily", els.id)
        hidden.shows_bsn = True
        words = Words("Feest op <vrijdag>", "Kom ook.", asks_receipt=False, is_urgent=False)
        news.publish(news.write(uuid4(), Audience("group", noor.group_id), words, els), els)
    mine = take()
    with mine.unzipped() as zip_:
        (name,) = [name for name in zip_.namelist() if "/documenten/" in name]
        assert zip_.read(name).startswith(b"%PDF") and name.endswith("_Verslag.pdf")
        told = json.loads(read(zip_, "data.json"))
        jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(told)
        assert [each["title"] for each in told["documents"]] == ["Verslag"]
        assert [each["title"] for each in told["news"]] == ["Feest op <vrijdag>"]
        assert "Feest op &lt;vrijdag&gt;" in read(zip_, "boek/nieuws.html")
    with inside(kok) as session:
        documents.withdraw(session.query(Document).filter_by(title="Verslag").one(), els.id)
    assert mine.fetch().status_code == 404


def test_health_and_emergency_contacts_go_along_as_far_as_this_parent_may_know_them(
    take, kok, noor, anna, piet, inside
):
    with inside(kok) as session:
        child, by = session.get(Child, noor.id), session.get(Account, anna.id)
        care = {"doctor": "Dokter Smit", "doctor_phone": "010-1234567", "allergies": "Pinda", "medical_notes": "Pen"}
        changes.change_care(child, care, by)
        for parent, name in ((anna, "Oma Riet"), (piet, "Opa Jan")):
            contact = {"name": name, "phone": "06-12345678", "relation": "familie"}
            changes.change_contacts(child, parent.person_id, [contact], by=session.get(Account, parent.id))
    mine = take()
    with mine.unzipped() as zip_:
        told = json.loads(read(zip_, "data.json"))
        jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(told)
        assert told["care"] == care and {each["name"] for each in told["emergency_contacts"]} == {"Oma Riet", "Opa Jan"}
        page = read(zip_, "index.html")
        assert all(words in page for words in ("Dokter Smit", "Pinda", "Oma Riet (familie), 06-12345678", "Opa Jan"))
    with inside(kok):
        children.shield_address(guardianship(noor.id, piet.person_id), True)
    assert mine.fetch().status_code == 404, "what became secret is not handed out any more"


def test_pixels_stay_as_they_are_kept(take, noor, ready, inside, kok):
    """Byte for byte, but for the head that was put before them."""
    from portal.files.storage import storage
    from portal.photos.queries import kept_jpegs

    photo_id = ready(noor, caption="x")
    with inside(kok):
        kept = storage().get(kept_jpegs([photo_id])[photo_id, "groot"])
    with take().unzipped() as zip_:
        (name,) = [name for name in zip_.namelist() if "/fotos/" in name]
        content = zip_.read(name)
    assert content.endswith(kept[2:]) and len(content) > len(kept)


def test_page_of_the_book_is_well_made(take, noor, ready, write):
    ready(noor)
    write("Eerste regel.\nTweede <regel>.", noor)
    with take().unzipped() as zip_:
        for name in ("index.html", "boek/2026-11.html"):
            page = read(zip_, name)
            assert page.count("<h1>") == 1 and 'src="http' not in page and "<link" not in page
            assert all('alt="' in tag for tag in page.split("<img")[1:])
            linked = [part.partition('"')[0] for part in page.replace("src=", "href=").split('href="')[1:]]
            folder = Path(name).parent
            inside = {str(Path(each).relative_to(FOLDER)) for each in zip_.namelist()}
            missing = [link for link in linked if str(normal(folder / link)) not in inside]
            assert missing == []
        assert "Tweede &lt;regel&gt;." in page


def normal(path):
    parts = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return Path(*parts)


def test_second_export_is_the_same_file(take, noor, ready, write, time, make):
    ready(noor, caption="Op de glijbaan")
    write("Wij zaaiden.", noor)
    mine = take()
    first = mine.fetch().data
    time.move(hours=30)
    mine.come_in()
    mine.ask()
    make()
    assert mine.fetch().data == first
    ready(noor, content=saved(snapshot(720, 500), "JPEG"))
    mine.ask()
    make()
    with mine.unzipped() as more, zipfile.ZipFile(BytesIO(first)) as before:
        assert set(before.namelist()) < set(more.namelist())


def test_download_goes_on_where_it_broke_off(take, taker, anna, noor, ready, time):
    ready(noor)
    mine, other = take(), taker(anna, noor)
    whole = mine.fetch()
    assert whole.headers["Accept-Ranges"] == "bytes" and whole.headers["Cache-Control"] == "private, no-store"
    assert whole.headers["Content-Disposition"] == f'attachment; filename="{FOLDER}.zip"'
    for start, end in ((5, 20), (len(whole.data) // 2, len(whole.data) - 1)):
        rest = mine.fetch({"Range": f"bytes={start}-{end}", "If-Range": whole.headers["ETag"]})
        assert rest.status_code == 206 and rest.data == whole.data[start : end + 1]
    assert mine.fetch({"Range": f"bytes={len(whole.data)}-"}).status_code == 416
    time.move(minutes=20)
    assert mine.fetch({"Range": "bytes=5-20"}).status_code == 206, "the same session may go on"
    assert other.fetch({"Range": "bytes=5-20"}).status_code == 303, "another session may not"
    assert mine.fetch().status_code == 303 and mine.fetch({"Range": "bytes=0-9"}).status_code == 303, "a new one not"


def test_who_it_is_is_shown_before_asking_and_before_fetching(taker, anna, noor, make, time, ready):
    ready(noor)
    mine = taker(anna, noor)
    time.move(minutes=20)
    assert "bevestigen" in mine.browser.post(mine.page).response.location
    mine.ask()
    make()
    time.move(minutes=20)
    assert "bevestigen" in mine.fetch().location


def test_another_family_a_stranger_and_the_other_parent_get_nothing(
    take, taker, visitor, bram, zon, kok, piet, noor, ready
):
    ready(noor)
    mine = take()
    other = taker(bram, noor, zon)
    other.show_who_it_is()
    assert other.fetch().status_code == 404 and other.browser.get(mine.page, 404)
    other.ask(404)
    father = taker(piet, noor)
    father.show_who_it_is()
    assert father.fetch().status_code == 404, "the link is for this account only"
    assert visitor(kok).client.get(f"{mine.page}/bestand", base_url=kok.origin).status_code == 303


def blocked(session, kok, noor, anna, els):
    session.add(
        Block(
            organisation_id=kok.id, child_id=noor.id, person_id=anna.person_id, reason="x", document="x",
            ends_on=clock.today(), asked_by=anna.id, confirmed_by=anna.id, confirmed_at=clock.now(),
        )
    )  # fmt: skip


def not_a_guardian_any_more(session, kok, noor, anna, els):
    session.query(Guardianship).filter_by(person_id=anna.person_id).one().valid_to = clock.today() - timedelta(days=1)


def photo_withdrawn(session, kok, noor, anna, els):
    photos.withdraw(session.query(Photo).first(), els.id)


def story_withdrawn(session, kok, noor, anna, els):
    entry = session.query(DiaryEntry).one()
    entry.state = "withdrawn"
    for tag in entry.tags:
        tag.is_shown = False


def story_corrected(session, kok, noor, anna, els):
    session.query(DiaryEntry).one().body = "Iets anders."


def caption_changed(session, kok, noor, anna, els):
    session.query(Photo).first().caption = "Iets anders."


@pytest.mark.parametrize(
    "change",
    [blocked, not_a_guardian_any_more, photo_withdrawn, story_withdrawn, story_corrected, caption_changed],
)
def test_what_was_made_is_not_handed_out_once_it_may_not_be_seen(
    change, take, noor, anna, els, ready, write, inside, kok
):
    ready(noor)
    write("Wij zaaiden.", noor)
    mine = take()
    assert mine.fetch().status_code == 200
    with inside(kok) as session:
        change(session, kok, noor, anna, els)
    for headers in (None, {"Range": "bytes=100-"}):
        response = mine.fetch(headers)
        assert response.status_code == 404 and b"PK" not in response.data[:4]


def test_no_of_another_family_reaches_what_was_made_before(
    take, taker, anna, noor, sem, ready, allow, save_parent, kok, make, time
):
    mila = save_parent(kok, "Mila", "", "Visser", "mila@voorbeeld.nl", sem)
    ready(noor, sem)
    ready(noor, content=saved(snapshot(700, 500), "JPEG"))
    allow(mila, sem)
    mine = take()
    with mine.unzipped() as zip_:
        assert len([name for name in zip_.namelist() if "/fotos/" in name]) == 2
    time.move(seconds=1)
    allow(mila, sem, value=False)
    assert mine.fetch().status_code == 404
    assert "Er is iets gewijzigd" in mine.browser.get(mine.page).text
    mine.ask()
    make()
    with mine.unzipped() as zip_:
        assert len([name for name in zip_.namelist() if "/fotos/" in name]) == 1


def logged_out(session, kok, noor, anna, els):
    session.query(Session).filter_by(account_id=anna.id).update({"ended_at": clock.now()})


def account_blocked(session, kok, noor, anna, els):
    session.get(Account, anna.id).status = "blocked"


@pytest.mark.parametrize("change", [blocked, photo_withdrawn, logged_out, account_blocked])
def test_download_stops_when_it_may_not_be_seen_any_more(
    change, take, noor, anna, els, ready, inside, kok, monkeypatch
):  # fmt: skip
    ready(noor)
    mine = take()
    monkeypatch.setattr(find, "ASKED_AGAIN", -1.0)
    response = mine.fetch(buffered=False)
    assert response.status_code == 200
    with inside(kok) as session:
        change(session, kok, noor, anna, els)
    with pytest.raises(PermissionError):
        response.get_data()
    response.close()


def test_it_is_over_after_three_days(take, noor, ready, time, inside, kok, make):
    ready(noor)
    mine = take()
    time.move(hours=71, minutes=59)
    mine.come_in()
    assert mine.fetch().status_code == 200
    time.move(minutes=2)
    assert mine.fetch().status_code == 404
    assert "niet meer" in mine.browser.get(mine.page).text
    with inside(kok) as session:
        export.sweep()
        assert (session.query(Export).one().state, session.query(Export.outline).scalar()) == ("gone", None)
    time.move(days=8)
    with inside(kok) as session:
        export.sweep()
        assert session.query(Export).count() == 0


def test_log_says_who_took_it_along(take, noor, anna, ready, inside, kok):
    ready(noor)
    mine = take()
    mine.fetch()
    mine.fetch({"Range": "bytes=5-20"})
    with inside(kok) as session:
        lines = session.query(AccessLog).filter(AccessLog.action.like("export_%")).order_by(AccessLog.created_at)
        assert [(each.action, each.actor_id, each.object_id, each.child_id) for each in lines] == [
            ("export_asked", anna.id, noor.id, None), ("export_downloaded", anna.id, noor.id, None),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("given_name", "organisation", "folder"),
    [
        ("Noor", "Kok Kinderopvang", "Noor - Kok Kinderopvang"),
        ("Zoë/..", 'De "Zon" B.V.', "Zoë - De Zon B.V"),
        ("CON", "\u202eKok", "CON 1 - Kok"),
        ("../..", "...", "Kind - Opvang"),
    ],
)
def test_folder_has_a_name_that_every_computer_takes(given_name, organisation, folder):
    assert folder_name(given_name, organisation) == folder


def test_outline_gives_the_zip_that_would_be_written(tmp_path):
    moment = datetime(2026, 11, 24, 8, 32, tzinfo=UTC)
    path = tmp_path / "a.zip"
    outline = Outline()
    with path.open("wb") as file:
        for each in (Archive("map", file), Archive("map", outline)):
            each.add_kept("foto.jpg", moment, b"head", b"xxpixels", "key", 2)
            each.add("é.html", moment, b"words")
            each.close()
    outlined = b"".join(b"xxpixels"[part.skip :] if part.key else part.words for part in outline.parts)
    assert outlined == path.read_bytes()
    assert [part.key for part in outline.parts if part.key] == ["key"]


def test_who_asks_or_fetches_without_end_has_to_wait(take, noor, ready, make):
    ready(noor)
    mine = take()
    for _time in range(export.ASKED.most):
        mine.ask()
        make()
    assert "vandaag al vaak" in mine.browser.get(mine.page).text
    statuses = [mine.fetch({"Range": "bytes=5-20"}).status_code for _time in range(export.FETCHED.most + 1)]
    assert statuses == [206] * export.FETCHED.most + [429]


def test_a_few_go_out_at_once(take, noor, ready, monkeypatch):
    """A slow line holds a thread; the others are for who logs in."""
    ready(noor)
    mine = take()
    monkeypatch.setattr(find, "_going_out", Lanes(1, of_one=1))
    first = mine.fetch(buffered=False)
    assert mine.fetch().status_code == 503
    first.close()
    assert mine.fetch().status_code == 200 and mine.fetch({"Range": "bytes=99999999-"}).status_code == 416
    assert mine.fetch().status_code == 200


def test_nobody_keeps_the_others_from_what_they_made(take, taker, piet, noor, ready, make):
    ready(noor)
    mine, other = take(), taker(piet, noor)
    other.ask()
    make()
    slow = [mine.fetch(buffered=False) for _time in range(8)]
    assert [each.status_code for each in slow] == [200] * 3 + [503] * 5
    assert other.fetch().status_code == 200
    for each in slow:
        each.close()
    assert mine.fetch().status_code == 200
