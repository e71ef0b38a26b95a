"""How the mail stands, on a page: looked at by the worker every day, at the press of a button, and by a mail that came."""

import json
import time as clocks

import pytest
import sqlalchemy as sa

from portal.outbox.models import SigningKey
from portal.postmaster import gather, worker
from portal.postmaster.models import MailCheck
from tests.outbox.relay import Relay
from tests.postmaster.zones import at, with_zone

PAGE = "/beheer/e-mail/controle"
TWO = with_zone(at=at("v=spf1 a:127.0.0.1 ip4:127.0.0.1 ~all", "v=spf1 include:spf.boekhouder.test -all"))
HERE = {**with_zone(at=at("v=spf1 ip4:127.0.0.1 ~all"))}


@pytest.fixture
def relay(settings, authority, own_server, kok):
    with Relay(starttls=authority.server_context(days=60), password="geheim") as relay:
        own_server(kok, relay.port, "geheim")
        yield relay


@pytest.fixture
def clerk(time, office, relay, internet, signing_keys):
    internet(HERE)
    return office("administratie")


def checked(browser):
    browser.get(PAGE)
    return browser.follow(browser.post(f"{PAGE}/nu"))


def test_good_set_up(clerk):
    assert "Nog niet gecontroleerd" in clerk.get(PAGE).seen
    page = checked(clerk)
    assert "Uw e-mail staat goed ingesteld" in page.seen
    for words in ("(DKIM, RSA)", "(DKIM, Ed25519)", "(TLSv1.3) en het certificaat klopt", "laat ons binnen als kok"):
        assert words in page.seen
    assert "Alles is gedaan" in clerk.get("/beheer").seen


def test_what_is_wrong_comes_with_the_line_to_paste(clerk, internet):
    internet(TWO)
    page = checked(clerk)
    assert "Zo komt uw e-mail niet goed aan" in page.seen
    assert "kok.test heeft 2 SPF-regels. Er mag er één zijn." in page.seen
    assert (
        "Verander in TXT Naam kok.test Waarde v=spf1 a:127.0.0.1 ip4:127.0.0.1 include:spf.boekhouder.test ~all"
        in page.seen
    )
    assert "1 Ding dat anders moet aan uw e-mail" in clerk.get("/beheer").seen
    internet(HERE)
    checked(clerk)
    assert "anders moet aan uw e-mail" not in clerk.get("/beheer").seen


def test_colleague_in_english_reads_the_same_findings_in_english(clerk, internet):
    internet(TWO)
    checked(clerk)
    clerk.headers["Accept-Language"] = "en"
    clerk.post("/taal", language="en", next=PAGE)
    assert "kok.test has 2 SPF" in clerk.get(PAGE).seen


def test_group_leader_and_bram_do_not_see_it(office, visitor, zon, bram):
    browser = visitor(zon)
    browser.log_in(bram)
    for who in (office("groepsleiding"), office("planning"), browser):
        who.get(PAGE, 404)
        who.get(f"{PAGE}/testmail", 404)


def test_other_organisations_see_only_their_own(clerk, internet, office, zon):
    internet(TWO)
    checked(clerk)
    assert "Nog niet gecontroleerd" in office("administratie", zon).get(PAGE).seen


def test_finding_of_an_older_version_is_left_out(clerk, inside, kok):
    checked(clerk)
    with inside(kok) as session:
        row = session.scalars(sa.select(MailCheck)).one()
        row.findings = [*row.findings, {**row.findings[0], "code": "weg.ermee"}]
    assert "Uw e-mail staat goed ingesteld" in clerk.get(PAGE).seen


# A mail that arrived


def echo(relay, clerk, change=lambda content: content, name="testmail.eml"):
    clerk.get(f"{PAGE}/testmail")
    if not relay.seen:
        clerk.follow(clerk.post(f"{PAGE}/testmail/sturen"))
    content = (
        b"Received: from smtp.provider.test\n\tby mx.elders.test; Mon, 23 Nov 2026 09:30:04 +0000\n" + relay.seen[-1][2]
    )
    return clerk.post(f"{PAGE}/testmail", None, files={"source": (name, change(content))})


def test_mail_that_came_is_looked_at_and_not_kept(relay, clerk, inside, kok):
    page = clerk.follow(echo(relay, clerk))
    assert "Uw testmail kwam goed aan" in page.seen
    with inside(kok) as session:
        kept = json.dumps(session.scalars(sa.select(MailCheck)).one().findings)
    assert "Dit is een testmail" not in kept
    assert "Uw testmail kwam goed aan" in checked(clerk).seen  # a look of later does not forget it


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: content + b"\nVerzonden door Provider\n", "De tekst van de testmail is onderweg veranderd"),
        (lambda content: content.replace(b"Message-ID: <", b"Message-ID: <x"), "verandert het nummer van de e-mail"),
        (lambda content: content.replace(b"Subject: ", b"Subject: [EXTERN] "), "De kop van de testmail is onderweg veranderd"),
        (lambda content: content.replace(b"DKIM-Signature:", b"X-Weg:"), "kwam aan zonder handtekening"),
        (lambda content: content.replace(b"@kok.test", b"@elders.test"), "kwam niet van uw afzender"),
        (lambda content: b"\x00\xff" * 300, "kwam niet van uw afzender"),
        (lambda content: b"Authentication-Results: mx.elders.test; dmarc=fail\n" + content, "dat de e-mail niet van u komt"),
    ],
)  # fmt: skip
def test_what_happened_on_the_way(change, words, relay, clerk):
    page = clerk.follow(echo(relay, clerk, change))
    assert words in page.seen


def test_no_file_and_a_file_that_is_too_large(relay, clerk):
    clerk.get(f"{PAGE}/testmail")
    assert "Kies het bestand" in clerk.post(f"{PAGE}/testmail", 422, files={}).seen
    assert echo(relay, clerk, lambda content: content * 1000).status == 413


# The worker


@pytest.fixture
def round_of_the_worker(app, monkeypatch):
    def go():
        monkeypatch.setattr(worker, "_next_round", [clocks.monotonic()])
        with app.app_context():
            while worker.look_after_next("test"):
                pass

    return go


def test_worker_looks_every_day_and_takes_new_keys_into_use(
    round_of_the_worker, clerk, internet, inside, kok, zon, time
):
    with inside(kok) as session:
        session.execute(sa.update(SigningKey).values(signs_from=None))
    round_of_the_worker()
    page = clerk.get(PAGE)
    assert "Uw e-mail staat goed ingesteld" in page.seen and "Gecontroleerd op maandag 23 november 2026" in page.seen
    internet(TWO)
    time.move(hours=1)
    round_of_the_worker()
    assert "Uw e-mail staat goed ingesteld" in clerk.get(PAGE).seen
    time.move(hours=22, minutes=30)
    round_of_the_worker()
    with inside(kok) as session:
        assert "spf.two" in {each["code"] for each in session.scalars(sa.select(MailCheck)).one().findings}


def test_trouble_with_one_organisation_is_nobody_elses(round_of_the_worker, clerk, zon, monkeypatch, caplog):
    real = gather.setup_of

    def setup_of(organisation):
        if organisation.slug == "zon":
            raise RuntimeError("geheim")
        return real(organisation)

    monkeypatch.setattr(gather, "setup_of", setup_of)
    round_of_the_worker()
    assert "Uw e-mail staat goed ingesteld" in clerk.get(PAGE).seen
    assert f"the mail of organisation {zon.id} could not be looked after: RuntimeError" in caplog.text
    assert "geheim" not in caplog.text
