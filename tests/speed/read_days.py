"""How long a page of the days of two children takes, with a thousand and with a million entries there."""

import statistics
import tempfile
import time
from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from portal import clock, create_app
from portal import db as database
from portal.auth.models import Account, Person
from portal.children.models import Child
from portal.children.queries import children_of
from portal.db import db, within
from portal.demo import actions as demo
from portal.diary import queries
from portal.diary.models import DiaryChild, DiaryEntry, RhythmEntry
from portal.organisations.models import Group, Organisation

SIZES = (1_000, 1_000_000)
ROUNDS = 200
A_DAY, YEARS = 10, 780  # entries of one child on a day, and its days in three years


def measure():
    """(µs with few, µs with many, statements of the page): medians of the CPU time, measured in turns."""
    apps = [_filled(size) for size in SIZES]
    took = [[] for _ in apps]
    for _ in range(ROUNDS):
        for (app, kok), kept in zip(apps, took, strict=True):
            with app.app_context(), within(kok):
                _page()  # what another app left in memory is not counted
                before = time.process_time()
                _page()
                kept.append((time.process_time() - before) * 1e6)
                db.session.rollback()
    app, kok = apps[0]
    with app.app_context(), within(kok):
        statements = _statements()
    return *map(statistics.median, took), statements


def _filled(size):
    app = create_app({"PORTAL_INSTANCE": tempfile.mkdtemp(prefix="portal-days-")})
    with app.app_context():
        database.migrate()
        demo.fill(8000)
        db.session.commit()
        kok = db.session.scalars(sa.select(Organisation.id).where(Organisation.slug == "kok")).one()
        with within(kok):
            _fill(kok, SIZES[0], 0)
            if size > SIZES[0]:
                _fill(kok, size, SIZES[0])
            db.session.execute(sa.text("ANALYZE"))
            db.session.commit()
    return app, kok


def _fill(organisation_id, size, done):
    """Half stories, half rhythm: first of the two children who are read about, then of others, three years each."""
    author = db.session.scalars(sa.select(Account.id).where(Account.role == "groepsleiding")).one()
    group_id = db.session.scalars(sa.select(Group.id)).first()
    own = [child.id for child in children_of(demo._account("anna@voorbeeld.nl").person_id)]
    first = SIZES[0] // len(own) // A_DAY
    days = range(first, YEARS) if done else range(first)
    while done < size:
        child_id = own.pop() if own else _child(organisation_id, group_id)
        _write(organisation_id, author, group_id, child_id, days)
        done += len(days) * A_DAY


def _child(organisation_id, group_id):
    person = Person(organisation_id=organisation_id, given_name="K", family_name="Kind", birth_date=clock.today())
    child = Child(id=uuid4(), organisation_id=organisation_id, person=person, group_id=group_id)
    db.session.add(child)
    db.session.flush()
    return child.id


def _write(organisation_id, author_id, group_id, child_id, days):
    stories, tags, rhythm = [], [], []
    own, now = {"organisation_id": organisation_id}, clock.now()
    for back in [back for back in days for _ in range(A_DAY // 2)]:
        day = clock.today() - timedelta(days=back + 30)
        entry_id = uuid4()
        written = {**own, "group_id": group_id, "author_id": author_id, "day": day}
        stories.append({**written, "id": entry_id, "body": "Zand.", "state": "published", "published_at": now})
        tags.append({**own, "entry_id": entry_id, "child_id": child_id, "day": day, "is_shown": True})
        rhythm.append({**written, "child_id": child_id, "kind": "bottle", "at": now, "amount": 150})
    for model, rows in ((DiaryEntry, stories), (DiaryChild, tags), (RhythmEntry, rhythm)):
        db.session.execute(sa.insert(model), rows)
    db.session.commit()


def _page():
    anna = demo._account("anna@voorbeeld.nl")
    return queries.days_of(anna.person_id, children_of(anna.person_id), clock.today())


def _statements():
    """Of the page itself: the frame asks two, and looking somebody up here is not part of it."""
    seen = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    _page()
    return 2 + sum(each.startswith("SELECT") for each in seen) - sum("account.email = " in each for each in seen)


if __name__ == "__main__":
    print("µs with few, µs with many, statements:", measure())
