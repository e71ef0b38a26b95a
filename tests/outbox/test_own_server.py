"""An organisation with a mail server of its own: its mail goes by that one, and its trouble is nobody else's."""

import socket
import threading

import pytest
import sqlalchemy as sa

from portal.outbox import worker
from portal.outbox.models import MailServer
from portal.outbox.smtp import addresses_of
from tests.outbox.relay import Relay


@pytest.fixture
def own_relay(authority):
    with Relay(starttls=authority.server_context(), password="geheim-van-zon") as relay:
        yield relay


def senders(relay):
    return [sender for sender, _, _ in relay.seen]


def test_mail_goes_by_the_server_of_its_organisation(relay, own_relay, own_server, put, row, work, kok, zon):
    own_server(zon, own_relay.port, "geheim-van-zon")
    mails = [put(organisation=organisation) for organisation in (kok, zon, kok, zon)]
    assert work() == 4
    assert senders(relay) == ["portaal@kok.test"] * 2
    assert senders(own_relay) == ["portaal@zon.test"] * 2
    assert {row(mail_id).state for mail_id in mails} == {"sent"}
    assert own_relay.connections == 1


def test_without_a_server_of_the_installation_own_servers_work(
    own_relay, own_server, put, row, work, settings, kok, zon
):
    settings(MAIL_SERVER="")
    own_server(zon, own_relay.port, "geheim-van-zon")
    waiting, going = put(), put(organisation=zon)
    assert work() == 1
    assert (row(waiting).state, row(going).state) == ("new", "sent")


@pytest.fixture
def mute():
    """The port of a server that takes connections and never speaks."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(5)
        yield listening


def test_server_that_hangs_holds_up_no_other_organisation(relay, mute, own_server, put, row, app, settings, zon):
    settings(MAIL_TIMEOUT=60)
    own_server(zon, mute.getsockname()[1])
    stuck = put(organisation=zon)
    stop, arrived = threading.Event(), threading.Event()
    take = relay.handle_DATA

    async def count(server, session, envelope):
        answer = await take(server, session, envelope)
        if len(relay.seen) == 3:
            arrived.set()
        return answer

    relay.handle_DATA = count

    def run():
        with app.app_context():
            worker.run(stop)

    running = threading.Thread(target=run)
    running.start()
    hung, _ = mute.accept()
    for _ in range(3):
        put()
    assert arrived.wait(20)
    assert row(stuck).state == "new"
    stop.set()
    hung.close()
    running.join(20)
    assert not running.is_alive()
    assert senders(relay) == ["portaal@kok.test"] * 3


def test_wrong_password_stops_one_organisation_only(
    relay, own_relay, own_server, put, row, app, time, kok, zon, caplog
):
    own_server(zon, own_relay.port, "niet-het-goede")
    stuck, going = put(organisation=zon), put()
    with app.app_context():
        sender = worker.Worker()
        while sender.send_one():
            pass
        assert (row(stuck).state, row(stuck).tries, row(going).state) == ("new", 0, "sent")
        assert [record.levelname for record in caplog.records if record.name == "portal.outbox"] == ["ERROR"]
        assert "127.0.0.1 waits until the settings are right" in caplog.text
        assert not sender.send_one()
        assert own_relay.connections == 1
        own_server(zon, own_relay.port, "geheim-van-zon")  # put right: nobody waits for a silence to end
        assert sender.send_one()
        sender.hang_up()
    assert row(stuck).state == "sent"
    assert "niet-het-goede" not in caplog.text
    assert "geheim-van-zon" not in caplog.text


def test_password_is_kept_encrypted_and_outlives_a_new_secret_key(
    own_relay, own_server, put, row, work, app, inside, monkeypatch, zon
):
    own_server(zon, own_relay.port, "geheim-van-zon")
    with inside(zon) as session:
        kept = session.scalars(sa.select(MailServer)).one().kept_password
    assert kept and "geheim" not in kept
    old = app.config["SECRET_KEY"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "a-new-secret-key-of-more-than-32-bytes")
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [old])
    mail_id = put(organisation=zon)
    work()
    assert row(mail_id).state == "sent"


def test_lost_secret_key_is_named(own_relay, own_server, put, row, work, app, monkeypatch, zon, caplog):
    own_server(zon, own_relay.port, "geheim-van-zon")
    monkeypatch.setitem(app.config, "SECRET_KEY", "a-new-secret-key-of-more-than-32-bytes")
    mail_id = put(organisation=zon)
    assert work() == 0
    assert (row(mail_id).state, own_relay.connections) == ("new", 0)
    assert "PORTAL_SECRET_KEY" in caplog.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_own_server_is_not_on_our_own_network(host, own_relay, own_server, put, row, work, settings, zon, caplog):
    own_server(zon, own_relay.port, "geheim-van-zon", host=host)
    settings(MAIL_PRIVATE_SERVERS=False)
    mail_id = put(organisation=zon)
    assert work() == 0
    assert (row(mail_id).state, own_relay.connections) == ("new", 0)
    assert "own network" in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "fe80::1",
        "fd00::1",
        "ff0e::1",
    ],
)
def test_other_ways_to_write_an_address_of_our_own(address):
    with pytest.raises(ValueError, match="own network"):
        addresses_of(address, 587, public_only=True)


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "64:ff9b::909:909", "::ffff:9.9.9.9"])
def test_address_on_the_internet_is_called(address):
    assert addresses_of(address, 587, public_only=True)
