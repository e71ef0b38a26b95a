"""What receivers do with our mail: spam filters with our own name server, and a mailbox of signed mails."""

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from portal.config import BY_NAME
from portal.outbox import signing
from tests.conftest import missing
from tests.lab.dns import Dns
from tests.lab.filters import Client, Rspamd, SpamAssassin

DOMAIN, ADDRESS = "kok-opvang.nl", "198.18.7.9"  # a domain that is nobody's, and an address of RFC 2544
HEADERS = BY_NAME["DKIM_HEADERS"].check(BY_NAME["DKIM_HEADERS"].default)
ORGANISATION = {
    "origin": f"https://portaal.{DOMAIN}", "email": f"kantoor@{DOMAIN}", "sender": f"portaal@{DOMAIN}",
}  # fmt: skip


@pytest.fixture(scope="session")
def aligned():
    """A domain with everything right. .zone, .signers, .records and .client: who brings the mail."""
    pairs = {algorithm: signing.new_pair(algorithm) for algorithm in signing.ALGORITHMS}
    records = {
        f"kok-{name}._domainkey.{DOMAIN}": f"v=DKIM1; k={name}; p={public}" for name, (_, public) in pairs.items()
    }
    reverse = ".".join(reversed(ADDRESS.split("."))) + ".in-addr.arpa"
    zone = {
        DOMAIN: [("MX", f"10 mail.{DOMAIN}"), ("A", ADDRESS), ("TXT", f"v=spf1 ip4:{ADDRESS} -all")],
        f"mail.{DOMAIN}": [("A", ADDRESS), ("TXT", "v=spf1 a -all")],
        f"portaal.{DOMAIN}": [("A", ADDRESS)],
        f"_dmarc.{DOMAIN}": [("TXT", "v=DMARC1; p=reject")],
        reverse: [("PTR", f"mail.{DOMAIN}")],
        **{name: [("TXT", value)] for name, value in records.items()},
    }
    return SimpleNamespace(
        zone=zone,
        records=records,
        signers=[signing.Signer(DOMAIN, f"kok-{name}", name, private) for name, (private, _) in pairs.items()],
        client=Client(ADDRESS, f"mail.{DOMAIN}", f"portaal@{DOMAIN}", "anna@voorbeeld.nl"),
        moment=datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=2),  # filters look at the date
    )


@pytest.fixture(scope="session")
def open_folder():
    """open_folder() is a new folder that also a daemon of another user can reach, and that is not under /tmp."""
    made = []

    def make():
        made.append(Path(tempfile.mkdtemp(prefix="portal-lab-", dir="/var/tmp")))
        made[-1].chmod(0o755)
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def name_server(aligned):
    with Dns(aligned.zone).open() as server:
        yield server


@pytest.fixture(scope="session")
def spamassassin(name_server, open_folder):
    if shutil.which("spamd") is None:
        missing("SpamAssassin (apt-get install spamassassin spamd)")
    with SpamAssassin(open_folder(), name_server.port).open() as running:
        yield running


@pytest.fixture(scope="session")
def rspamd(name_server, open_folder):
    if shutil.which("rspamd") is None:
        missing("rspamd (apt-get install rspamd)")
    with Rspamd(open_folder(), name_server.port).open() as running:
        yield running


@pytest.fixture(scope="session")
def opendkim():
    if shutil.which("opendkim", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        missing("OpenDKIM (apt-get install opendkim)")
