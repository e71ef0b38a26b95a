"""DKIM keys: made, pasted in the DNS, used from the moment they are seen there, and replaced by new ones."""

import re

import dkim
import sqlalchemy as sa

from portal.outbox.models import SigningKey
from portal.postmaster import actions
from tests.outbox.relay import Relay
from tests.postmaster import zones
from tests.postmaster.zones import GOOD_ZONE

PAGE = "/beheer/e-mail/handtekening"


def records(page):
    """Name and value of every record on the page."""
    return dict(re.findall(r"Naam (\S+) Waarde (v=DKIM1; k=\w+; p=\S+)", page.seen))


def pasted(*groups):
    return {**GOOD_ZONE, **{name: [("TXT", value)] for group in groups for name, value in group.items()}}


def states(inside, kok):
    with inside(kok) as session:
        rows = session.scalars(sa.select(SigningKey).order_by(SigningKey.selector)).all()
        return {row.selector: (row.signs_from is not None, row.signs_until is not None) for row in rows}


def test_keys_sign_from_the_moment_the_dns_shows_them(time, office, internet, inside, kok):
    manager = office("manager")
    page = manager.follow(_pressed(manager, "maken"))
    first = records(page)
    assert list(first) == ["kok-20261123._domainkey.kok.test", "kok-20261123-ed._domainkey.kok.test"]
    assert [value.partition("; p=")[0] for value in first.values()] == ["v=DKIM1; k=rsa", "v=DKIM1; k=ed25519"]

    internet(GOOD_ZONE)
    assert "staan er nog niet" in manager.follow(_pressed(manager, "kijken")).seen
    assert set(states(inside, kok).values()) == {(False, False)}

    internet(pasted(first))
    page = manager.follow(_pressed(manager, "kijken"))
    assert "krijgt vanaf nu een handtekening" in page.seen and "sinds maandag 23 november 2026" in page.seen
    assert set(states(inside, kok).values()) == {(True, False)}


def test_new_keys_take_over_and_old_ones_stay_readable_for_a_week(time, office, internet, inside, kok):
    manager = office("manager")
    first = records(manager.follow(_pressed(manager, "maken")))
    internet(pasted(first))
    _pressed(manager, "kijken")
    time.move(minutes=5)
    second = records(manager.follow(_pressed(manager, "maken")))
    assert list(second) == ["kok-20261123-2._domainkey.kok.test", "kok-20261123-ed-2._domainkey.kok.test"]
    internet(pasted(first, dict(list(second.items())[:1])))  # only one of both is there yet
    _pressed(manager, "kijken")
    assert states(inside, kok) == {
        "kok-20261123": (True, True), "kok-20261123-2": (True, False), "kok-20261123-ed": (True, False),
        "kok-20261123-ed-2": (False, False),
    }  # fmt: skip
    internet(pasted(first, second))
    page = manager.follow(_pressed(manager, "kijken"))
    assert "Oude sleutels" in page.seen and "weghalen mag vanaf maandag 30 november 2026" in page.seen
    with inside(kok):
        assert actions.forget_old_keys() == 0
    time.move(days=7, minutes=1)
    with inside(kok):
        assert actions.forget_old_keys() == 2
    assert set(states(inside, kok)) == {"kok-20261123-2", "kok-20261123-ed-2"}


def test_making_keys_twice_makes_no_more(time, office, inside, kok):
    manager = office("manager")
    first = records(manager.follow(_pressed(manager, "maken")))
    assert records(manager.follow(_pressed(manager, "maken"))) == first
    time.move(minutes=11)
    assert manager.post(f"{PAGE}/maken").response.location.startswith("/tweede-stap/bevestigen")


def test_new_sender_gets_keys_of_its_own(inside, kok):
    with inside(kok) as session:
        actions.make_keys(kok, "oud.test")
        made = actions.make_keys(kok, "kok.test")
        assert (
            {key.domain for key in made}
            == {key.domain for key in session.scalars(sa.select(SigningKey))}
            == {"kok.test"}
        )


def test_trial_mail_is_signed_by_both_keys(office, internet, settings, authority, own_server, kok, signing_keys, time):
    known = {f"{key.name}.".encode(): key.value.encode() for key in (zones.RSA, zones.ED)}
    with Relay(starttls=authority.server_context(days=60), password="geheim") as relay:
        own_server(kok, relay.port, "geheim")
        clerk = office("administratie")
        page = clerk.follow(clerk.post("/beheer/e-mail/controle/testmail/sturen"))
    assert "De server nam de testmail aan" in page.seen
    ((_, recipient, content),) = relay.seen
    assert recipient == clerk.account.email
    read = dkim.DKIM(content)
    assert [read.verify(number, dnsfunc=lambda name, timeout=5: known[name]) for number in (0, 1)] == [True, True]


def _pressed(browser, button):
    if not browser.csrf:
        browser.get(PAGE)
    return browser.post(f"{PAGE}/{button}")
