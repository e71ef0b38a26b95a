"""The mail server of an organisation: it is tried before it is kept, and its answer is told in plain words."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from portal import keys
from portal.audit.models import AccessLog
from portal.organisations.models import Organisation
from portal.outbox.models import MailServer, SigningKey
from portal.postmaster import trial
from portal.throttle.rules import Limit
from tests.outbox.relay import Relay

PAGE = "/beheer/e-mail/instellingen"
FORM = {
    "sender": "portaal@kok.test", "host": "127.0.0.1", "security": "starttls", "username": "kok", "password": "geheim-1",
    "to": "manager@kok.test",
}  # fmt: skip


@pytest.fixture
def relay(settings, authority):
    with Relay(starttls=authority.server_context(days=60), password="geheim-1") as relay:
        yield relay


@pytest.fixture
def manager(office, settings):
    browser = office("manager")
    browser.get(PAGE)
    return browser


@pytest.fixture
def kept(inside, kok):
    """What is kept: the row of the server (or None), and the sender."""

    def read():
        with inside(kok) as session:
            row = session.scalars(sa.select(MailServer)).one_or_none()
            session.expunge_all()
            return row, session.get(Organisation, kok.id).sender

    return read


def test_server_is_kept_after_it_took_a_mail(manager, relay, kept, inside, kok, app):
    page = manager.follow(manager.post(PAGE, **FORM, port=relay.port))
    assert "De server nam de testmail aan, en zegt: 250 2.0.0 Ok" in page.seen
    sender, recipient, content = relay.seen[0]
    assert (sender, recipient) == ("portaal@kok.test", "manager@kok.test")
    assert b"Subject: Kok Kinderopvang: testmail van het ouderportaal" in content
    row, sender = kept()
    assert (row.host, row.port, row.security, row.username, sender) == (
        "127.0.0.1", relay.port, "starttls", "kok", "portaal@kok.test")  # fmt: skip
    assert "geheim" not in row.kept_password
    with app.app_context():
        assert keys.decrypt("mail server", row.kept_password) == "geheim-1"
    with inside(kok) as session:
        (line,) = session.scalars(sa.select(AccessLog).where(AccessLog.action == "mail_server_changed"))
        assert (line.detail, line.actor_id) == (f"127.0.0.1:{relay.port}", manager.account.id)


def test_password_is_never_shown_again(manager, relay, own_server, kok):
    own_server(kok, relay.port, "geheim-1")
    page = manager.get(PAGE)
    assert "geheim-1" not in page.text and "Laat het leeg als het hetzelfde blijft" in page.seen
    page = manager.post(PAGE, 422, **{**FORM, "sender": "geen adres", "port": relay.port})
    assert "geheim-1" not in page.text


def test_kept_password_goes_to_its_own_server_only(manager, relay, own_server, kok, kept, authority):
    own_server(kok, relay.port, "geheim-1")
    manager.post(PAGE, **{**FORM, "password": "", "port": relay.port})
    assert len(relay.seen) == 1
    with Relay(starttls=authority.server_context(days=60), password="geheim-1") as elsewhere:
        page = manager.post(PAGE, 422, **{**FORM, "password": "", "port": elsewhere.port})
        assert "Typ het wachtwoord van deze mailserver" in page.seen
        assert elsewhere.connections == 0
    assert kept()[0].port == relay.port


WRONG = [
    ({"password": "verkeerd"}, "kent deze gebruikersnaam met dit wachtwoord niet. De server zegt: 535"),
    ({"sender": "kok@gmail.com"}, "gmail.com is van Gmail, en alleen Gmail mag daar e-mail voor versturen"),
    ({"sender": " kok@Gmail.com "}, "gmail.com is van Gmail"),
    ({"sender": "kok@ziggo.nl"}, "ziggo.nl is van Ziggo"),
    ({"sender": "portaal"}, "Dit is geen e-mailadres"),
    ({"sender": "zoë@kok.test"}, "Gebruik gewone letters, zonder tekens"),
    ({"host": "geen naam!"}, "geen naam van een mailserver"),
    ({"host": "smtp.kok.invalid"}, "De naam smtp.kok.invalid bestaat niet"),
    ({"port": "99999"}, "Een poort is een getal"),
    ({"port": "1"}, "neemt op poort 1 geen verbinding aan"),
    ({"security": "none"}, "Kies een van de mogelijkheden"),
    ({"security": "tls"}, "De soort beveiliging past niet bij poort"),
    ({"username": ""}, "Vul ook de gebruikersnaam in"),
    ({"to": "niemand"}, "Dit is geen e-mailadres"),
]


def test_what_does_not_work_is_not_kept(manager, relay, kept):
    for wrong, words in WRONG:
        typed = {**FORM, "port": str(relay.port), **wrong}
        page = manager.post(PAGE, 422, **typed)
        assert words in page.seen, wrong
        values = {attributes.get("name"): attributes.get("value") for attributes in page.inputs}
        assert [values[name] for name in ("sender", "host", "username")] == [
            typed[name] for name in ("sender", "host", "username")
        ]
    assert kept() == (None, "portaal@kok.test")
    assert relay.seen == []


@pytest.mark.parametrize(
    ("phase", "answer", "words"),
    [
        ("MAIL", "553 5.7.1 not owned by user kok", "neemt geen e-mail aan van portaal@kok.test. De server zegt: 553 5.7.1"),
        ("DOT", "554 5.7.1 looks like spam", "nam de testmail niet aan. De server zegt: 554 5.7.1 looks like spam"),
        ("DOT", "drop", "nam de testmail niet aan. De server zegt:"),
    ],
)  # fmt: skip
def test_answer_of_the_server_is_told(phase, answer, words, manager, relay, kept):
    relay.script[phase] = [answer]
    assert words in manager.post(PAGE, 422, **FORM, port=relay.port).seen
    assert kept()[0] is None


def test_mail_that_must_wait_is_good_enough(manager, relay, kept):
    relay.script["DOT"] = ["451 4.7.1 greylisted"]
    page = manager.follow(manager.post(PAGE, **FORM, port=relay.port))
    assert "moet nog even wachten. De server zegt: 451 4.7.1 greylisted" in page.seen
    assert kept()[0].port == relay.port


def test_long_answer_of_a_server_is_cut(manager, relay):
    relay.script["DOT"] = ["554 " + "x" * 900]
    page = manager.post(PAGE, 422, **FORM, port=relay.port)
    assert "x" * 290 in page.seen and "x" * 300 not in page.seen


# Our own network


def test_our_own_network_is_not_looked_at(manager, relay, settings, kept):
    settings(MAIL_PRIVATE_SERVERS=False)
    for host in ("127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "0.0.0.0"):
        for port in (relay.port, 1):  # whether anybody listens there is not told
            page = manager.post(PAGE, 422, **{**FORM, "host": host, "port": port})
            assert "hoort bij een computer in ons eigen netwerk" in page.seen
            assert "verbinding" not in page.seen
    assert relay.connections == 0 and kept()[0] is None


def test_not_for_trying_all_day(manager, relay, monkeypatch):
    monkeypatch.setattr(trial, "TRIALS", Limit("mail trial", 1, timedelta(hours=1)))
    manager.post(PAGE, 422, **{**FORM, "password": "verkeerd"}, port=relay.port)
    known = relay.connections
    page = manager.post(PAGE, 422, **FORM, port=relay.port)
    assert "Wacht een uur" in page.seen and relay.connections == known


def test_button_pressed_twice_at_once_is_pressed_once(manager, relay, kept, visitor, kok, inside):
    """Two tabs of one manager; the second waited for a row that the first made, and crashed."""
    tabs = [manager, visitor(kok)]
    tabs[1].client._cookies, tabs[1].csrf = manager.client._cookies.copy(), manager.csrf
    gate = Barrier(2)

    def press(tab, path, **fields):
        gate.wait()
        return tab.post(path, **fields).status

    with ThreadPoolExecutor(2) as pool:
        for path, fields in (("/beheer/e-mail/handtekening/maken", {}), (PAGE, {**FORM, "port": relay.port})):
            assert list(pool.map(lambda tab: press(tab, path, **fields), tabs)) == [303, 303]  # noqa: B023
    with inside(kok) as session:
        assert sorted(session.scalars(sa.select(SigningKey.algorithm))) == ["ed25519", "rsa"]
    assert kept()[0].host == "127.0.0.1"


# Who may


def test_settings_ask_who_you_are_again(time, manager, relay, kept):
    time.move(minutes=11)
    assert manager.get(PAGE, 303).response.location.startswith("/tweede-stap/bevestigen")
    assert "/tweede-stap/bevestigen?next=" in manager.post(PAGE, 422, **FORM, port=relay.port).text
    assert manager.post(f"{PAGE}/weghalen").response.location.startswith("/tweede-stap/bevestigen")
    assert relay.connections == 0 and kept()[0] is None


def test_server_can_be_taken_away(manager, relay, own_server, kok, kept, settings):
    own_server(kok, relay.port, "geheim-1")
    assert "Geen eigen mailserver meer" in manager.get(PAGE).seen
    settings(MAIL_SERVER="smtp.portaal.example")
    page = manager.follow(manager.post(f"{PAGE}/weghalen"))
    assert "gaat nu via de mailserver van het portaal, van portaal@portaal.example" in page.seen
    assert kept() == (None, "")


def test_bram_and_other_colleagues_get_nothing(visitor, zon, bram, office, kok, manager):
    browser = visitor(zon)
    browser.log_in(bram)
    for path in (PAGE, "/beheer/e-mail/handtekening", "/beheer/e-mail/controle"):
        browser.get(path, 404)
    clerk = office("administratie")
    clerk.get(PAGE, 404)
    clerk.get("/beheer/e-mail/handtekening", 404)
    assert "Mailserver" not in clerk.get("/beheer/e-mail/controle").seen
