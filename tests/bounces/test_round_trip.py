"""A mail to nobody, by a real Postfix, back in a real Dovecot, and found there."""

import shutil
import tempfile
import time as clocks
from pathlib import Path

import pytest

from portal.bounces.mailbox import Mailbox
from portal.errors import Refused
from portal.organisations.models import Organisation
from portal.postmaster import gather
from tests.conftest import missing
from tests.lab import mailstack
from tests.lab.mailstack import Provider

BOX = "terug@kok.test"


@pytest.fixture(scope="module")
def provider(tmp_path_factory, authority):
    if program := mailstack.what_is_missing():
        missing(program)
    folder = Path(tempfile.mkdtemp(prefix="portal-mailstack-"))
    folder.chmod(0o755)
    senders = {"portaal@kok.test": "kok", BOX: "kok"}
    try:
        with Provider(folder, "kok.test", authority.server_file(), "geheim", senders).open() as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def by(provider, settings, authority):
    """Mail goes by this provider, and comes back there."""
    settings(
        MAIL_PORT=provider.port, MAIL_USE_TLS=True, MAIL_USERNAME="kok", MAIL_PASSWORD="geheim", MAIL_TIMEOUT=10,
        MAIL_CA_FILE=str(authority.file), BOUNCE_ADDRESS=BOX, BOUNCE_IMAP_SERVER="127.0.0.1",
        BOUNCE_IMAP_PORT=provider.imaps, BOUNCE_IMAP_USE_SSL=True, BOUNCE_IMAP_USERNAME="terug",
        BOUNCE_IMAP_PASSWORD="geheim",
    )  # fmt: skip
    return settings


def looked(command, seconds=20):
    """What the first look finds that finds something."""
    until = clocks.monotonic() + seconds
    while (found := command("outbox", "bounces")) == "Nothing came back.\n" and clocks.monotonic() < until:
        clocks.sleep(0.1)
    return found


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # this is about the mail
@pytest.mark.parametrize("verp", [True, False], ids=["verp", "fixed"])
def test_mail_to_nobody_comes_back(verp, by, put, work, row, save_parent, kok, outbox_command, address_of):
    by(BOUNCE_VERP=verp)
    weg = save_parent(kok, "Wim", "", "Weg", "weg@kok.test")
    arrived, lost = put(to="kantoor@kok.test"), put(account_id=weg.id, to="weg@kok.test")
    work()
    assert (row(arrived).state, row(lost).state) == ("sent", "sent")  # the provider took both
    assert looked(outbox_command) == "1 noted\n"
    mail = row(lost)
    assert (mail.state, mail.bounce_status, row(arrived).state) == ("bounced", "5.1.1", "sent")
    assert "weg@kok.test" not in mail.bounce_text and "User doesn't exist" in mail.bounce_text
    assert address_of(weg) == ("gone", [("address_flagged", "gone")])
    assert outbox_command("outbox", "bounces") == "Nothing came back.\n"
    status = outbox_command("outbox", "status")
    assert (
        "1 sent, 1 bounced" in status
        and f"{lost}  kok  test/letter  bounced" in status
        and "  5.1.1 550 5.1.1" in status
    )


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_what_is_no_report_stays_in_the_mailbox_as_read(by, put, work, app, outbox_command):
    put(to=BOX)
    work()
    assert looked(outbox_command) == "1 other\n"
    with app.app_context(), Mailbox(app.config) as box:
        assert box.unread() == []
        assert box._uid("search", "SEARCH", "SEEN") != [b""]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"BOUNCE_IMAP_PASSWORD": "verkeerd"}, "login: "),
        ({"MAIL_CA_FILE": ""}, "connect: .*certificate verify failed"),
        ({"BOUNCE_IMAP_PORT": 1}, "connect: .*refused"),
    ],
    ids=["password", "certificate", "port"],
)
def test_mailbox_that_cannot_be_read_says_why(wrong, says, by, outbox_command):
    by(**wrong)
    with pytest.raises(Refused, match=says):
        outbox_command("outbox", "bounces")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("password", "expected"), [("geheim", "bounces.good"), ("verkeerd", "bounces.unreadable")])
def test_doctor_looks_whether_the_mailbox_can_be_read(password, expected, by, kok, inside):
    by(BOUNCE_IMAP_PASSWORD=password, DNS_SERVER="127.0.0.1:1")
    with inside(kok) as session:
        organisation = session.get(Organisation, kok.id)
        setup, server = gather.setup_of(organisation)
        found = gather.examine(setup, gather.texts_of(organisation), server)
    assert expected in [finding.code for finding in found]
