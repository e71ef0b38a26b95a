"""python -m tests.outbox.kill_worker [--postgresql URI]: kill -9 the mail worker forty times while 400 mails flow.

Passes when every mail arrived, no more copies arrived than there were kills, and copies are the same to the byte.
"""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import sqlalchemy as sa

from portal import create_app
from portal import db as database
from portal.db import EVERYWHERE, db, within
from portal.organisations.actions import add_organisation
from portal.organisations.queries import organisation_named
from portal.outbox.actions import enqueue
from portal.outbox.models import Mail
from tests.outbox.relay import Relay

ROOT = Path(__file__).parents[2]
MAILS, KILLS = 400, 40
LONGEST = 180  # seconds; a mail whose worker was killed waits 35 of them for its lease


class Sink(Relay):
    """Takes its time before and after it has a mail for good, so that kills hit both sides of that moment."""

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(random.uniform(0, 0.04))
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(random.uniform(0, 0.04))
        return answer


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--postgresql", default="", metavar="URI", help="instead of SQLite; an empty database")
    uri = options.parse_args().postgresql
    with tempfile.TemporaryDirectory() as instance, Sink() as sink:
        environ = {
            "PORTAL_INSTANCE": instance, "PORTAL_SQLALCHEMY_DATABASE_URI": uri, "PORTAL_MAIL_SERVER": "127.0.0.1",
            "PORTAL_MAIL_PORT": str(sink.port), "PORTAL_MAIL_USE_TLS": "false", "PORTAL_MAIL_TIMEOUT": "1",
            "PORTAL_EXTENSIONS": "tests.outbox.letters",
        }  # fmt: skip
        app = create_app(environ)
        began = time.monotonic()
        with app.app_context():
            database.migrate()
            _put(MAILS // 2)
            kills = _kill_again_and_again(environ, sink)
            _let_it_finish(environ, sink)
            states = _states()
            db.engine.dispose()
        sys.exit(_verdict(sink.seen, states, kills, time.monotonic() - began))


def _put(number):
    organisation = organisation_named("kok") or add_organisation(
        "Kok Kinderopvang", "kok", "https://kok.test", "kantoor@kok.test", "010-1234567", "portaal@kok.test"
    )
    with within(organisation.id):
        for _ in range(number):
            mail = enqueue("test/letter", timedelta(hours=5))
            mail.params = {"to": f"{mail.id.hex}@voorbeeld.nl"}
        db.session.commit()


def _kill_again_and_again(environ, sink):
    kills = 0
    while kills < KILLS:
        seen = len(sink.seen)
        worker = _worker(environ)
        while len(sink.seen) == seen and worker.poll() is None:
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.3))
        assert worker.poll() is None, "the worker stopped by itself"
        worker.kill()
        worker.wait()
        kills += 1
        _put(MAILS // 2 // KILLS)
    return kills


def _worker(environ):
    command = [sys.executable, "-m", "portal", "outbox", "run", "--parent", str(os.getpid())]
    return subprocess.Popen(command, env={**os.environ, **environ}, cwd=ROOT, stderr=subprocess.DEVNULL)


def _let_it_finish(environ, sink):
    worker, end = _worker(environ), time.monotonic() + LONGEST
    while set(_states()) != {"sent"} and time.monotonic() < end:
        time.sleep(0.5)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0, "the worker did not stop in peace"


def _states():
    with within(EVERYWHERE):
        rows = db.session.execute(sa.select(Mail.state, sa.func.count()).group_by(Mail.state)).all()
        db.session.rollback()
    return dict(rows)


def _verdict(seen, states, kills, seconds):
    copies = defaultdict(list)
    for _, recipient, content in seen:
        copies[recipient].append(content)
    extra = sum(len(contents) - 1 for contents in copies.values())
    different = sum(len(set(contents)) > 1 for contents in copies.values())
    renamed = sum(len({message_from_bytes(c)["Message-ID"] for c in contents}) > 1 for contents in copies.values())
    lost = MAILS - len(copies)
    is_good = not lost and extra <= kills and not different and not renamed and states == {"sent": MAILS}
    rows = {
        "mails": MAILS, "kills (SIGKILL)": kills, "lost": lost, "second copies": extra, "copies that differ": different,
        "copies with another Message-ID": renamed, "rows": states, "seconds": round(seconds), "passed": is_good,
    }  # fmt: skip
    for name, value in rows.items():
        print(f"{name:32} {value}")
    return 0 if is_good else 1


if __name__ == "__main__":
    main()
