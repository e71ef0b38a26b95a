"""A mail server with a script, and the rows of the outbox."""

from datetime import timedelta

import pytest

from portal.db import EVERYWHERE, db, within
from portal.outbox import worker
from portal.outbox.actions import enqueue
from portal.outbox.models import Mail
from tests.outbox import letters
from tests.outbox.certificates import Authority
from tests.outbox.relay import Relay

FIVE_HOURS = timedelta(hours=5)
SETTINGS = {
    "MAIL_SERVER": "127.0.0.1", "MAIL_USE_TLS": False, "MAIL_USE_SSL": False, "MAIL_USERNAME": "", "MAIL_PASSWORD": "",
    "MAIL_CA_FILE": "", "MAIL_TIMEOUT": 1, "MAIL_DEFAULT_SENDER": "portaal@portaal.test",
}  # fmt: skip

letters.init_app(None)


@pytest.fixture
def settings(app, monkeypatch):
    """settings(MAIL_PORT=25) for this test only."""

    def use(**values):
        for name, value in values.items():
            monkeypatch.setitem(app.config, name, value)

    use(**SETTINGS)
    return use


@pytest.fixture
def relay(settings):
    with Relay() as relay:
        settings(MAIL_PORT=relay.port)
        yield relay


@pytest.fixture
def put(inside, kok):
    """put(to="piet@voorbeeld.nl") is a mail in the outbox of Kok; gives its id."""

    def put_one(kind="test/letter", organisation=None, to="anna@voorbeeld.nl", lives=FIVE_HOURS, **values):
        params = {"to": to, **values.pop("params", {})}
        with inside(organisation or kok):
            return enqueue(kind, lives, params=params, **values).id

    return put_one


@pytest.fixture
def row(app):
    """The row of a mail, as it stands now."""

    def read(mail_id):
        with app.app_context(), within(EVERYWHERE):
            found = db.session.get(Mail, mail_id)
            db.session.expunge(found)
            return found

    return read


@pytest.fixture
def work(app, time):
    """The worker sends what is due; how many mails it tried."""

    def run_once(**options):
        with app.app_context():
            return worker.run_once(**options)

    return run_once


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))
