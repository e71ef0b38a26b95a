"""The round of the worker: once, whatever happens to workers, with few statements, and behind account mail."""

import threading
from uuid import uuid4

import pytest
import sqlalchemy as sa

from portal.auth import mails
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.db import db
from portal.notices import actions, worker
from portal.notices.models import Notice, NoticeChoice
from portal.outbox import worker as outbox
from portal.outbox.models import CALM, Mail
from tests.conftest import opened


@pytest.fixture
def families(inside, kok, noor):
    """families(1_000) have each a child in the group of Noor, and chose; gives the children."""

    def save(count, how="evening"):
        with inside(kok) as session:
            children = []
            for number in range(count):
                person = Person(
                    organisation_id=kok.id,
                    given_name=f"K{number}",
                    family_name="Kind",
                    birth_date=noor.person.birth_date,
                )
                parent = Person(organisation_id=kok.id, given_name=f"O{number}", family_name="Ouder")
                child = Child(organisation_id=kok.id, person=person, group_id=noor.group_id)
                email = f"o{number}.{count}@voorbeeld.nl"
                session.add_all([parent, child])
                session.flush()
                link = {"child_id": child.id, "person_id": parent.id, "role": "custody", "can_see_daily": True}
                account = Account(organisation_id=kok.id, person=parent, email=email, email_key=email, status="active")
                session.add_all([Guardianship(organisation_id=kok.id, **link), account])
                session.flush()
                session.add(NoticeChoice(organisation_id=kok.id, account_id=account.id, kind="days", how=how))
                children.append(child)
            session.flush()
            return children

    return save


@pytest.fixture
def made(inside, kok):
    """How many mails about something new there are, and for how many accounts."""

    def count():
        with inside(kok) as session:
            ids = session.scalars(sa.select(Mail.account_id).where(Mail.kind.startswith("notices/"))).all()
            assert len(ids) == len(session.scalars(sa.select(Notice.id)).all())
            return len(ids), len(set(ids))

    return count


def run(app):
    with app.app_context():
        while worker.run_next("test"):
            pass


@pytest.mark.parametrize(("how", "moment"), [("evening", "18:00"), ("once", "10:01")])
def test_round_takes_as_many_statements_for_many_families_as_for_few(
    how, moment, begun, at, photo, story, families, app, made
):
    counts = []
    for day, size in (("2026-11-24", 2), ("2026-11-25", 30)):
        at(f"{day} 10:00")
        for child in families(size, how):
            photo(child), story(child)
        at(f"{day} {moment}")
        with app.app_context():
            sa.event.listen(db.engine, "before_cursor_execute", listen := lambda *args: counts[-1].append(args[2]))
            counts.append([])
            worker.run_next("test")
            sa.event.remove(db.engine, "before_cursor_execute", listen)
    assert len(counts[0]) == len(counts[1]) <= 20, counts[1]
    assert made() == (32, 32)


def test_workers_that_look_at_once_tell_once(begun, at, photo, families, app, made):
    at("10:00")
    for child in families(5):
        photo(child)
    at("18:00")
    threads = [threading.Thread(target=run, args=(app,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made() == (5, 5)


@pytest.mark.parametrize("at_what", ["look", "commit"])
def test_worker_that_dies_in_a_round_told_nobody_and_the_next_tells_all(
    at_what, begun, at, photo, families, app, made, monkeypatch
):
    at("10:00")
    for child in families(3):
        photo(child)
    at("18:00")

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(*((db.session, "commit") if at_what == "commit" else (actions.mails, "notices")), die)
        with pytest.raises(SystemExit):
            run(app)
    assert made() == (0, 0)
    run(app)
    assert made() == (3, 3)


def test_what_goes_wrong_in_one_organisation_keeps_no_other_waiting(
    bram, begun, at, photo, families, app, made, kok, monkeypatch, caplog
):
    at("10:00")
    for child in families(2):
        photo(child)
    tell, seen = actions._tell_news, []

    def stumble(round_, per_minute):
        seen.append(round_.organisation_id)
        if round_.organisation_id != kok.id:
            raise KeyError(kok.email)
        tell(round_, per_minute)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "_tell_news", stumble)
        at("18:00")
        run(app)
        run(app)
    assert made() == (2, 2)
    assert sorted(map(str, seen)) == sorted(map(str, {bram.organisation_id, kok.id})), "and it waits a minute itself"
    assert "KeyError" in caplog.text and kok.email not in caplog.text


def test_flood_of_these_mails_does_not_hold_up_a_password(begun, at, photo, noor, anna, app, inside, kok, post, time):
    at("10:00")
    photo(noor)
    at("18:00")
    with inside(kok):
        due, after = time.now, time.now.replace(hour=8)
        floods = [{"id": uuid4(), "organisation_id": kok.id, "account_id": anna.id} for _ in range(2_000)]
        more = {"kind": "notices/evening", "priority": CALM, "due_at": due, "expires_at": due.replace(hour=19)}
        db.session.execute(sa.insert(Mail), [{**each, **more} for each in floods])
        told = [
            {**each, "id": uuid4(), "mail_id": each["id"], "about": str(number), "after": after, "until": due}
            for number, each in enumerate(floods)
        ]
        db.session.execute(sa.insert(Notice), told)
    time.move(minutes=1)
    with app.app_context():
        assert outbox.run_once(limit=2) == 2
    with inside(kok):
        mails.credentials(anna.id)
        mails.forgot_password(anna.email_key)
    with app.app_context():
        assert outbox.run_once(limit=3) == 3
    kinds = [opened(*each).subject.partition(": ")[2] for each in post.mailbox.messages]
    news = "nieuw in het dagboek"
    assert kinds == [news, news, "kies een nieuw wachtwoord", "uw account staat klaar", news]
