"""The access log is only ever added to, and shows when somebody changed it behind the portal's back."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.audit import actions, queries, rules
from portal.audit.actions import record
from portal.audit.models import AccessLog
from portal.audit.rules import Break
from portal.db import EVERYWHERE, db, within
from portal.outbox import worker


@pytest.fixture
def broken(app):
    """broken(kok) gives the first broken line of its changes, or None."""

    def look(organisation, chain="changes"):
        with app.app_context(), within(organisation.id):
            return queries.first_break_of(chain)

    return look


def lines(session, chain="changes"):
    statement = sa.select(AccessLog).where(AccessLog.chain == chain).order_by(AccessLog.number)
    return session.scalars(statement).all()


def test_lines_are_numbered_and_chained_per_organisation(write, inside, broken, kok, zon):
    write(kok, "login", "child_seen", "login")
    write(zon, "login")
    write(kok, "password_changed", "reset_asked")
    with inside(kok) as session:
        assert [(line.number, line.action) for line in lines(session)] == [
            (1, "login"), (2, "login"), (3, "password_changed"),
        ]  # fmt: skip
        assert [(line.number, line.action) for line in lines(session, "views")] == [(1, "child_seen")]
        assert len({line.hash for line in session.scalars(sa.select(AccessLog))}) == 5
    with inside(zon) as session:
        assert [line.number for line in lines(session)] == [1]
    assert [broken(kok), broken(kok, "views"), broken(kok, "tries"), broken(zon)] == [None] * 4


def test_line_is_written_with_what_it_tells_about_or_not_at_all(app, inside, kok, broken):
    with app.app_context(), within(kok.id):
        record("never", None)
        db.session.rollback()
        db.session.execute(sa.text("SELECT 1"))
        record("never", None)
        db.session.rollback()
        record("login", None)
        assert [line.action for line in lines(db.session)] == ["login"]
        db.session.commit()
        db.session.commit()
    with inside(kok) as session:
        assert [line.action for line in lines(session)] == ["login"]
    assert broken(kok) is None


@pytest.mark.parametrize("statement", ["UPDATE access_log SET detail = 'x'", "DELETE FROM access_log"])
def test_database_refuses_to_change_or_remove_a_line(app, write, kok, broken, statement):
    write(kok, "login")
    with app.app_context(), within(EVERYWHERE):
        db.session.execute(sa.select(AccessLog.id))
        with pytest.raises(sa.exc.DBAPIError, match="a line of the access log is"):
            db.session.execute(sa.text(statement))
        db.session.rollback()
    assert broken(kok) is None


BREAKS = [
    ("UPDATE access_log SET detail = 'x' WHERE number = 3", Break(3, "changed")),
    ("UPDATE access_log SET actor_id = id WHERE number = 1", Break(1, "changed")),
    ("UPDATE access_log SET created_at = '2020-01-01 00:00:00' WHERE number = 2", Break(2, "changed")),
    ("DELETE FROM access_log WHERE number = 1", Break(1, "removed")),
    ("DELETE FROM access_log WHERE number IN (2, 3)", Break(2, "removed")),
    ("DELETE FROM access_log WHERE number = 4", Break(4, "removed")),
    ("DELETE FROM access_log", Break(1, "removed")),
    ("UPDATE access_log SET number = 5 WHERE number = 4", Break(4, "removed")),
    ("UPDATE access_log_chain SET number = 3", Break(3, "changed")),
    ("UPDATE access_log_chain SET hash = purged_hash", Break(4, "changed")),
    ("UPDATE access_log_chain SET purged = 2", Break(1, "put back")),
    ("DELETE FROM access_log_chain", Break(1, "cut loose")),
]


@pytest.mark.parametrize(("statement", "found"), BREAKS, ids=[statement for statement, _ in BREAKS])
def test_first_broken_line_is_named(write, break_in, broken, kok, statement, found):
    write(kok, "login", "login", "session_ended", "login")
    assert broken(kok) is None
    break_in(statement)
    assert broken(kok) == found


def test_line_put_in_behind_the_last_one_is_found(write, inside, broken, kok):
    write(kok, "login")
    with inside(kok) as session:
        (last,) = lines(session)
        values = {name: getattr(last, name) for name in rules.Line._fields}
        forged = rules.Line(**{**values, "id": kok.id, "number": 2})
        session.execute(sa.insert(AccessLog), [{**forged._asdict(), "hash": rules.sealed(forged, last.hash)}])
    assert broken(kok) == Break(2, "added")


def test_many_who_write_at_once_make_one_chain(app, kok, inside, broken):
    """The first line of a chain and the next ones, from four threads; a barrier lets them begin together."""
    start, faults = threading.Barrier(4), []

    def work(number):
        try:
            with app.app_context(), within(kok.id):
                start.wait(10)
                for _ in range(5):
                    record("login", None, detail=str(number))
                    record("child_seen", None)
                    db.session.commit()
                db.session.remove()
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    with inside(kok) as session:
        assert [line.number for line in lines(session)] == list(range(1, 21))
    assert broken(kok) is None and broken(kok, "views") is None


def test_old_lines_go_and_the_rest_can_still_be_verified(app, write, inside, broken, kok, zon, time):
    write(kok, "login", "child_seen", "reset_asked")
    write(zon, "login")
    time.move(days=8)
    write(kok, "login", "child_seen", "reset_asked")

    def sweep():
        worker._sweep(app)
        with inside(kok) as session:
            return {chain: [line.number for line in lines(session, chain)] for chain in rules.KEPT}

    assert sweep() == {"changes": [1, 2], "views": [1, 2], "tries": [2]}
    time.move(days=176)
    assert sweep() == {"changes": [1, 2], "views": [2], "tries": []}
    time.move(days=182)
    assert sweep() == {"changes": [2], "views": [], "tries": []}
    write(kok, "login", "child_seen", "reset_asked")
    assert sweep() == {"changes": [2, 3], "views": [3], "tries": [3]}
    assert [broken(kok, chain) for chain in rules.KEPT] == [None] * 3
    assert broken(zon) is None


def test_a_sweep_takes_away_so_much_and_the_next_one_the_rest(app, write, broken, kok, time, monkeypatch):
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 2)
    write(kok, "login", "login", "login")
    time.move(days=366)
    with app.app_context(), within(EVERYWHERE):
        for gone in (2, 1, 0):
            assert actions.purge() == gone
            db.session.commit()
            assert broken(kok) is None


def test_nobody_can_take_away_what_is_not_old_by_moving_its_age(app, write, broken, kok, time):
    """What a purge removes is decided by the first line that is young: a clock that jumped cannot open a hole."""
    write(kok, "login")
    time.move(days=-400)
    write(kok, "login")
    time.move(days=400)
    with app.app_context(), within(EVERYWHERE):
        assert actions.purge() == 0
    assert broken(kok) is None


def test_what_is_kept_how_long():
    assert {
        "changes": timedelta(days=365), "views": timedelta(days=183), "tries": timedelta(days=7),
    } == rules.KEPT  # fmt: skip
