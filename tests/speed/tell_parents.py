"""How long the worker takes to see what is new at six in the evening for 1,000 families, and to write the mails."""

import tempfile
import time
from datetime import date, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa

from portal import clock, create_app
from portal import db as database
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.consent.models import Consent, ConsentPurpose
from portal.consent.rules import PHOTO_TOGETHER
from portal.db import EVERYWHERE, db, within
from portal.diary.models import DiaryChild, DiaryEntry
from portal.files.models import File
from portal.notices import worker
from portal.notices.models import Notice
from portal.organisations.actions import add_organisation
from portal.organisations.models import Group, Location
from portal.photos.models import Photo, PhotoChild, PhotoFile
from tests import postgresql

FAMILIES, A_DAY, ON_ONE = 1_000, 5, 3  # photos of a child on this day, and children on a photo
NOW = datetime(2026, 11, 23, 18, 0, 1, tzinfo=clock.AMSTERDAM)


def measure():
    """Gives (database, seconds, statements, mails)."""
    yield "SQLite", *_on("")
    if postgresql.binaries():
        with postgresql.server() as database_named:
            yield "PostgreSQL", *_on(database_named("notices"))


def _on(uri):
    environ = {"PORTAL_INSTANCE": tempfile.mkdtemp(prefix="portal-notices-"), "PORTAL_HASHES_PER_SECOND": "10000"}
    app = create_app({**environ, **({"PORTAL_SQLALCHEMY_DATABASE_URI": uri} if uri else {})})
    before, clock.now = clock.now, lambda: NOW - timedelta(hours=9)
    try:
        with app.app_context():
            database.migrate()
            kok = add_organisation(
                "Kok", "kok", "https://kok.test", "kantoor@kok.test", "010-1234567", "portaal@kok.test"
            )
            db.session.commit()
            worker.run_next("speed")
            clock.now = lambda: NOW - timedelta(hours=4)
            with within(kok.id):
                _fill(kok.id)
                db.session.commit()
            clock.now = lambda: NOW
            return _measured()
    finally:
        clock.now = before


def _measured():
    seen = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    began = time.perf_counter()
    worker.run_next("speed")
    took = time.perf_counter() - began
    with within(EVERYWHERE):
        return took, len(seen), db.session.scalar(sa.select(sa.func.count(Notice.id)))


def _fill(organisation_id):
    """Families of two parents and a child, all of whom may be seen together."""
    rows = {
        model: []
        for model in (
            Person,
            Child,
            Account,
            Guardianship,
            Consent,
            Photo,
            File,
            PhotoFile,
            PhotoChild,
            DiaryEntry,
            DiaryChild,
        )
    }

    def add(model, **values):
        rows[model].append({"id": uuid4(), "organisation_id": organisation_id, **values})
        return rows[model][-1]["id"]

    place = Location(organisation_id=organisation_id, name="Kok")
    place = db.session.scalars(sa.select(Location)).first() or place
    group = Group(organisation_id=organisation_id, location_id=place.id, name="De Vlinders")
    db.session.add(group)
    db.session.flush()
    children = []
    for number in range(FAMILIES):
        person = add(Person, given_name=f"K{number}", family_name="Kind", birth_date=date(2024, 1, 1))
        children.append(add(Child, person_id=person, group_id=group.id))
        for parent in ("a", "b"):
            person, email = (
                add(Person, given_name="O", family_name="Ouder", birth_date=None),
                f"{parent}{number}@voorbeeld.nl",
            )
            account = add(Account, person_id=person, email=email, email_key=email, status="active")
            link = {"role": "custody", "can_decide": True, "can_see_daily": True}
            add(Guardianship, child_id=children[-1], person_id=person, **link)
            add(Consent, child_id=children[-1], purpose_id=PURPOSE, person_id=person, value=True)
    for number, child in enumerate(children):
        written = {"group_id": group.id, "author_id": account, "day": NOW.date(), "body": "Zand."}
        entry = add(DiaryEntry, **written, state="published", published_at=clock.now())
        add(DiaryChild, entry_id=entry, child_id=child, day=NOW.date(), is_shown=True)
        for _ in range(A_DAY if number % ON_ONE == 0 else 0):
            photo = add(Photo, group_id=group.id, uploaded_by=account, taken_at=clock.now(), sha256="", status="ready")
            file = add(
                File,
                kind="photo",
                name="",
                key=uuid4().hex,
                media_type="image/jpeg",
                size=1,
                width=1,
                height=1,
                fingerprint=uuid4().hex,
            )
            add(PhotoFile, photo_id=photo, size="klein", file_id=file)
            for each in children[number : number + ON_ONE]:
                add(PhotoChild, photo_id=photo, child_id=each)
    db.session.add(
        ConsentPurpose(id=PURPOSE, organisation_id=organisation_id, code=PHOTO_TOGETHER, version=1, name="", text="")
    )
    db.session.flush()
    for model, values in rows.items():
        db.session.execute(sa.insert(model), values)
    db.session.execute(sa.text("ANALYZE"))


PURPOSE = uuid4()

if __name__ == "__main__":
    for each in measure():
        print(*each)
