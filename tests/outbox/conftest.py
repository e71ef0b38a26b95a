"""A mail server with a script, and the rows of the outbox."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import keys
from portal.db import EVERYWHERE, db, within
from portal.outbox import signing, worker
from portal.outbox.actions import enqueue
from portal.outbox.models import Mail, MailServer, SigningKey
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


@pytest.fixture
def own_server(settings, authority, inside):
    """own_server(kok, relay, "geheim") makes this relay the mail server of Kok."""
    settings(MAIL_PRIVATE_SERVERS=True, MAIL_CA_FILE=str(authority.file))

    def use(organisation, port, password="", host="127.0.0.1"):
        with inside(organisation) as session:
            row = session.scalars(sa.select(MailServer)).one_or_none() or MailServer(organisation_id=organisation.id)
            row.host, row.port, row.security, row.username = host, port, "starttls", "kok" if password else ""
            row.kept_password = keys.encrypt("mail server", password) if password else ""
            session.add(row)

    return use


@pytest.fixture
def signing_key(inside):
    """signing_key(kok, "rsa", since=…) is a key that signs; gives its record as dkimpy asks for it."""

    def make(organisation, algorithm, since, until=None, domain="kok.test"):
        private, public = PAIRS[algorithm]
        selector = f"kok-{algorithm}-{since:%H%M}" if since else f"kok-{algorithm}-new"
        with inside(organisation) as session:
            session.add(
                SigningKey(
                    organisation_id=organisation.id, domain=domain, selector=selector, algorithm=algorithm,
                    kept_private=keys.encrypt("signing key", private), public=public, signs_from=since,
                    signs_until=until,
                )
            )  # fmt: skip
        return {f"{selector}._domainkey.{domain}.".encode(): f"v=DKIM1; k={algorithm}; p={public}".encode()}

    return make


PAIRS = {algorithm: signing.new_pair(algorithm) for algorithm in signing.ALGORITHMS}


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))
