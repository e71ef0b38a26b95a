"""A small internet for the doctor: our own name server, and mail servers that misbehave."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import keys
from portal.outbox.models import MailServer, SigningKey
from tests.lab.dns import Dns
from tests.outbox.certificates import Authority
from tests.postmaster import zones


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def settings(app, monkeypatch, authority):
    """settings(MAIL_PORT=25) for this test only. There is no mail server, unless a test says so."""

    def use(**values):
        for name, value in values.items():
            monkeypatch.setitem(app.config, name, value)

    use(MAIL_SERVER="", MAIL_PORT=587, MAIL_USE_TLS=True, MAIL_USE_SSL=False, MAIL_USERNAME="", MAIL_PASSWORD="")
    use(MAIL_CA_FILE=str(authority.file), MAIL_TIMEOUT=2, MAIL_PRIVATE_SERVERS=True, DNS_SERVER="")
    return use


@pytest.fixture(scope="session")
def name_server():
    with Dns({}).open() as server:
        yield server


@pytest.fixture
def internet(settings, name_server):
    """internet(zone) makes this all that the DNS knows; gives the name server."""
    settings(DNS_SERVER=f"127.0.0.1:{name_server.port}")

    def know(zone):
        name_server.zone = zone
        name_server.asked.clear()
        return name_server

    know({})
    return know


@pytest.fixture
def own_server(inside):
    """own_server(kok, port, "geheim") is the mail server of Kok, on this machine."""

    def use(organisation, port, password="", security="starttls", host="127.0.0.1"):
        with inside(organisation) as session:
            row = session.scalars(sa.select(MailServer)).one_or_none() or MailServer(organisation_id=organisation.id)
            row.host, row.port, row.security, row.username = host, port, security, "kok" if password else ""
            row.kept_password = keys.encrypt("mail server", password) if password else ""
            session.add(row)

    return use


@pytest.fixture
def signing_keys(inside, kok, time):
    """The keys of `tests.postmaster.zones`, in use for a day."""
    with inside(kok) as session:
        for key in (zones.RSA, zones.ED):
            private = zones.PAIRS[key.algorithm][0]
            session.add(
                SigningKey(
                    organisation_id=kok.id, domain=key.domain, selector=key.selector, algorithm=key.algorithm,
                    kept_private=keys.encrypt("signing key", private), public=key.public,
                    signs_from=time.now - timedelta(days=1),
                )
            )  # fmt: skip
