"""When the worker looks in the mailbox: once in a while, and less often while that fails."""

import pytest

from portal.bounces import worker
from portal.bounces.mailbox import NoMailbox
from tests.bounces.samples import PERSON, report


@pytest.fixture
def turn(app, box, settings, monkeypatch):
    """turn(seconds) is a turn of the worker, so much later; whether it may be called again at once."""
    now = [1000.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    for name, value in (("next_look", 0.0), ("failures", 0), ("complaint", "")):
        monkeypatch.setattr(worker._Round, name, value)
    settings(BOUNCE_ADDRESS="terug@portaal.test", BOUNCE_IMAP_SERVER="127.0.0.1", BOUNCE_POLL=60)

    def look(seconds=0):
        now[0] += seconds
        with app.app_context():
            return worker.look_in_mailbox("worker")

    return look


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_worker_looks_once_a_minute_and_goes_on_while_there_is_more(turn, box):
    for _ in range(worker.MOST_AT_ONCE + 1):
        box.put(report(PERSON, "terug@portaal.test"))
    assert turn() is True and len(box.mails) == 1
    assert turn() is False and len(box.mails) == 0
    box.put(report(PERSON, "terug@portaal.test"))
    assert turn(59) is False and len(box.mails) == 1
    assert turn(1) is False and len(box.mails) == 0


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_worker_says_once_that_the_mailbox_cannot_be_read(turn, box, monkeypatch, caplog):
    looks = []

    def broken(_box):
        looks.append(1)
        raise NoMailbox("login", "no")

    monkeypatch.setattr(type(box), "unread", broken)
    for seconds, expected in ((0, 1), (119, 1), (1, 2), (239, 2), (1, 3), (899, 4), (900, 5), (900, 6)):
        assert turn(seconds) is False
        assert len(looks) == expected, seconds
    assert [record.message for record in caplog.records] == ["the mailbox for returned mail cannot be read: login: no"]
    monkeypatch.undo()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_without_a_mailbox_nobody_looks(turn, box, settings):
    settings(BOUNCE_IMAP_SERVER="")
    box.put(report(PERSON, "terug@portaal.test"))
    assert turn() is False and len(box.mails) == 1
