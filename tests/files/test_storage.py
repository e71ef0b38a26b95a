"""Where files are kept: whole or not at all, for the portal only, and swept when they belong to nobody."""

import errno
import os
import stat
import time as real_time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from portal.db import db, within
from portal.errors import Refused
from portal.files import actions
from portal.files.images import Picture
from portal.files.models import File
from portal.files.storage import Folder, new_key

PICTURE = Picture("image/png", 144, 144, b"a picture")


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "uploads")


def kept(app):
    return {path for path in (Path(app.instance_path) / "uploads").rglob("*") if path.is_file()}


def full_disk(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_is_kept_comes_back_and_is_for_the_portal_only(folder):
    key = new_key(uuid4())
    folder.put(key, b"content")
    assert folder.get(key) == b"content"
    path = folder.root / key
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent, folder.root)]
    assert modes == [0o600, 0o700, 0o700]
    folder.remove(key)
    folder.remove(key)
    with pytest.raises(FileNotFoundError):
        folder.get(key)


@pytest.mark.parametrize("key", ["", "../portal.sqlite", "a/b", f"{'a' * 32}/../{'b' * 32}", f"{'a' * 32}/{'B' * 32}"])
def test_nothing_but_a_key_opens_the_storage(folder, key):
    for use in (folder.get, folder.remove, lambda key: folder.put(key, b"x")):
        with pytest.raises(ValueError, match="no key"):
            use(key)


@pytest.mark.parametrize("fails", ["fsync", "open"])
def test_full_disk_keeps_nothing_and_says_so(fails, app, inside, kok, monkeypatch):
    before = kept(app)
    monkeypatch.setattr(f"portal.files.storage.os.{fails}", full_disk)
    with pytest.raises(Refused, match="schijf"), inside(kok):
        actions.keep("logo", "logo.png", PICTURE)
    with inside(kok):
        assert db.session.query(File).all() == []
    assert kept(app) == before


def test_same_content_has_the_same_fingerprint_and_another_key(app, inside, kok):
    with inside(kok):
        one, two = (actions.keep("logo", "logo.png", PICTURE) for _ in range(2))
        assert one.fingerprint == two.fingerprint and one.key != two.key
        assert one.key.startswith(kok.id.hex)


def sweep(app, *organisations):
    for organisation in organisations:
        with app.app_context(), within(organisation.id):
            actions.sweep()
            db.session.commit()


def test_sweep_takes_what_belongs_to_nobody_and_nothing_else(app, inside, kok, zon, time, monkeypatch):
    start = kept(app)
    time.set(time.now)
    with inside(kok):
        used, draft = (actions.keep("logo", "logo.png", PICTURE) for _ in range(2))
        actions.use(used)
    with inside(zon):
        theirs = actions.keep("logo", "logo.png", PICTURE)
        actions.use(theirs)
    root = Path(app.instance_path) / "uploads"
    orphan, half = root / new_key(kok.id), (root / new_key(kok.id)).with_suffix(".part")
    stranger = root / new_key(uuid4())
    stranger.parent.mkdir()
    for path in (orphan, half, stranger):
        path.write_bytes(b"x")
    sweep(app, kok, zon)
    assert {orphan, half, stranger} <= kept(app), "a young file may belong to a row that is not committed yet"
    old = real_time.time() - actions.SAFE_AGE - 5
    for path in kept(app):
        os.utime(path, (old, old))
    sweep(app, kok, zon)
    assert kept(app) - start == {root / used.key, root / draft.key, root / theirs.key, stranger}
    time.move(days=1, minutes=1)
    sweep(app, kok, zon)
    with inside(kok):
        assert [row.id for row in db.session.query(File)] == [used.id]
    sweep(app, kok, zon)
    assert kept(app) - start == {root / used.key, root / theirs.key, stranger}
    stranger.unlink()


def test_what_is_rolled_back_is_swept(app, inside, kok):
    with inside(kok):
        key = actions.keep("logo", "logo.png", PICTURE).key
        db.session.rollback()
    path = Path(app.instance_path) / "uploads" / key
    assert path.exists()
    old = real_time.time() - timedelta(days=2).total_seconds()
    os.utime(path, (old, old))
    sweep(app, kok)
    assert not path.exists()
