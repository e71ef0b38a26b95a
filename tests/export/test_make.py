"""The worker makes what was asked: once, one at a time, beside its other chores, and never half."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.export import actions, worker
from portal.export.models import Export
from portal.files.storage import storage
from portal.outbox.models import Mail
from portal.photos.models import PhotoFile
from portal.photos.queries import kept_jpegs
from tests.files.pictures import saved
from tests.files.test_bucket import OURS
from tests.files.test_photo import snapshot


@pytest.fixture
def row(inside, kok):
    """row() is the one export there is."""

    def read():
        with inside(kok) as session:
            session.expire_all()
            return session.query(Export).one()

    return read


@pytest.fixture
def one_photo_a_turn(monkeypatch):
    monkeypatch.setattr(worker, "TURN", -1.0)


def two_photos(ready, noor):
    ready(noor)
    ready(noor, content=saved(snapshot(700, 500), "JPEG"))


def test_page_says_how_far_it_is(taker, anna, noor, ready, make, row, one_photo_a_turn):
    two_photos(ready, noor)
    mine = taker(anna, noor)
    assert "Maak het bestand" in mine.browser.get(mine.page).text
    mine.ask()
    assert "Wij beginnen zo." in mine.browser.get(mine.page).text
    make(turns=1)
    page = mine.browser.get(mine.page)
    assert "1 van 2 foto&#39;s" in page.text and 'value="1" max="2"' in page.text
    assert mine.fetch().status_code == 404, "nothing half is handed out"
    make()
    assert "Uw bestand staat klaar" in mine.browser.get(mine.page).text


def test_asked_twice_it_is_made_once(taker, anna, noor, ready, make, row, inside, kok, post):
    ready(noor)
    mine = taker(anna, noor)
    mine.ask()
    asked_at = row().asked_at
    mine.ask()
    assert row().asked_at == asked_at
    assert make() == 1
    with inside(kok) as session:
        assert session.scalar(sa.select(sa.func.count(Mail.id)).where(Mail.kind == "export/ready")) == 1


def test_worker_that_dies_halfway_leaves_it_to_the_next(taker, anna, noor, ready, make, row, time, one_photo_a_turn):
    two_photos(ready, noor)
    mine = taker(anna, noor)
    mine.ask()
    make("first", turns=1)
    worker._making.clear()  # it is killed
    assert make("second") == 0 and row().state == "busy", "its lease is not over"
    time.move(seconds=actions.LEASE.total_seconds() + 1)
    assert make("second") > 0
    with mine.unzipped() as zip_:
        assert zip_.testzip() is None and len(zip_.namelist()) == 2 * 2 + 5


def test_worker_that_was_taken_over_writes_nothing(taker, anna, noor, ready, make, row, time, one_photo_a_turn):
    two_photos(ready, noor)
    taker(anna, noor).ask()
    make("slow", turns=1)
    time.move(seconds=actions.LEASE.total_seconds() + 1)
    make("quick", turns=1)
    assert make("slow") == 1 and row().owner == "quick"
    make("quick")
    assert row().state == "ready"


def test_it_fails_after_three_workers_died(taker, anna, noor, ready, make, row, time, one_photo_a_turn):
    two_photos(ready, noor)
    mine = taker(anna, noor)
    mine.ask()
    for number in range(actions.MOST_TRIES + 1):
        make(f"worker {number}", turns=1)
        worker._making.clear()
        time.move(seconds=actions.LEASE.total_seconds() + 1)
    assert row().state == "failed"
    assert "lukte niet" in mine.browser.get(mine.page).text
    mine.ask()
    make()
    assert row().state == "ready"


def test_bucket_that_is_away_is_asked_again_later(taker, anna, noor, ready, make, row, time, monkeypatch):
    ready(noor)
    mine = taker(anna, noor)
    mine.ask()

    def away(self, key):
        raise OSError(5, "away")

    with monkeypatch.context() as broken:
        broken.setattr("portal.files.storage.Folder.get", away)
        make()
    assert row().state == "waiting" and make() == 0
    assert "even niet te lezen" in mine.browser.get(mine.page).text
    time.move(minutes=6)
    make()
    assert row().state == "ready"


def test_photos_in_a_bucket_are_taken_along_too(provider, app, taker, anna, noor, ready, make, row, time, monkeypatch):
    where = {"": provider.address, "_REGION": OURS["region"], "_KEY": OURS["key_id"], "_SECRET": OURS["secret"]}
    for name, value in where.items():
        monkeypatch.setitem(app.config, f"FILES_BUCKET{name}", value)
    ready(noor)
    kept = dict(provider.kept)
    mine = taker(anna, noor)
    mine.ask()
    provider.trouble += [503] * 3
    make()
    assert row().state == "waiting", "a bucket that stumbles is asked again later"
    time.move(minutes=6)
    make()
    with mine.unzipped() as zip_:
        assert zip_.testzip() is None and len(zip_.namelist()) == 2 + 5
    assert provider.kept == kept, "nothing of it is kept in the bucket"


def test_photo_that_is_lost_does_not_keep_back_the_others(taker, anna, noor, ready, make, inside, kok):
    lost = ready(noor)
    kept = ready(noor, content=saved(snapshot(700, 500), "JPEG"))
    with inside(kok):
        storage().remove(kept_jpegs([lost])[lost, "klein"])
    mine = taker(anna, noor)
    mine.ask()
    make()
    with mine.unzipped() as zip_:
        assert zip_.testzip() is None
        pages = "".join(zip_.read(name).decode() for name in zip_.namelist() if not name.endswith(".jpg"))
        assert lost.hex[:8] not in pages and kept.hex[:8] in pages


def test_who_may_not_see_the_child_any_more_gets_nothing_made(taker, anna, noor, ready, make, row, inside, kok, post):
    from portal.children.models import Guardianship

    ready(noor)
    taker(anna, noor).ask()
    with inside(kok) as session:
        session.query(Guardianship).one().can_see_daily = False
    make()
    assert row().state == "gone" and not post.deliver()


def test_other_chores_go_between(taker, anna, noor, ready, send, make, app, one_photo_a_turn, work, state_of):
    """A photo of today does not wait for two thousand of before."""
    two_photos(ready, noor)
    taker(anna, noor).ask()
    make(turns=1)
    today = send(saved(snapshot(720, 500), "JPEG"), noor)
    work()
    assert state_of(today).status == "ready"
    make()


def test_nothing_is_kept_twice(taker, anna, noor, ready, make, row, app, inside, kok):
    two_photos(ready, noor)
    folder = Path(app.instance_path) / "uploads"
    before = sorted(folder.rglob("*"))
    taker(anna, noor).ask()
    make()
    assert sorted(folder.rglob("*")) == before
    with inside(kok) as session:
        photos = session.scalar(sa.select(sa.func.count(PhotoFile.id)))
        assert photos == 8 and session.scalar(sa.select(sa.func.length(Export.outline))) < 20_000
    assert row().expires_at - row().asked_at >= timedelta(hours=72)
