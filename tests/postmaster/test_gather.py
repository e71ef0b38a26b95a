"""The doctor in a small internet: a real name server and real mail servers, good ones and broken ones."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import dns.resolver
import pytest

from portal.outbox.transport import Server
from portal.postmaster import gather, rules
from portal.postmaster.facts import GOOD, UNKNOWN, Facts, Texts, Zone
from tests.outbox.relay import Relay
from tests.postmaster import zones
from tests.postmaster.zones import GOOD_SETUP, GOOD_ZONE

TEXTS = Texts("Kok Kinderopvang", ("Kok Kinderopvang: kies een nieuw wachtwoord",), "https://portaal.kok.test")


@pytest.fixture
def app(portals):
    """No row is touched here, so one database will do."""
    return portals("sqlite")


def codes(findings):
    return {finding.code for finding in findings}


def of_domain(findings):
    return {each.code for each in rules.troubles(findings) if not each.code.startswith(("server.", "tls.", "login."))}


# The DNS


@pytest.fixture
def examined(app, internet):
    """examined(zone, setup) is what the doctor finds when it asks a real name server; no mail server is called."""

    def examine(zone, setup=GOOD_SETUP):
        internet(zone)
        with app.app_context():
            return gather.examine(replace(setup, host=""), TEXTS, None)

    return examine


@pytest.mark.parametrize("name", zones.GOOD)
def test_no_false_alarm(name, examined):
    found = examined(*zones.GOOD[name])
    assert of_domain(found) == set()
    assert codes(each for each in found if each.severity == UNKNOWN) == set()


@pytest.mark.parametrize("name", [name for name in zones.BROKEN if name != "another provider than in spf"])
def test_right_cause(name, examined):
    zone, setup, expected = zones.BROKEN[name]
    found = examined(zone, setup)
    assert of_domain(found) | (codes(found) & {"dmarc.organisation"}) == expected


def test_name_server_that_is_away_is_no_fault_of_the_domain(app, settings, monkeypatch):
    monkeypatch.setattr(gather, "DNS_SECONDS", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        settings(DNS_SERVER=f"127.0.0.1:{mute.getsockname()[1]}")
        with app.app_context():
            found = gather.examine(replace(GOOD_SETUP, host=""), TEXTS, None)
    assert of_domain(found) == set()
    assert codes(each for each in found if each.severity == UNKNOWN) >= {
        "spf.failed",
        "dmarc.failed",
        "dkim.failed",
        "mx.failed",
    }


def test_domain_that_leads_to_endless_questions_is_left(app, internet):
    names = {
        f"s{number}.kok.test": zones.txt(
            "v=spf1 " + " ".join(f"include:s{number * 9 + step}.kok.test" for step in range(1, 10)) + " -all"
        )
        for number in range(400)
    }
    server = internet({**zones.with_zone(at=zones.at("v=spf1 include:s0.kok.test -all")), **names})
    with app.app_context():
        gather.examine(replace(GOOD_SETUP, host=""), TEXTS, None)
    assert len(server.asked) <= 2 * gather.MOST_QUESTIONS


# The mail server


def knocked(app, relay, setup=GOOD_SETUP, password="", security="starttls", **options):
    """What the doctor finds at this server."""
    setup = replace(
        setup,
        host=options.pop("host", "127.0.0.1"),
        port=relay.port,
        security=security,
        username="kok" if password else "",
    )
    server = Server(setup.host, setup.port, security, setup.username, password, "kok.test")
    with app.app_context():
        door = gather.knock(setup, server)
        return door, {
            each.code for each in rules.examine(Facts(setup, zones.Known(GOOD_ZONE), door)) if each.severity != GOOD
        } - SILENT


SILENT = {"echo.none", "spf.unsure"}


def test_good_server(app, settings, authority):
    with Relay(starttls=authority.server_context(days=60), password="geheim") as relay:
        door, found = knocked(app, relay, password="geheim")
        assert relay.seen == []
    assert found == set()
    assert (door.problem, door.tls, door.sender.code, door.verp.code) == (None, "TLSv1.3", 250, 250)
    assert door.days in (59, 60)
    assert {"LOGIN", "PLAIN"} & set(door.mechanisms)


def test_good_server_with_tls_at_once(app, settings, authority):
    with Relay(tls=authority.server_context(days=60)) as relay:
        assert knocked(app, relay, security="tls")[1] == set()


@pytest.mark.parametrize(
    ("flaw", "code"),
    [
        ({"by_nobody": True}, "tls.nobody"),
        ({"address": "127.0.0.2"}, "tls.name"),
        ({"days": -1}, "tls.expired"),
        ({"days": 5}, "tls.days"),
    ],
)
def test_certificates(flaw, code, app, settings, authority):
    with Relay(starttls=authority.server_context(**flaw)) as relay:
        assert knocked(app, relay)[1] == {code}


def test_server_without_tls(app, settings):
    with Relay() as relay:
        assert knocked(app, relay)[1] == {"tls.none"}


def test_wrong_kind_of_security(app, settings, authority, monkeypatch):
    monkeypatch.setattr(gather, "STEP_SECONDS", 1)
    with Relay(starttls=authority.server_context(days=60)) as relay:
        assert knocked(app, relay, security="tls")[1] == {"tls.wrong_way"}


def test_wrong_password(app, settings, authority):
    with Relay(starttls=authority.server_context(days=60), password="geheim") as relay:
        door, found = knocked(app, relay, password="verkeerd")
    assert found == {"login.refused"}
    assert door.problem.code == 535


def test_password_that_is_missing(app, settings, authority):
    with Relay(starttls=authority.server_context(days=60), password="geheim") as relay:
        assert knocked(app, relay)[1] == {"login.needed"}


@pytest.mark.parametrize("phase", ["MAIL", "RCPT"])
def test_sender_that_is_not_ours(phase, app, settings, authority):
    with Relay(starttls=authority.server_context(days=60)) as relay:
        relay.script[phase] = ["553 5.7.1 <portaal@kok.test>: Sender address rejected: not owned by user kok"]
        assert knocked(app, relay)[1] == {"envelope.sender"}


def test_return_address_that_is_not_taken(app, settings, authority):
    with Relay(starttls=authority.server_context(days=60)) as relay:
        relay.script["MAIL"] = ["250 Ok", "553 5.7.1 not owned by user"]
        assert knocked(app, relay)[1] == {"envelope.verp"}


def test_our_own_address_that_is_unknown_there_is_no_trouble(app, settings, authority):
    with Relay(starttls=authority.server_context(days=60)) as relay:
        relay.script["RCPT"] = ["550 5.1.1 <kantoor@kok.test>: unknown user", "550 5.1.1 unknown"]
        assert knocked(app, relay)[1] == set()


def test_server_that_hangs_up(app, settings, authority):
    with Relay(starttls=authority.server_context(days=60)) as relay:
        relay.script["MAIL"] = ["drop"]
        assert knocked(app, relay)[1] == {"server.hung_up"}


def test_nobody_listens(app, settings):
    class Nobody:
        port = 1

    assert knocked(app, Nobody)[1] == {"server.refused"}


def test_name_that_does_not_exist(app, settings):
    class Nobody:
        port = 587

    assert knocked(app, Nobody, host="smtp.kok.invalid")[1] == {"server.unknown_name"}


def test_own_network_is_not_knocked_at(app, settings, authority):
    settings(MAIL_PRIVATE_SERVERS=False)
    with Relay(starttls=authority.server_context(days=60)) as relay:
        assert knocked(app, relay)[1] == {"server.private"}
        assert relay.connections == 0


@pytest.mark.parametrize(("minutes", "code"), [(-130, "clock.ahead"), (10, "clock.behind"), (0, None)])
def test_clock_in_the_greeting(minutes, code, app, settings):
    moment = datetime.now(UTC) + timedelta(minutes=minutes)
    off = gather._seconds_off(f"mail.provider.test ESMTP Exim 4.96 {format_datetime(moment)}")
    door = replace(zones.GOOD_DOOR, seconds_off=off)
    assert codes(rules.troubles(rules.examine(zones.facts(door=door)))) == ({code} if code else set())


def test_greeting_without_a_time(app):
    assert gather._seconds_off("mail.provider.test ESMTP Postfix") is None
    assert Zone({}).wanted == set()


@pytest.mark.parametrize(
    "moment", ["99 Abc 2026 10:00:00 +0000", "29 Nov 2026 25:00:00 +0100", "29 Nov 2026 10:00:00 +9999"]
)
def test_greeting_with_a_time_that_cannot_be(moment, app):
    assert gather._seconds_off(f"mail.provider.test ESMTP {moment}") is None


def test_greeting_of_a_server_that_does_not_tell_its_zone(app):
    moment = datetime.now(UTC) - timedelta(minutes=10)
    assert 590 < gather._seconds_off(f"mx ESMTP {moment:%d %b %Y %H:%M:%S} -0000") < 610


def test_machine_without_a_name_server_is_no_fault_of_the_domain(app, settings, monkeypatch):
    def resolver(configure):
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver, "Resolver", resolver)
    with app.app_context():
        found = gather.examine(replace(GOOD_SETUP, host=""), TEXTS, None)
    assert of_domain(found) == set()
    assert "spf.failed" in codes(found)


def test_office_whose_address_has_letters_of_its_own(app, settings, authority):
    with Relay(starttls=authority.server_context(days=60)) as relay:
        assert knocked(app, relay, replace(GOOD_SETUP, reply_to="zoë@kok.test"))[1] == set()
