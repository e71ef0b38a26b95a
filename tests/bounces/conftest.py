"""A mail of Anna that left, and what is known of her address."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.auth.models import Account
from portal.bounces import worker
from portal.bounces.mailbox import NoMailbox
from portal.db import EVERYWHERE, db, within
from tests.outbox.conftest import authority, own_server, put, relay, row, settings, work

__all__ = ["authority", "own_server", "put", "relay", "row", "settings", "work"]


@pytest.fixture
def address_of(app):
    """address_of(anna) is the bounce state of her address, and the lines of the log about it."""

    def look(parent):
        with app.app_context(), within(EVERYWHERE):
            lines = sa.select(AccessLog.action, AccessLog.detail).where(AccessLog.account_id == parent.id)
            said = db.session.execute(lines.where(AccessLog.action.like("address_%")).order_by(AccessLog.number))
            return db.session.get(Account, parent.id).bounce_state, [tuple(line) for line in said]

    return look


BOX = "terug@portaal.test"


@pytest.fixture
def sent(relay, put, row, work, settings):
    """sent(anna, verp=True) is a mail that left: its row, and `.to`, where it comes back to."""

    def send(account, verp=True, **values):
        settings(BOUNCE_ADDRESS=BOX, BOUNCE_VERP=verp, BOUNCE_IMAP_SERVER="127.0.0.1", BOUNCE_POLL=60)
        mail_id = put(account_id=account and account.id, **values)
        work()
        assert row(mail_id).state == "sent"
        return SimpleNamespace(id=mail_id, to=relay.seen[-1][0], message_id=row(mail_id).message_id)

    return send


class Box:
    """A mailbox that only this test can reach. `mails` are the unread ones, `left` those that stay as read."""

    def __init__(self):
        self.mails, self.left, self.is_stuck = {}, [], False

    def __call__(self, _config):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def put(self, content):
        self.mails[str(len(self.mails) + 1)] = content

    def unread(self):
        return list(self.mails)

    def content(self, number):
        return self.mails[number]

    def take_away(self, number):
        if self.is_stuck:
            raise NoMailbox("store", "the line broke")
        del self.mails[number]

    def leave(self, number):
        self.left.append(self.mails.pop(number))


@pytest.fixture
def box(monkeypatch):
    box = Box()
    monkeypatch.setattr(worker, "Mailbox", box)
    return box


@pytest.fixture
def look(app, box):
    """look(report, …) puts these in the mailbox, and gives what the worker found there."""

    def once(*contents):
        for content in contents:
            box.put(content)
        with app.app_context():
            return dict(worker.look())

    return once


@pytest.fixture
def outbox_command(app):
    """outbox_command("outbox", "bounces") gives what it prints; what it raises is raised here."""

    def run(*words):
        with app.app_context():
            result = app.test_cli_runner().invoke(args=words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return run
