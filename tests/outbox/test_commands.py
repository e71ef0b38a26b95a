"""portal outbox status, run and retry; and the demo, which keeps its mails here."""

import json
import os
import signal
import stat
import subprocess
import sys
import time as clocks
from email import message_from_bytes
from pathlib import Path
from uuid import uuid4

import pytest

from portal.db import db
from portal.errors import Refused
from portal.outbox import transport
from tests.outbox.relay import Relay

ROOT = Path(__file__).parents[2]


@pytest.fixture
def portal_command(app):
    """portal_command("outbox", "status") gives what it prints; what it raises is raised here."""

    def run(*words):
        with app.app_context():  # as portal.cli does
            result = app.test_cli_runner().invoke(args=words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return run


def test_status_counts_per_organisation(portal_command, put, kok, zon, relay, work, time):
    put()
    work()
    put(), put(organisation=zon)
    time.move(minutes=3)
    found = json.loads(portal_command("outbox", "status", "--json"))
    assert found["kok"]["sent"] == 1
    assert found["kok"]["new"] == found["zon"]["new"] == 1
    assert found["kok"]["oldest_waiting_seconds"] == 180
    assert "kok: 1 new, 1 sent; the oldest waits for 180 seconds" in portal_command("outbox", "status")


def test_mail_that_is_not_due_does_not_make_the_queue_look_old(portal_command, put, time):
    from datetime import timedelta

    put(due_at=time.now + timedelta(minutes=10))
    assert json.loads(portal_command("outbox", "status", "--json"))["kok"]["oldest_waiting_seconds"] is None


def test_status_of_an_empty_outbox(portal_command):
    assert portal_command("outbox", "status") == "The outbox is empty.\n"


@pytest.mark.parametrize("ending", ["refused", "expired"])
def test_retry_sends_what_was_given_up(ending, portal_command, put, row, relay, work, time, anna):
    mail_id = put(account_id=anna.id)
    if ending == "refused":
        relay.script["RCPT"] = ["550 5.2.2 mailbox full"]
        work()
    else:
        time.move(hours=5)
        work()
    assert row(mail_id).state == ending
    time.move(days=3)
    portal_command("outbox", "retry", str(mail_id))
    assert row(mail_id).expires_at > time.now
    work()
    assert (row(mail_id).state, row(mail_id).stamped_at) == ("sent", time.now)


def test_retry_refuses_what_still_waits_or_was_sent(portal_command, put, relay, work, time, anna):
    mail_id = put(account_id=anna.id)
    with pytest.raises(Refused, match="this one is new"):
        portal_command("outbox", "retry", str(mail_id))
    work()
    with pytest.raises(Refused, match="this one is sent"):
        portal_command("outbox", "retry", str(mail_id))


def test_retry_refuses_a_mail_without_a_reader(portal_command, put, row, relay, work, time):
    mail_id = put(address="someone@voorbeeld.nl")
    time.move(hours=5)
    work()
    with pytest.raises(Refused, match="address of this mail is gone"):
        portal_command("outbox", "retry", str(mail_id))


def test_retry_refuses_an_unknown_mail(portal_command):
    with pytest.raises(Refused, match="There is no mail"):
        portal_command("outbox", "retry", str(uuid4()))


class _SlowRelay(Relay):
    async def handle_DATA(self, server, session, envelope):
        import asyncio

        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.7)
        return answer


def test_worker_that_is_told_to_stop_finishes_its_mail(app, put, row, settings):
    first, second = put(), put()
    with app.app_context():
        uri = db.engine.url.render_as_string(hide_password=False)
    with _SlowRelay() as relay:
        environ = os.environ | {
            "PORTAL_INSTANCE": app.instance_path, "PORTAL_SQLALCHEMY_DATABASE_URI": uri,
            "PORTAL_MAIL_SERVER": "127.0.0.1", "PORTAL_MAIL_PORT": str(relay.port), "PORTAL_MAIL_USE_TLS": "false",
            "PORTAL_EXTENSIONS": "tests.outbox.letters",
        }  # fmt: skip
        command = [sys.executable, "-m", "portal", "outbox", "run", "--parent", str(os.getpid())]
        worker = subprocess.Popen(command, env=environ, cwd=ROOT, stderr=subprocess.DEVNULL)
        end = clocks.monotonic() + 30
        while not relay.seen and clocks.monotonic() < end:
            clocks.sleep(0.01)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
    assert len(relay.seen) == 1
    assert sorted([row(first).state, row(second).state]) == ["new", "sent"]


# The demo


def test_demo_keeps_its_mails_in_a_folder(app, settings, put, row, work, time, tmp_path, monkeypatch):
    settings(DEMO=True, MAIL_SERVER="")
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    mail_id = put()
    assert work() == 1
    assert row(mail_id).state == "sent"
    (path,) = tmp_path.rglob("*.*")
    assert path == tmp_path / "post" / "kok" / f"20261123T093000-{mail_id}.eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert message_from_bytes(path.read_bytes())["To"] == '"Anna de Vries" <anna@voorbeeld.nl>'


def test_no_mail_becomes_a_file_outside_the_demo(app, settings, relay, put, work, tmp_path, monkeypatch):
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    put()
    work()
    assert list(tmp_path.rglob("*")) == []


def test_flask_mail_records_our_messages(app, settings, put, work, time):
    settings(MAIL_SUPPRESS_SEND=True, MAIL_SERVER="")
    put()
    with app.app_context(), transport.mail.record_messages() as recorded:
        work()
    assert [message.subject for message in recorded] == ["Kok Kinderopvang: kies een nieuw wachtwoord"]
