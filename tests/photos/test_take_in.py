"""A photo comes in quickly, and the worker makes of it what people see; what came in is kept no longer than that."""

import errno
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from portal.consent.rules import PHOTO_OWN
from portal.db import db
from portal.errors import Refused
from portal.files import actions as files
from portal.files.models import File
from portal.photos import actions, rules, worker
from portal.photos.models import Photo, PhotoChild, PhotoFile
from portal.photos.queries import children_on
from tests.files.pictures import SECRET, saved
from tests.files.test_photo import snapshot, talkative


@pytest.fixture
def kept(app, kok):
    """kept() is what this organisation has on disk, by name."""
    folder = Path(app.instance_path) / "uploads" / kok.id.hex

    def read():
        return {path.name: path.read_bytes() for path in folder.glob("*")}

    return read


def test_photo_is_made_by_the_worker_and_what_came_in_goes(send, work, kept, state_of, inside, kok, time):
    time.set(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    original = talkative("HEIF")
    photo_id = send(original, name="../IMG_0001.HEIC", caption="In de zandbak")
    photo = state_of(photo_id)
    assert (photo.status, photo.name, photo.caption) == ("new", "IMG_0001.HEIC", "In de zandbak")
    assert list(kept().values()) == [original]
    assert work() == 1
    photo = state_of(photo_id)
    assert (photo.status, photo.width, photo.height) == ("ready", 1600, 1200)
    assert photo.taken_at == datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC), "a clock of here, in winter"
    assert len(kept()) == 4 and not [name for name, content in kept().items() if SECRET.encode() in content]
    with inside(kok):
        assert sorted(db.session.query(PhotoFile.size).all()) == [("groot",), ("klein",), ("klein",), ("midden",)]
        assert {key.partition("/")[2] for (key,) in db.session.query(File.key)} == set(kept())


def test_same_bytes_within_an_hour_are_one_photo(send, ready, jpeg, time, work, state_of):
    first = send(jpeg)
    assert send(jpeg) == first
    assert send(saved(snapshot(641, 480), "JPEG")) != first
    work()
    assert send(jpeg) == first
    time.move(hours=1, minutes=1)
    assert send(jpeg) != first


def test_same_bytes_sent_again_for_another_child_put_that_child_on_it_too(send, jpeg, noor, sem, inside, kok):
    photo_id = send(jpeg, noor)
    assert send(jpeg, sem) == photo_id
    assert send(jpeg) == photo_id
    with inside(kok):
        assert set(children_on([photo_id])[photo_id]) == {noor.id, sem.id}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "beschadigd"), (b"%PDF-1.7", "geen foto"), (b"GIF89a" + b"x" * 99, "geen foto"),
        (b"\xff\xd8\xff" + bytes(rules.MOST_BYTES), "groter dan 12 MB"),
    ],
)  # fmt: skip
def test_what_is_no_photo_is_refused_at_once_and_not_kept(content, words, inside, kok, kept):
    with pytest.raises(Refused, match=words), inside(kok):
        actions.receive(content)
    assert kept() == {}


@pytest.mark.parametrize("problem", ["broken", "large", "small"])
def test_photo_that_cannot_be_opened_costs_itself_only(problem, send, work, kept, state_of, time):
    bad = {
        "broken": lambda: saved(snapshot(), "JPEG")[:9000],
        "large": lambda: saved(snapshot(16, 16).resize((7500, 7000)), "PNG"),
        "small": lambda: saved(snapshot(40, 40), "PNG"),
    }[problem]()
    bad_id, good_id = send(bad), send()
    assert work() == 2
    assert (state_of(bad_id).status, state_of(bad_id).problem, state_of(good_id).status) == (
        "refused",
        problem,
        "ready",
    )
    assert rules.why_not(problem).endswith(".") and bad not in kept().values()


def test_worker_that_was_killed_leaves_a_photo_that_is_done_later(app, send, work, state_of, time, kept):
    photo_id = send()
    busy = (
        "import sys, time; from portal import create_app; from portal.photos import worker;"
        "worker.photo_of = lambda content: (print('busy', flush=True), time.sleep(60));"
        "app = create_app(); app.app_context().push(); worker.run_next('killed')"
    )
    environ = {**os.environ, "PORTAL_INSTANCE": app.instance_path}
    environ["PORTAL_SQLALCHEMY_DATABASE_URI"] = app.config["SQLALCHEMY_DATABASE_URI"]
    with subprocess.Popen([sys.executable, "-c", busy], env=environ, stdout=subprocess.PIPE, cwd="/") as killed:
        assert killed.stdout.readline() == b"busy\n"
        killed.send_signal(signal.SIGKILL)
    time.set(datetime.now(UTC))
    assert work() == 0, "it may still be busy with it"
    assert (state_of(photo_id).status, state_of(photo_id).owner) == ("new", "killed")
    time.move(minutes=4)
    assert work() == 1
    assert state_of(photo_id).status == "ready" and len(kept()) == 4


def test_photo_that_brings_the_worker_down_each_time_is_given_up(send, work, state_of, time, monkeypatch, kept):
    def stumble(content):
        raise RuntimeError

    photo_id = send()
    monkeypatch.setattr(worker, "photo_of", stumble)
    for _ in range(4):
        work()
        time.move(minutes=4)
    assert (state_of(photo_id).status, state_of(photo_id).problem) == ("refused", "failed")


def test_full_disk_waits_and_keeps_nothing_half(send, work, state_of, time, monkeypatch, inside, kok, jpeg, kept):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    photo_id, before = send(), kept()
    with monkeypatch.context() as disk:
        disk.setattr("portal.files.storage.os.fsync", full)
        assert work() == 1 and state_of(photo_id).status == "new" and kept() == before
        with pytest.raises(Refused, match="schijf"), inside(kok):
            actions.receive(jpeg)
    time.move(minutes=6)
    assert work() == 1 and state_of(photo_id).status == "ready"


def test_withdrawn_photo_and_orphans_are_swept(send, ready, work, state_of, time, inside, kok, kept, noor, els):
    withdrawn, kept_id, meanwhile = (
        ready(noor),
        ready(noor, content=saved(snapshot(700, 500))),
        send(saved(snapshot(), "WEBP")),
    )
    with inside(kok) as session:
        for photo_id in (withdrawn, meanwhile):
            actions.withdraw(session.get(Photo, photo_id), els.id)
    assert work() == 0 and state_of(withdrawn).status == "withdrawn"
    folder = files.storage
    with inside(kok):
        for path in Path(folder().root / kok.id.hex).glob("*"):
            os.utime(path, (0, 0))
        files.sweep()
    assert len(kept()) == 4
    with inside(kok) as session:
        assert {row.photo_id for row in session.query(PhotoFile)} == {kept_id}


def test_refused_photo_is_forgotten_after_a_week(send, work, inside, kok, time, noor):
    send(saved(snapshot(40, 40)), noor)
    work()
    time.move(days=7, minutes=1)
    with inside(kok) as session:
        actions.sweep()
        assert session.query(Photo).count() == session.query(PhotoChild).count() == session.query(File).count() == 0


def test_child_whose_parent_says_no_is_not_put_on_a_photo(send, allow, noor, piet, anna, state_of):
    allow(anna, noor, PHOTO_OWN)
    send(None, noor)
    allow(piet, noor, PHOTO_OWN, value=False)
    with pytest.raises(Refused, match="Noor"):
        send(saved(snapshot(), "WEBP"), noor)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (None, "09:30 23"), (datetime(2026, 11, 23, 9, 0), "08:00 23"),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "09:00 23"), (datetime(2026, 7, 1, 9, 0), "07:00 01"),
        (datetime(2026, 11, 24, 9, 0), "09:30 23"), (datetime(2001, 1, 1), "09:30 23"),
        (datetime(1, 1, 1), "09:30 23"), (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-9))), "09:30 23"),
    ],
)  # fmt: skip
def test_photo_stands_at_the_moment_it_was_taken(said, taken):
    assert f"{rules.moment_taken(said, datetime(2026, 11, 23, 9, 30, tzinfo=UTC)):%H:%M %d}" == taken


def test_too_many_photos_have_to_wait(app, inside, kok, els, monkeypatch):
    monkeypatch.setattr(actions, "OF_PERSON", actions.Limit("photos", 2, timedelta(hours=1)))
    with inside(kok):
        assert [actions.count_photo(els.id) for _ in range(3)] == [True, True, False]
