"""From facts to findings: the right cause in every broken set-up, and no false alarm in the good ones."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask_babel import force_locale

from portal import create_app
from portal.postmaster import domain, rules, spf, words
from portal.postmaster.facts import GOOD, SEVERITIES, UNKNOWN, WEAK, WRONG, Echo, Facts, Said, Texts, Zone
from tests.postmaster import doors, zones
from tests.postmaster.zones import ED, GOOD_DOOR, GOOD_SETUP, RSA, Known, facts

ROOM = Path(rules.__file__).parent


def codes(findings):
    return {finding.code for finding in findings}


def troubles(*values, **more):
    return codes(rules.troubles(rules.examine(facts(*values, **more))))


# The domain


@pytest.mark.parametrize("name", zones.GOOD)
def test_no_false_alarm(name):
    found = rules.examine(facts(*zones.GOOD[name]))
    assert codes(rules.troubles(found)) == set()
    assert codes(each for each in found if each.severity == UNKNOWN) == set()


@pytest.mark.parametrize("name", zones.BROKEN)
def test_right_cause(name):
    zone, setup, expected = zones.BROKEN[name]
    found = rules.examine(facts(zone, setup))
    assert codes(rules.troubles(found)) | (codes(found) & {"dmarc.organisation"}) == expected


@pytest.mark.parametrize("name", zones.BROKEN)
def test_who_pastes_what_is_advised_is_rid_of_it(name):
    zone, setup, expected = zones.BROKEN[name]
    found = [each for each in rules.examine(facts(zone, setup)) if each.code in expected and each.records]
    again = codes(rules.examine(facts(_pasted(zone, [record for each in found for record in each.records]), setup)))
    pasted = codes(found)
    assert again & pasted == set()
    checks = tuple(f"{each.check}." for each in found)
    assert [code for code in again - expected if checks and code.startswith(checks) and not _is_fine(code)] == []


def _is_fine(code):
    return code.endswith((".good", ".watching", ".not_on", ".unsure"))


def _pasted(zone, records):
    """The zone after somebody did as they were told."""
    changed = {name: list(value) for name, value in zone.items()}
    for record in records:
        there = changed.get(record.name, [])
        prefix = re.match(r"v=(spf1|DMARC1|DKIM1)", record.value)
        if record.action == "remove":
            there = [each for each in there if each[0] != record.kind or record.value not in ("", each[1])]
        if record.action == "change":
            is_shared = any(kind == "TXT" and str(value).startswith("v=spf1") for kind, value in there)
            there = [
                each for each in there if each[0] != "TXT" or (is_shared and not str(each[1]).startswith("v=spf1"))
            ]
        if record.action != "remove":
            assert prefix, record
            there = [each for each in there if each[0] != "CNAME"]
            there.append((record.kind, record.value))
        changed[record.name] = there
        if not there:
            del changed[record.name]
    return changed


@pytest.mark.parametrize("name", zones.UNSURE)
def test_what_cannot_be_seen_is_not_called_wrong(name):
    zone, expected = zones.UNSURE[name]
    found = rules.examine(facts(zone))
    assert codes(rules.troubles(found)) == set()
    assert codes(each for each in found if each.severity == UNKNOWN) == expected


@pytest.mark.parametrize(
    "address", ["a@gmail.com", "a@hotmail.com", "a@ziggo.nl", "a@kpnmail.nl", "a@telenet.be", "a@home.nl"]
)
def test_address_of_a_provider_is_no_sender(address):
    (finding,) = domain.sender(facts(setup=replace(GOOD_SETUP, sender=address)))
    assert (finding.code, finding.severity) == ("sender.free", WRONG)


RECORD = (
    "v=spf1 ip4:198.18.1.1 a:mail.kok.test/28 mx include:_spf.provider.test ip6:2001:db8::/32 exists:%{i}.x.test -all"
)
EVALUATED = {
    "198.18.1.1": "pass", "198.18.2.17": "pass", "198.18.2.40": "unknown", "198.18.7.200": "pass", "198.18.7.1": "pass",
    "2001:db8::25": "pass", "203.0.113.9": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("address", EVALUATED)
def test_spf_says_who_may_send(address):
    zone = Known({
        **zones.with_zone(at=zones.at(RECORD)), "mail.kok.test": [("A", "198.18.2.20")],
    })  # fmt: skip
    assert spf.check(zone, "kok.test", address) == EVALUATED[address]
    plain = Known(zones.with_zone(at=zones.at(RECORD.replace(" exists:%{i}.x.test", ""))))
    assert spf.check(plain, "kok.test", "203.0.113.9") == "fail"


# The server


@pytest.mark.parametrize("name", doors.BROKEN)
def test_right_cause_of_trouble_with_the_server(name):
    door, setup, expected = doors.BROKEN[name]
    assert troubles(door=door, setup=setup) == expected


@pytest.mark.parametrize("name", doors.GOOD)
def test_no_false_alarm_about_a_server(name):
    door, setup = doors.GOOD[name]
    assert troubles(door=door, setup=setup) == set()


# A mail that arrived

ARRIVED = Echo(
    datetime(2026, 11, 23, 9, 30, tzinfo=UTC), is_ours=True, signatures=(("kok-rsa", "good"), ("kok-ed25519", "good")),
    message_id_is_ours=True, results={"spf": "pass", "dkim": "pass", "dmarc": "pass"}, address="198.18.7.44", seconds=3,
)  # fmt: skip
ECHOES = {
    "from another address": ({"address": "203.0.113.7"}, {"spf.address"}),
    "footer": ({"signatures": (("kok-rsa", "body"), ("kok-ed25519", "body"))}, {"echo.changed_text"}),
    "new message-id": ({"signatures": (("kok-rsa", "headers"),), "message_id_is_ours": False}, {"echo.changed_id"}),
    "new date": ({"signatures": (("kok-rsa", "headers"),)}, {"echo.changed_headers"}),
    "one of two signatures is known": ({"signatures": (("kok-rsa", "good"), ("kok-ed25519", "no key"))}, set()),
    "key not in the dns": ({"signatures": (("kok-rsa", "no key"),)}, {"echo.no_key"}),
    "signature taken off": ({"signatures": ()}, {"echo.signature_gone"}),
    "receiver saw spf fail": ({"results": {"spf": "softfail", "dmarc": "pass"}}, {"echo.spf"}),
    "receiver saw dmarc fail": ({"results": {"dmarc": "fail"}}, {"echo.dmarc"}),
    "slow": ({"seconds": 1900}, {"echo.slow"}),
    "of somebody else": ({"is_ours": False}, {"echo.not_ours"}),
    "clock": ({"seconds_off": 4000.0}, {"clock.ahead"}),
    "good": ({}, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", ECHOES)
def test_mail_that_arrived_tells_what_happened_on_the_way(name):
    changes, expected = ECHOES[name]
    assert troubles(echo=replace(ARRIVED, **changes)) == expected


# Our own words

KOK = Texts("Kok Kinderopvang", ("Kok Kinderopvang: kies een nieuw wachtwoord",), "https://portaal.kok.test")
TEXTS = {
    "shouting": (KOK._replace(name="KOK KINDEROPVANG"), {"lint.shouting"}),
    "a short name may be capitals": (KOK._replace(name="BSO"), set()),
    "marks": (KOK._replace(name="Kok!!! 50% korting"), {"lint.marks"}),
    "http": (KOK._replace(origin="http://portaal.kok.test"), {"lint.link_http"}),
    "port": (KOK._replace(origin="https://portaal.kok.test:8443"), {"lint.link_port"}),
    "number": (KOK._replace(origin="https://198.18.1.1"), {"lint.link_number"}),
    "at home": (KOK._replace(origin="http://kok.localhost:8000"), set()),
    "long": (KOK._replace(subjects=("Kok: kort", "Kok " * 30)), set()),
    "good": (KOK, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_words_of_our_own(name):
    texts, expected = TEXTS[name]
    assert troubles(texts=texts) == expected


@pytest.mark.parametrize(
    "address", ["noreply@kok.test", "no-reply@kok.test", "geen.antwoord@kok.test", "donotreply@kok.test"]
)
def test_somebody_reads_the_answers(address):
    assert troubles(texts=KOK, setup=replace(GOOD_SETUP, reply_to=address)) == {"lint.nobody"}


# All of it


def test_there_are_enough_set_ups():
    assert len(zones.BROKEN) + len(doors.BROKEN) + len(ECHOES) >= 80
    assert len(zones.GOOD) >= 5


def test_every_code_has_words_and_every_word_a_code():
    said = "".join((ROOM / f"{name}.py").read_text() for name in ("domain", "dmarc", "server"))
    named = {f"{check}.{rest}" for check, rest in re.findall(r'"([a-z]+)\.([a-z_]+)"', said) if check in words.TITLES}
    named |= {
        f"dkim.{code}"
        for code in ("split", "two", "syntax", "quotes", "revoked", "cut", "short", "other_key", "testing")
    }
    named |= {f"spf.{code}" for code in ("syntax", "include_none", "loop")} | {"echo.spf", "echo.dmarc"}
    named |= {"clock.ahead", "clock.behind"}
    assert named == set(words.WORDS)


def _everything():
    for zone, setup, _ in zones.BROKEN.values():
        yield facts(zone, setup)
    for zone, _ in zones.UNSURE.values():
        yield facts(zone)
    for door, setup, _ in doors.BROKEN.values():
        yield facts(door=door, setup=setup)
    for changes, _ in ECHOES.values():
        yield facts(echo=replace(ARRIVED, **changes))
    for texts, _ in TEXTS.values():
        yield facts(texts=texts)
    yield facts(door=replace(GOOD_DOOR, seconds_off=3))
    nobody = replace(GOOD_SETUP, reply_to="noreply@kok.test")
    yield facts(texts=KOK, setup=nobody)
    unknown = replace(GOOD_SETUP, host="mail.elders.test")
    yield facts(setup=unknown, door=replace(GOOD_DOOR, addresses=("203.0.113.5",)))
    yield facts(zones.with_zone(dmarc=zones.txt("v=DMARC1; p=none")))
    yield replace(facts(), box=Said("", None, ""))
    yield replace(facts(), box=Said("login", None, "[AUTHENTICATIONFAILED]"))


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app({"PORTAL_INSTANCE": str(tmp_path_factory.mktemp("instance"))})


@pytest.mark.parametrize("language", ["nl", "en"])
def test_everything_can_be_said(language, app):
    said = set()
    with app.app_context(), force_locale(language):
        for each in _everything():
            for finding in rules.examine(each):
                said.add(finding.code)
                assert words.reason(finding)
                assert words.title(finding)
                assert (finding.severity in (GOOD,)) == (words.remedy(finding) == "")
    assert said == set(words.WORDS)


def test_worst_comes_first():
    found = rules.examine(facts(zones.with_zone(at=zones.at(), dmarc=None)))
    order = [SEVERITIES.index(finding.severity) for finding in found]
    assert order == sorted(order)
    assert rules.state(found) == WRONG
    assert rules.state(rules.examine(facts(zones.with_zone(dmarc=None)))) == WEAK
    assert rules.state(rules.examine(facts())) == GOOD
    assert rules.state(rules.examine(facts(zones.with_zone(dmarc="silence")))) == UNKNOWN


def test_what_is_not_looked_up_yet_is_asked_for():
    """The zone is gathered in rounds: what the rules look for and is not there is what the resolver is asked next."""
    zone = Zone({})
    rules.examine(Facts(GOOD_SETUP, zone))
    assert {
        ("kok.test", "MX"),
        ("kok.test", "TXT"),
        ("_dmarc.kok.test", "TXT"),
        (RSA.name, "TXT"),
        (ED.name, "TXT"),
    } <= zone.wanted
