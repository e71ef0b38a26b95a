"""portal mail doctor, and portal mail dkim show, rotate and activate."""

import json

import pytest

from portal.errors import Refused
from tests.outbox.relay import Relay
from tests.postmaster.zones import ED, RSA, SPF, at, with_zone

KOK = ("--organisation", "kok")
HERE = with_zone(at=at("v=spf1 ip4:127.0.0.1 ~all"))


@pytest.fixture
def run(app, kok, internet, settings, authority, own_server, signing_keys):
    """run("doctor", …) gives what portal mail doctor prints, and its refusal (or "")."""
    internet(HERE)

    def command(*words):
        with app.app_context():  # as portal.cli does
            result = app.test_cli_runner().invoke(args=("mail", *words))
        assert result.exception is None or isinstance(result.exception, (SystemExit, Refused)), result.exception
        return result.output, str(result.exception) if isinstance(result.exception, Refused) else ""

    with Relay(starttls=authority.server_context(days=60), password="geheim") as relay:
        own_server(kok, relay.port, "geheim")
        yield command


def test_doctor_finds_nothing_wrong(run):
    output, refusal = run("doctor", *KOK)
    assert refusal == ""
    assert "✓ Handtekening (DKIM): De sleutel kok-rsa._domainkey.kok.test staat goed in de DNS (DKIM, RSA)." in output
    assert not [line for line in output.splitlines() if line[0] in "✗!?"]
    assert "geheim" not in output


def test_doctor_names_cause_and_remedy(run, internet):
    internet(with_zone(at=at(SPF, "v=spf1 include:spf.boekhouder.test -all"), rsa=None))
    output, refusal = run("doctor", *KOK, "--language", "en")
    assert refusal == "2 things may keep mail from arriving."
    assert "✗ Who may send (SPF): kok.test has 2 SPF records." in output
    assert '    change: kok.test. TXT "v=spf1 include:_spf.provider.test include:spf.boekhouder.test ~all"' in output
    assert f'    add: {RSA.name}. TXT "{RSA.value}"' in output


def test_doctor_speaks_to_programs(run, internet):
    internet(with_zone(at=at("v=spf1 ip4:127.0.0.1 ~all"), ed=[("TXT", "v=DKIM1; k=ed25519; p=")]))
    output, refusal = run("doctor", *KOK, "--json")
    found = json.loads(output)
    (wrong,) = [each for each in found["findings"] if each["severity"] in ("wrong", "weak", "unknown")]
    assert refusal == "1 thing may keep mail from arriving." and found["state"] == "wrong"
    assert (wrong["check"], wrong["code"]) == ("dkim", "dkim.revoked")
    assert wrong["records"] == [{"action": "change", "name": ED.name, "kind": "TXT", "value": ED.value}]
    assert set(wrong) == {"check", "code", "severity", "title", "reason", "remedy", "records"}


def test_doctor_reads_a_mail_that_came(run, tmp_path):
    came = tmp_path / "testmail.eml"
    came.write_text("From: portaal@kok.test\nSubject: x\n\nx")
    output, refusal = run("doctor", *KOK, "--source", str(came), "--json")
    assert "echo.signature_gone" in output and refusal
    assert "echo.signature_gone" in run("doctor", *KOK, "--json")[0]  # the page still tells of it


def test_keys_are_rotated(run, internet):
    listed = json.loads(run("dkim", "show", *KOK, "--json")[0])
    assert {(key["name"], key["value"], key["state"]) for key in listed} == {
        (RSA.name, RSA.value, "active"), (ED.name, ED.value, "active")}  # fmt: skip
    output, _ = run("dkim", "rotate", *KOK)
    assert run("dkim", "activate", *KOK)[1].startswith("No new key stands in the DNS")
    new = [line.strip().replace('"', "").split(". TXT ") for line in output.splitlines() if ". TXT " in line]
    internet({**HERE, **{name: [("TXT", value)] for name, value in new}})
    assert "is signed with kok-" in run("dkim", "activate", *KOK)[0]
    states = [line.split()[0] for line in run("dkim", "show", *KOK)[0].splitlines()]
    assert sorted(states) == ["active", "active", "old", "old"]


def test_keys_of_who_has_none(run, app, zon):
    assert "There are no keys yet" in run("dkim", "show", "--organisation", "zon")[0]
    assert "nergens" in run("doctor", "--organisation", "nergens")[1]
