"""The queue: who comes first, what comes too late, and that two workers never settle one mail."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from portal import db as database
from portal.db import EVERYWHERE, db, within
from portal.outbox import actions, worker
from portal.outbox.actions import enqueue
from portal.outbox.models import BULK, Mail
from portal.outbox.rules import Verdict

LEASE = timedelta(seconds=60)


@pytest.fixture
def everywhere(app):
    """Runs in a session of its own that sees all organisations, and commits."""

    def run(what, *values, **options):
        with app.app_context(), within(EVERYWHERE):
            answer = what(*values, **options)
            db.session.commit()
            return answer

    return run


def recipients(relay):
    return [recipient for _, recipient, _ in relay.seen]


def test_what_a_parent_waits_for_overtakes_an_import(relay, put, work, time):
    for number in range(3):
        put(to=f"import{number}@voorbeeld.nl", priority=BULK)
        time.move(seconds=1)
    time.move(minutes=5)
    put(to="anna@voorbeeld.nl")
    time.move(seconds=1)
    put(to="piet@voorbeeld.nl")
    time.move(seconds=1)
    work(limit=3)
    assert recipients(relay) == ["anna@voorbeeld.nl", "piet@voorbeeld.nl", "import0@voorbeeld.nl"]


def test_mail_waits_until_it_is_due(relay, put, work, time):
    put(due_at=time.now + timedelta(minutes=10))
    assert work() == 0
    time.move(minutes=10)
    assert work() == 1


def test_mail_that_comes_too_late_expires(relay, put, row, work, time):
    mail_id = put(lives=timedelta(hours=1), address="anna@voorbeeld.nl")
    time.move(hours=1)
    assert work() == 0
    assert (row(mail_id).state, row(mail_id).address, relay.seen) == ("expired", "", [])


def test_mail_expires_on_time_while_no_server_listens(settings, put, row, work, time):
    settings(MAIL_PORT=1)
    late, early = put(lives=timedelta(hours=1)), put()
    time.move(hours=1)
    work()
    assert (row(late).state, row(early).state) == ("expired", "new")


def test_mail_that_keeps_failing_expires_on_time(relay, put, row, work, time, monkeypatch):
    monkeypatch.setattr("random.random", lambda: 0.5)  # tries after 0, 30 and 150 seconds; the next would be at 450
    relay.script["RCPT"] = ["451 4.7.1 later"] * 20
    mail_id = put(lives=timedelta(minutes=4))
    for _ in range(9):
        work()
        time.move(seconds=30)
    assert (row(mail_id).state, row(mail_id).due_at) == ("expired", row(mail_id).expires_at)
    assert relay.seen == []


def test_mail_of_a_worker_that_died_is_taken_over_after_its_lease(relay, put, row, work, time, everywhere, kok):
    mail_id = put()
    claimed = everywhere(actions.claim, "died", LEASE, of=[kok.id])
    assert (claimed.mail_id, row(mail_id).state) == (mail_id, "busy")
    time.move(seconds=60)
    assert work() == 0
    time.move(seconds=1)
    assert work() == 1
    assert (row(mail_id).state, row(mail_id).tries) == ("sent", 2)
    assert row(mail_id).stamped_at == claimed.stamped_at


def test_worker_that_lost_its_mail_writes_nothing(relay, put, row, work, time, everywhere, kok):
    mail_id = put()
    claimed = everywhere(actions.claim, "slow", LEASE, of=[kok.id])
    time.move(minutes=2)
    work()
    before = row(mail_id)
    for verdict in Verdict:
        assert not everywhere(actions.settle, claimed, verdict, 550, "too late")
    after = row(mail_id)
    assert (after.state, after.smtp_code, after.updated_at) == ("sent", 250, before.updated_at)


def test_worker_that_lost_its_mail_sends_nothing(relay, put, app, time, kok, monkeypatch, caplog):
    put()
    claim = actions.claim

    def slow_claim(*values, **options):
        claimed = claim(*values, **options)
        db.session.commit()
        time.move(minutes=10)
        assert claim("quick", LEASE, of=[kok.id]) is not None
        return claimed

    with app.app_context():
        sender = worker.Worker()
        monkeypatch.setattr(actions, "claim", slow_claim)
        sender.send_one()
        sender.hang_up()
    assert relay.seen == []
    assert "taken over" in caplog.text


def test_two_workers_never_take_the_same_mail(app, put, everywhere, time, kok):
    put(), put()
    second = []
    taker = threading.Thread(target=lambda: second.append(everywhere(actions.claim, "second", LEASE, of=[kok.id])))
    with app.app_context(), within(EVERYWHERE):
        first = actions.claim("first", LEASE, of=[kok.id])
        taker.start()
        taker.join(0.5)
        # PostgreSQL steps over the mail that is being taken; SQLite lets one writer in at a time.
        assert taker.is_alive() == (db.engine.dialect.name == "sqlite")
        db.session.commit()
        taker.join(10)
    assert {first.owner, second[0].owner} == {"first", "second"}
    assert first.mail_id != second[0].mail_id


def test_two_workers_send_every_mail_once(relay, put, app, time):
    addresses = {f"parent{number}@voorbeeld.nl" for number in range(40)}
    for address in addresses:
        put(to=address)

    def work():
        with app.app_context():
            while worker.run_once():
                pass

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(recipients(relay)) == sorted(addresses)
    assert relay.connections >= 2


def test_rollback_leaves_no_mail(app, kok, work, relay):
    with app.app_context(), within(kok.id):
        enqueue("test/letter", timedelta(hours=1))
        db.session.flush()
        db.session.rollback()
    assert work() == 0


def test_row_holds_no_secret(relay, put, work, app, time):
    relay.script["DOT"] = ["451 4.3.0 later"]
    put()
    rows = []
    for _ in range(2):
        work()
        time.move(hours=1)
        with app.app_context(), within(EVERYWHERE):
            rows.append(str(db.session.execute(sa.select(Mail.__table__)).mappings().all()))
    secrets = [content.decode().replace("=\r\n", "").split("/herstel/")[1].split()[0] for *_, content in relay.seen]
    assert len(set(secrets)) == 2
    for secret in [*secrets, "ABCD-EFGH"]:
        assert not any(secret in stored for stored in rows)


def test_idle_worker_only_looks(app, relay, put, work, time):
    put(due_at=time.now + timedelta(hours=1))
    statements = []
    with app.app_context():
        engine = db.engine

        def note(connection, cursor, statement, *_):
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            assert work() == 0
        finally:
            event.remove(engine, "before_cursor_execute", note)
    assert statements
    assert all(statement == "BEGIN" or statement.startswith("SELECT") for statement in statements)
    assert relay.connections == 0


def test_idle_worker_does_not_wait_for_a_writer(app, relay, put, work, time):
    put(due_at=time.now + timedelta(hours=1))
    with app.app_context(), database.writing():
        db.session.execute(sa.delete(Mail.__table__).where(sa.false()))
        assert work() == 0


def test_nothing_of_one_mail_is_left_for_the_next(relay, put, work):
    from flask import g

    from portal.outbox.actions import prepare_with
    from tests.outbox.letters import letter

    left_behind = []

    def careless(mail, organisation, moment):
        left_behind.append((g.get("mail"), len(db.session.identity_map)))
        g.mail = mail.id
        return letter(mail, organisation, moment)

    prepare_with("test/careless", careless)
    put(kind="test/careless"), put(kind="test/careless")
    work()
    assert left_behind == [(None, 2), (None, 2)]


def test_what_was_sent_is_written_down_though_the_database_was_away(relay, put, row, app, time, monkeypatch):
    mail_id = put()
    settle, away = actions.settle, [OperationalError("", {}, Exception()), OperationalError("", {}, Exception())]

    def flaky(*values):
        if away:
            raise away.pop()
        return settle(*values)

    monkeypatch.setattr(actions, "settle", flaky)
    monkeypatch.setattr(worker, "POLL", 0.01)
    with app.app_context():
        worker.run_once()
    assert row(mail_id).state == "sent"
    assert len(relay.seen) == 1


def test_worker_survives_a_database_that_is_away(relay, put, row, app, time, monkeypatch, caplog):
    mail_id, stop, looks = put(), threading.Event(), []
    statement = "SELECT 1 -- " + "@".join(("anna", "voorbeeld.nl"))
    due = worker.Worker._due

    def flaky(self):
        looks.append(1)
        if len(looks) == 1:
            raise OperationalError(statement, {}, Exception("gone"))
        if len(looks) == 3:
            stop.set()
        return due(self)

    monkeypatch.setattr(worker.Worker, "_due", flaky)
    monkeypatch.setattr(worker, "AFTER_A_FAULT", 0.01)
    with app.app_context():
        worker.run(stop)
    assert row(mail_id).state == "sent"
    assert "stumbled" in caplog.text
    assert "anna@voorbeeld.nl" not in caplog.text


def test_worker_stops_when_its_parent_is_gone(relay, put, row, app, time):
    mail_id = put()
    with app.app_context():
        worker.run(threading.Event(), parent=2**22)
    assert row(mail_id).state == "new"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_chore_that_stumbles_or_never_ends_keeps_no_other_from_its_turn(app, monkeypatch, caplog):
    stop, turns = threading.Event(), []

    def breaks(_owner):
        raise ValueError

    def endless(_owner):
        return True

    def last(_owner):
        turns.append(1)
        if len(turns) == 3:
            stop.set()
        return True

    monkeypatch.setattr(worker.actions, "CHORES", [breaks, endless, last])
    with app.app_context():
        worker.run(stop)
    assert len(turns) == 3
    assert caplog.text.count("a chore of the worker stumbled") == 1, "it rests after a fault"
