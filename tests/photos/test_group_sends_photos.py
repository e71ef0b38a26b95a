"""A group sends photos from a phone or tablet, says who is on them, and takes one back."""

from io import BytesIO
from pathlib import Path

import pytest

from portal.auth.models import StaffGroup
from portal.consent.rules import PHOTO_OWN
from portal.db import db
from portal.organisations.models import Group
from portal.photos import actions
from portal.photos.models import Photo, PhotoChild
from tests.files.pictures import PDF, saved
from tests.files.test_photo import snapshot


@pytest.fixture
def tablet(office, inside, kok, noor):
    """The browser of the group of Noor."""
    browser = office("groepsleiding")
    with inside(kok) as session:
        session.add(StaffGroup(organisation_id=kok.id, account_id=browser.account.id, group_id=noor.group_id))
    return browser


@pytest.fixture
def path(noor):
    return f"/beheer/groepen/{noor.group_id}/fotos"


@pytest.fixture
def photos(inside, kok):
    def read():
        with inside(kok) as session:
            return session.query(Photo).order_by(Photo.name).all()

    return read


def jpeg(number=0):
    return saved(snapshot(300 + number, 200), "JPEG")


def test_group_sends_photos_and_sees_them_arrive(tablet, path, noor, work, photos):
    files = {
        "photo": [
            ("een.jpg", jpeg()),
            ("twee.heic", saved(snapshot(), "HEIF")),
            ("drie.webp", saved(snapshot(), "WEBP")),
        ]
    }
    answer = tablet.post(path, files=files, children=str(noor.id), caption="In de zandbak")
    page = tablet.follow(answer)
    assert "3 foto's zijn aangekomen." in page.seen and page.seen.count("Wordt klaargemaakt") == 3
    assert work() == 3
    page = tablet.get(path)
    shown = [attributes["src"] for tag, attributes in page.tags if tag == "img" and "/fotos/" in attributes["src"]]
    assert len(shown) == 3 and all(tablet.client.get(each, **tablet._with(None)).status_code == 200 for each in shown)
    assert {photo.caption for photo in photos()} == {"In de zandbak"}


def test_what_is_refused_keeps_back_no_other(tablet, path, photos):
    files = {"photo": [("een.jpg", jpeg()), ("brief.pdf", PDF), ("twee.jpg", jpeg(1))]}
    page = tablet.post(path, 422, files=files)
    assert "brief.pdf: Dit is geen foto die wij kennen." in page.seen and "2 foto's zijn aangekomen." in page.seen
    assert [photo.name for photo in photos()] == ["een.jpg", "twee.jpg"]
    names = ["\u202egpj.brief.pdf", "map/" + "a" * 5000 + ".pdf"]
    page = tablet.post(path, 422, files={"photo": [(name, PDF) for name in names]})
    assert "gpj.brief.pdf: Dit is" in page.seen and "\u202e" not in page.text and "a" * 100 not in page.text


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("brief.pdf", PDF)], "geen foto die wij kennen"), ([], "Kies een foto."),
        ([(f"{number}.jpg", b"\xff\xd8\xff") for number in range(31)], "hoogstens 30 bestanden tegelijk"),
        ([("groot.jpg", b"\xff\xd8\xff" + bytes(12 << 20))], "groter dan 12 MB"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_in_is_said_and_nothing_is_kept(files, words, tablet, path, photos):
    page = tablet.post(path, 422, files={"photo": files})
    assert words in page.seen and photos() == []


def test_photos_that_break_off_on_the_way_leave_nothing(tablet, path, photos, noor):
    tablet.get(path)
    whole = (
        f'--grens\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{tablet.csrf}\r\n'
        '--grens\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    ).encode() + jpeg()
    page = tablet.send(path, whole, content_type="multipart/form-data; boundary=grens")
    assert page.status == 400 and photos() == []
    broken = BytesIO(whole)
    sent = tablet.client.post(
        path, input_stream=broken, content_length=len(whole) + 5000,
        content_type="multipart/form-data; boundary=grens", **tablet._with({"Origin": tablet.origin}),
    )  # fmt: skip
    assert sent.status_code == 400 and photos() == []


def test_many_large_photos_at_once_leave_no_copy_behind(tablet, path, photos, app):
    before = set(Path(app.instance_path).iterdir()) | {Path(app.instance_path) / "uploads"}
    large = [(f"{number}.jpg", jpeg(number) + bytes(9 << 20)) for number in range(2)]
    tablet.post(path, files={"photo": large})
    assert [photo.name for photo in photos()] == ["0.jpg", "1.jpg"]
    assert set(Path(app.instance_path).iterdir()) <= before


def test_too_many_photos_in_an_hour_are_said(tablet, path, monkeypatch, photos):
    monkeypatch.setattr(actions, "OF_PERSON", actions.Limit("photos", 1, actions.OF_PERSON.window))
    page = tablet.post(path, 422, files={"photo": [("een.jpg", jpeg()), ("twee.jpg", jpeg(1))]})
    assert "heel veel foto's" in page.seen and [photo.name for photo in photos()] == ["een.jpg"]


def test_script_that_sends_them_one_by_one_hears_of_each_by_itself(tablet, path, noor, allow, anna, photos, work):
    """What is taken in is a line of the list and no message on the next page; what is refused is said in the form."""
    one = {"files": {"photo": [("een.jpg", jpeg())]}, "headers": {"HX-Request": "true"}}
    line = tablet.post(path, 200, **one, children=str(noor.id))
    assert 'data-state="new"' in line.text and str(photos()[0].id) in line.text
    assert line.text.strip() in tablet.get(f"{path}/stand", headers=one["headers"]).text
    work()
    stand = tablet.get(f"{path}/stand", headers=one["headers"])
    assert 'data-state="ready"' in stand.text and "Noor Bakker" in stand.seen and "data-hx-get" not in stand.text
    allow(anna, noor, PHOTO_OWN, value=False)
    page = tablet.post(path, 422, headers=one["headers"], files={"photo": [("b.jpg", jpeg(1))]}, children=str(noor.id))
    assert "Geen foto's van Noor Bakker" in page.seen and "aangekomen" not in tablet.get(path).seen


def version_of(page):
    return {"version": page.form("photo-form")["fields"]["version"]}


def test_group_says_who_is_on_it_and_takes_it_back(tablet, ready, noor, sem, allow, anna, photos, inside, kok, path):
    photo_id = ready(noor)
    page = tablet.get(f"/beheer/fotos/{photo_id}")
    assert "Noor Bakker" in page.seen and "Sem Visser" in page.seen
    tablet.post(f"/beheer/fotos/{photo_id}", **version_of(page), children=str(sem.id), caption="Sem bouwt")
    with inside(kok) as session:
        assert [tag.child_id for tag in session.query(PhotoChild)] == [sem.id]
    allow(anna, noor, PHOTO_OWN, value=False)
    sent = {**version_of(tablet.get(f"/beheer/fotos/{photo_id}")), "children": str(noor.id), "caption": "Sem bouwt"}
    page = tablet.post(f"/beheer/fotos/{photo_id}", 422, **sent)
    assert "Geen foto's van Noor Bakker" in page.seen
    tablet.post(f"/beheer/fotos/{photo_id}/intrekken")
    assert photos()[0].status == "withdrawn" and tablet.get(path).seen.count("Sem bouwt") == 0
    tablet.get(f"/beheer/fotos/{photo_id}", 404)


def test_page_of_before_takes_no_child_off_a_photo(tablet, ready, noor, sem, inside, kok):
    """A colleague named Sem meanwhile. Saved from the old page the photo would be shown to the parents of Noor."""
    photo_id = ready(noor)
    path, old = f"/beheer/fotos/{photo_id}", version_of(tablet.get(f"/beheer/fotos/{photo_id}"))
    tablet.post(path, **old, children=[str(noor.id), str(sem.id)], caption="")
    page = tablet.post(path, 422, **old, children=str(noor.id), caption="In de zandbak")
    assert "Een collega heeft dit net ook gewijzigd." in page.seen and "staat nu: Noor Bakker, Sem Visser." in page.seen
    with inside(kok) as session:
        assert {tag.child_id for tag in session.query(PhotoChild)} == {noor.id, sem.id}
    tablet.post(path, **version_of(page), children=str(noor.id), caption="In de zandbak")
    with inside(kok) as session:
        assert [tag.child_id for tag in session.query(PhotoChild)] == [noor.id]


def test_photo_that_is_refused_says_why(tablet, send, work, path):
    photo_id = send(saved(snapshot(40, 40)))
    work()
    assert "Deze foto is te klein." in tablet.get(path).seen
    assert "Deze foto is te klein." in tablet.get(f"/beheer/fotos/{photo_id}").seen


def test_group_sends_nothing_to_another_group(tablet, inside, kok, noor, photos, ready):
    with inside(kok) as session:
        group = session.get(Group, noor.group_id)
        other = Group(organisation_id=kok.id, location_id=group.location_id, name="De Bevers")
        session.add(other)
        session.flush()
    tablet.get(f"/beheer/groepen/{other.id}/fotos", 404)
    tablet.get(f"/beheer/groepen/{other.id}/fotos/stand", 404)
    tablet.post(f"/beheer/groepen/{other.id}/fotos", 404, files={"photo": [("een.jpg", jpeg())]})
    photo_id = ready()
    with inside(kok):
        db.session.get(Photo, photo_id).group_id = other.id
    tablet.get(f"/beheer/fotos/{photo_id}", 404)
    tablet.post(f"/beheer/fotos/{photo_id}/intrekken", 404)
    assert len(photos()) == 1 and photos()[0].status == "ready"
