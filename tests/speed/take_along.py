"""What it takes to make an export of 2,000 photos of 3 MB, and to put the zip together. Not timed in the test suite."""

import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date, timedelta
from io import BufferedReader, BytesIO
from uuid import uuid4

import sqlalchemy as sa

import portal
from portal import clock
from portal import db as database
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.db import db, within
from portal.diary.models import DiaryChild, DiaryEntry, RhythmEntry
from portal.export import actions, worker
from portal.export.archive import MOST_AT_ONCE, Reader, unpacked
from portal.export.models import Export
from portal.files.models import File
from portal.files.storage import storage
from portal.organisations.actions import add_organisation
from portal.organisations.models import Group, Location
from portal.photos.models import Photo, PhotoChild, PhotoFile

PHOTOS, BYTES, A_DAY = 2000, 3_000_000, 4
ROOM = 2 * PHOTOS * BYTES  # that must be free on the disk of temporary files


def measure():
    """Seconds and MiB of the worker that makes it, and of who puts the zip together; None when the disk is too full."""
    folder = tempfile.mkdtemp(prefix="portal-export-")
    try:
        if shutil.disk_usage(folder).free < ROOM:
            return None
        _fill(folder)
        return {step: _apart(step, folder) for step in ("make", "fetch")}
    finally:
        shutil.rmtree(folder)


def _apart(step, folder):
    done = subprocess.run([sys.executable, "-m", __name__, step, folder], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def _app(folder):
    return portal.create_app({"PORTAL_INSTANCE": folder})


def _fill(folder):
    app = _app(folder)
    with app.app_context():
        database.migrate()
        house = add_organisation("Kok Kinderopvang", "kok", "https://kok.test", "kantoor@kok.test", "010-1234567")
        db.session.commit()
        with within(house.id):
            account, child = _people(house.id)
            _photos(house.id, account, child)
            _days(house.id, account, child)
            actions.ask(account, child)
            db.session.commit()
        db.engine.dispose()


def _people(organisation_id):
    here = {"organisation_id": organisation_id}
    person = Person(**here, given_name="Anna", family_name="Vries", language="nl")
    account = Account(**here, person=person, email="anna@voorbeeld.nl", email_key="anna@voorbeeld.nl", status="active")
    group = Group(**here, location_id=db.session.scalars(sa.select(Location.id)).one(), name="De Vlinders")
    child = Child(
        **here, group=group, person=Person(**here, given_name="Noor", family_name="Vries", birth_date=date(2022, 5, 1))
    )
    db.session.add_all([account, child])
    db.session.flush()
    link = Guardianship(**here, child_id=child.id, person_id=person.id, role="custody", can_see_daily=True)
    db.session.add(link)
    return account, child


def _photos(organisation_id, account, child):
    large, small = noise(2048, 1536, BYTES), noise(360, 270, 30_000)
    for number in range(PHOTOS):
        taken_at = _moment(number)
        photo = Photo(
            id=uuid4(), organisation_id=organisation_id, group_id=child.group_id, uploaded_by=account.id, name="a.jpg",
            taken_at=taken_at, caption=f"Op de glijbaan, voor de {number}e keer 🛝", sha256="0" * 64, status="ready",
            width=2048, height=1536,
        )  # fmt: skip
        db.session.add_all([photo, PhotoChild(organisation_id=organisation_id, photo_id=photo.id, child_id=child.id)])
        for size, content in (("groot", large), ("klein", small)):
            own = content + secrets.token_bytes(16)  # behind the end of a JPEG nobody looks
            key = f"{organisation_id.hex}/{secrets.token_hex(16)}"
            path = storage().root / key  # past `put`, which waits for the disk each time
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(own)
            file = File(
                id=uuid4(), organisation_id=organisation_id, kind="photo", key=key, name="", media_type="image/jpeg",
                size=len(own), width=1, height=1, fingerprint="0" * 32, used_at=clock.now(),
            )  # fmt: skip
            kept = PhotoFile(organisation_id=organisation_id, photo_id=photo.id, size=size, file_id=file.id)
            db.session.add_all([file, kept])


def _moment(number):
    return clock.now() - timedelta(days=number // A_DAY + 1, minutes=7 * (number % A_DAY))


def _days(organisation_id, account, child):
    here = {"organisation_id": organisation_id, "group_id": child.group_id, "author_id": account.id}
    for number in range(0, PHOTOS, A_DAY):
        at = _moment(number)
        tag = DiaryChild(organisation_id=organisation_id, child_id=child.id, day=at.date(), is_shown=True)
        body = "Wij bouwden een toren die hoger was dan de juf. " * 8
        story = DiaryEntry(**here, day=at.date(), body=body, state="published", published_at=at, tags=[tag])
        lines = [
            RhythmEntry(
                **here, child_id=child.id, day=at.date(), kind="bottle", at=at + timedelta(minutes=n), amount=150
            )
            for n in range(8)
        ]
        db.session.add_all([story, *lines])


def noise(width, height, length):
    """A photo of nothing, of about so many bytes."""
    from PIL import Image

    picture = Image.merge("RGB", [Image.effect_noise((width, height), 90) for _ in "rgb"])
    for quality in range(95, 5, -3):
        into = BytesIO()
        picture.save(into, "JPEG", quality=quality)
        if into.tell() <= length:
            break
    return into.getvalue() + bytes(max(0, length - into.tell()))


# In a process of its own


def make(app):
    with app.app_context():
        while worker.run_next("bench"):
            pass


def fetch(app):
    """Every byte of it, as it goes out; and each of them is right."""
    with app.app_context(), within("*"):
        (outline,) = db.session.execute(sa.select(Export.outline)).one()
        reader = Reader(unpacked(outline)[0], storage().get, lambda: None)
        with zipfile.ZipFile(BufferedReader(reader, MOST_AT_ONCE)) as zip_:
            assert zip_.testzip() is None
            return {"bytes": reader.size, "files": len(zip_.namelist()), "outline": len(outline)}


def peak():
    """MiB that this process held at most."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


if __name__ == "__main__":
    app, began = _app(sys.argv[2]), time.monotonic()
    found = {"make": make, "fetch": fetch}[sys.argv[1]](app) or {}
    print(json.dumps({"seconds": time.monotonic() - began, "mib": peak(), **found}))
