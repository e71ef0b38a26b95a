"""A photo is seen by the parents of who is on it, as far as the others allow it, and by nobody else: byte for byte."""

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Session, StaffGroup
from portal.children.models import Block, Child, Guardianship
from portal.db import db
from portal.diary.queries import next_to, picture_of
from portal.photos import actions
from portal.photos.models import Photo
from tests.files.pictures import saved
from tests.files.test_photo import snapshot
from tests.forms import ID

CHROME = {"Accept": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"}
OLD_SAFARI = {"Accept": "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"}
SIZES = ("klein", "midden", "groot")
MAGIC = (b"\xff\xd8\xff", b"RIFF")


@pytest.fixture
def looks(visitor, kok):
    """looks(anna, photo_id) is the status and the bytes of what she gets, in each size."""
    browsers = {}

    def look(account, photo_id, organisation=kok, size="klein", headers=CHROME):
        if account.id not in browsers:
            browsers[account.id] = visitor(organisation)
            browsers[account.id].log_in(account)
        client = browsers[account.id]
        response = client.client.get(f"/fotos/{photo_id}/{size}", **client._with(headers))
        is_photo = response.data.startswith(MAGIC)
        assert is_photo == (response.status_code == 200), "bytes of a photo without a 200, or the other way round"
        return response

    look.browsers = browsers
    return look


def test_parent_sees_a_photo_of_the_own_child_in_each_size(looks, anna, noor, ready):
    photo_id = ready(noor)
    for size in SIZES:
        response = looks(anna, photo_id, size=size)
        assert response.status_code == 200
        assert response.content_type == ("image/jpeg" if size == "groot" else "image/webp")
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Cookie" in response.headers["Vary"] and "Accept" in response.headers["Vary"]
        Image.open(BytesIO(response.data)).load()
        old = looks(anna, photo_id, size=size, headers=OLD_SAFARI)
        assert old.content_type == "image/jpeg" and old.data.startswith(b"\xff\xd8\xff")
    assert looks(anna, photo_id, size="raw").status_code == 404


def test_who_has_the_photo_already_gets_no_bytes_again_unless_it_is_withdrawn(
    looks, anna, noor, els, ready, inside, kok
):
    photo_id = ready(noor)
    first = looks(anna, photo_id)
    browser = looks.browsers[anna.id]
    asked = browser._with({**CHROME, "If-None-Match": first.headers["ETag"]})
    again = browser.client.get(f"/fotos/{photo_id}/klein", **asked)
    assert again.status_code == 304 and not again.data and again.headers["Cache-Control"] == "private, no-store"
    head = browser.client.head(f"/fotos/{photo_id}/klein", **browser._with(CHROME))
    assert head.status_code == 200 and not head.data and head.content_length == len(first.data)
    with inside(kok) as session:
        actions.withdraw(session.get(Photo, photo_id), els.id)
    assert browser.client.get(f"/fotos/{photo_id}/klein", **asked).status_code == 404


def test_another_family_and_a_stranger_see_nothing(looks, anna, bram, zon, noor, ready, visitor, kok):
    photo_id = ready(noor)
    assert looks(bram, photo_id, zon).status_code == 404
    stranger = visitor(kok)
    for size in SIZES:
        response = stranger.client.get(f"/fotos/{photo_id}/{size}", **stranger._with(CHROME))
        assert response.status_code == 303 and not response.data.startswith(MAGIC)


def blocked(session, kok, noor, anna):
    session.add(
        Block(
            organisation_id=kok.id, child_id=noor.id, person_id=anna.person_id, reason="x", document="x",
            ends_on=clock.today(), asked_by=anna.id, confirmed_by=anna.id, confirmed_at=clock.now(),
        )
    )  # fmt: skip


def over(session, kok, noor, anna):
    session.query(Guardianship).filter_by(person_id=anna.person_id).one().valid_to = clock.today() - timedelta(days=1)


def no_daily(session, kok, noor, anna):
    session.query(Guardianship).filter_by(person_id=anna.person_id).one().can_see_daily = False


def logged_out(session, kok, noor, anna):
    session.query(Session).filter_by(account_id=anna.id).one().ended_at = clock.now()


def left_long_ago(session, kok, noor, anna):
    session.get(Child, noor.id).access_until = clock.today() - timedelta(days=1)


def untagged(session, kok, noor, anna):
    actions.tag(session.query(Photo).one(), [], anna.id)


@pytest.mark.parametrize(
    ("change", "status"),
    [(blocked, 404), (over, 404), (no_daily, 404), (left_long_ago, 404), (untagged, 404), (logged_out, 303)],
)
def test_photo_is_gone_at_the_next_request(change, status, looks, anna, noor, ready, inside, kok):
    photo_id = ready(noor)
    assert looks(anna, photo_id).status_code == 200
    with inside(kok) as session:
        change(session, kok, noor, anna)
    assert {looks(anna, photo_id, size=size).status_code for size in SIZES} == {status}


def test_photo_that_is_not_ready_is_seen_by_nobody(looks, anna, noor, send):
    assert looks(anna, send(None, noor)).status_code == 404


@pytest.fixture
def mila(kok, sem, save_parent):
    """The mother of Sem."""
    return save_parent(kok, "Mila", "", "Visser", "mila@voorbeeld.nl", sem)


def test_photo_of_more_children_is_seen_by_whom_the_others_allow(
    looks, anna, piet, noor, sem, mila, ready, allow, inside, kok, time
):
    """One's own no hides a child from others, never from its own parents (domain.md, D1 and D2)."""
    together = ready(noor, sem)
    time.move(minutes=1)
    alone = ready(sem, content=saved(snapshot(700, 500)))

    def seen():
        lines = []
        for account, child in ((anna, noor), (mila, sem)):
            lines.append((looks(account, together).status_code, looks(account, alone).status_code))
            with inside(kok):
                pictures = [picture_of(account.person_id, [child.id], each) for each in (together, alone)]
            assert [200 if picture else 404 for picture in pictures] == list(lines[-1])
            assert all(picture.child_ids == [child.id] for picture in pictures if picture)
        return lines

    assert seen() == [(404, 404), (404, 200)]
    allow(mila, sem)
    assert seen() == [(200, 404), (404, 200)]
    allow(anna, noor)
    assert seen() == [(200, 404), (200, 200)]
    time.move(minutes=1)
    allow(piet, noor, value=False)
    assert seen() == [(200, 404), (404, 200)], "one no wins, at once"


def test_one_goes_back_photo_by_photo_past_what_may_not_be_seen(anna, noor, sem, ready, send, work, inside, kok, time):
    mine = []
    for number in range(7):
        time.move(minutes=1)
        content = saved(snapshot(100 + number, 80), "JPEG")
        if number % 2:
            mine.append(send(content, noor))
        else:
            send(content, noor, sem)
    work()
    with inside(kok):
        seen, older = [], mine[-1]
        while older:
            picture = picture_of(anna.person_id, [noor.id], older)
            newer, older = next_to(anna.person_id, [noor.id], picture)
            assert newer == (seen[-1] if seen else None)
            seen.append(picture.id)
        assert seen == mine[::-1]


def test_parent_who_looks_at_photos_is_one_line_a_day_for_each_child(looks, anna, noor, sem, ready, inside, kok, time):
    first, second = ready(noor), ready(noor, content=saved(snapshot(500, 400), "JPEG"))

    def lines():
        with inside(kok) as session:
            found = session.query(AccessLog).filter(AccessLog.chain == "views").order_by(AccessLog.number)
            return [(line.action, line.child_id, line.object_id) for line in found]

    for photo_id in (first, second, first):
        looks(anna, photo_id)
        looks(anna, photo_id, size="midden")
    assert lines() == [("photos_seen", noor.id, None)]
    looks(anna, first, size="groot")
    assert set(lines()[1:]) == {("photo_downloaded", None, first), ("photos_downloaded", noor.id, None)}
    time.move(days=1)
    looks.browsers.clear()
    looks(anna, first)
    assert len(lines()) == 4
    other = looks.browsers[anna.id]
    assert other.client.get(f"/fotos/{ID}/klein", **other._with(None)).status_code == 404
    assert len(lines()) == 4, "what is not shown is not seen"


def test_look_is_told_to_who_looked_and_not_to_the_other_parent(looks, anna, piet, noor, ready, visitor, kok):
    looks(anna, ready(noor))
    who_looked = "/account/wie-keek-mee"
    assert "Foto's bekeken: Noor U" in looks.browsers[anna.id].get(who_looked).seen
    other = visitor(kok)
    other.log_in(piet)
    assert "Foto's" not in other.get(who_looked).seen


def test_parents_and_managers_read_which_group_a_colleague_looked_at(office, visitor, kok, anna, noor, ready):
    photo_id, manager = ready(noor), office("manager")
    for _ in range(2):
        manager.get(f"/beheer/dagboek/{noor.group_id}")
        manager.get(f"/beheer/groepen/{noor.group_id}/fotos")
        for size in SIZES:
            manager.client.get(f"/beheer/fotos/{photo_id}/{size}", **manager._with(None))
    log = manager.get("/beheer/logboek?wat=seen").seen
    for words in ("Dagboek van een groep bekeken", "Foto's van een groep bekeken"):
        assert log.partition("Download")[0].count(f"{words} Kim Manager manager De Vlinders") == 1, log
    assert log.count("Foto bekeken Kim Manager manager Noor Bakker") == 1
    browser = visitor(kok)
    browser.log_in(anna)
    seen = browser.get("/account/wie-keek-mee").seen
    for words in ("Foto's van een groep bekeken: De Vlinders Kim Manager (manager)", "Foto bekeken: Noor Kim Manager"):
        assert seen.count(words) == 1, seen
    days = f"van={clock.today()}&tot={clock.today()}"
    page = manager.get(f"/beheer/logboek/wie-zag?over={noor.id}&{days}").seen
    assert "Kim Manager manager Dagboek van een groep bekeken 1" in page


def test_photo_takes_few_statements(looks, app, anna, noor, sem, mila, ready, allow):
    allow(mila, sem)
    photo_id, seen = ready(noor, sem), []
    looks(anna, photo_id)

    def note(*arguments):
        seen.append(arguments[2])

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert looks(anna, photo_id).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    counted = [each for each in seen if not each.startswith(("BEGIN", "PRAGMA", "SELECT set_config"))]
    assert len(counted) <= 3, "\n".join(counted)


def test_group_sees_photos_of_its_own_groups_only(visitor, kok, els, noor, ready, inside, office):
    photo_id = ready(noor)
    desk = office("groepsleiding")
    path = f"/beheer/fotos/{photo_id}/klein"
    assert desk.client.get(path, **desk._with(CHROME)).status_code == 404
    with inside(kok) as session:
        session.add(StaffGroup(organisation_id=kok.id, account_id=desk.account.id, group_id=noor.group_id))
    for size in SIZES:
        response = desk.client.get(f"/beheer/fotos/{photo_id}/{size}", **desk._with(CHROME))
        assert response.status_code == 200 and response.data.startswith(MAGIC)
    assert desk.client.get(f"/fotos/{photo_id}/klein", **desk._with(CHROME)).status_code == 404, "no parent of it"
