"""A mail set-up from nothing to a mail that came, at a provider with a real Postfix and a real Dovecot."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.lab import mailstack
from tests.lab.mailstack import Provider
from tests.postmaster.zones import at, with_zone

SETTINGS, REPORT = "/beheer/e-mail/instellingen", "/beheer/e-mail/controle"


@pytest.fixture
def provider(authority):
    if program := mailstack.what_is_missing():
        missing(program)
    folder = Path(tempfile.mkdtemp(prefix="portal-mailstack-"))
    folder.chmod(0o755)
    certificate = authority.server_file(days=60)
    try:
        with Provider(folder, "kok.test", certificate, "geheim", {"portaal@kok.test": "kok"}).open() as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # this is about the mail
def test_from_nothing_to_a_mail_that_came(provider, time, settings, internet, signing_keys, office):
    time.set(datetime.now(UTC))  # that of the mail server
    internet(with_zone(at=at("v=spf1 ip4:127.0.0.1 -all")))
    manager = office("manager")
    form = {
        "sender": "portaal@kok.test", "host": "127.0.0.1", "port": provider.port, "security": "starttls",
        "username": "kok", "password": "geheim", "to": "kantoor@kok.test",
    }  # fmt: skip
    manager.get(SETTINGS)
    page = manager.post(SETTINGS, 422, **{**form, "password": "verkeerd"})
    assert "kent deze gebruikersnaam met dit wachtwoord niet. De server zegt: 535 5.7.8" in page.seen
    page = manager.post(SETTINGS, 422, **{**form, "sender": "directie@kok.test"})
    assert "neemt geen e-mail aan van directie@kok.test. De server zegt: 553 5.7.1" in page.seen
    page = manager.post(SETTINGS, 422, **{**form, "username": "", "password": ""})
    assert "wil weten wie wij zijn" in page.seen
    page = manager.follow(manager.post(SETTINGS, **form))
    assert "De server nam de testmail aan, en zegt: 250 2.0.0 Ok: queued as" in page.seen
    came = provider.mail_of("kantoor")
    manager.get(f"{REPORT}/testmail")
    page = manager.follow(manager.post(f"{REPORT}/testmail", files={"source": ("testmail.eml", came)}))
    assert "Uw e-mail staat goed ingesteld" in page.seen
    assert "Uw testmail kwam goed aan, met een handtekening die klopt" in page.seen
