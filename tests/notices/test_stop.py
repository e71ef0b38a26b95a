"""One press that ends these mails: in the mail program (RFC 8058), or on the page behind the link."""

import re

import pytest

from portal import keys as secrets
from portal.auth import mails
from portal.notices import queries, rules
from portal.notices.letters import PURPOSE
from portal.outbox import signing
from portal.outbox.models import SigningKey
from tests.visitor import FORM


@pytest.fixture
def mail(begun, at, told, photo, choose, anna, noor):
    """What Anna got about a photo of Noor."""
    choose(anna, "once")
    at("10:00")
    photo(noor)
    (arrived,) = told("10:01")
    arrived.stop = arrived.links[1].removeprefix("https://kok.test")
    return arrived


@pytest.fixture
def wants(inside, kok, anna):
    """How Anna wants to hear of her days."""

    def read():
        with inside(kok):
            return queries.choices_of(anna.id)["days"]

    return read


@pytest.fixture
def program(visitor, kok):
    """A mail program: no cookies, no Origin, nothing of a browser, and it only knows the address."""
    browser = visitor(kok)

    def press(path, body="List-Unsubscribe=One-Click", content_type=FORM, **headers):
        nothing = {"Origin": None, "Sec-Fetch-Site": None, "Accept-Language": None}
        return browser.send(path, body, content_type=content_type, headers=nothing | headers)

    return press


def test_mail_has_both_headers_and_the_link_in_its_text(mail):
    assert mail.message["List-Unsubscribe"] == f"<{mail.links[1]}>"
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"https://kok\.test/e-mails-stoppen/[\w.-]+", mail.links[1])
    assert f"Liever geen e-mail hierover? Stop deze e-mails op deze pagina:\r\n{mail.links[1]}\r\n" in mail.text


def test_both_headers_are_signed_whatever_the_setting(
    app, inside, kok, at, told, photo, noor, piet, begun, post, mailbox, monkeypatch
):
    monkeypatch.setitem(app.config, "DKIM_HEADERS", ["from", "to", "subject"])
    private, public = signing.new_pair("ed25519")
    at("10:00")
    with inside(kok) as session:
        session.add(
            SigningKey(
                organisation_id=kok.id, domain="kok.test", selector="s", algorithm="ed25519", public=public,
                kept_private=secrets.encrypt("signing key", private), signs_from=queries.clock.now(),
            )
        )  # fmt: skip
    photo(noor)
    (mail,) = told("18:00")
    assert (
        mail.message["DKIM-Signature"].replace(" ", "").count("list-unsubscribe:list-unsubscribe:list-unsubscribe-post")
        == 1
    )


@pytest.mark.parametrize("way", ["form", "multipart", "cross-site", "no body"])
def test_mail_program_ends_them_in_one_request(way, mail, program, wants, told, photo, noor, post, anna, inside, kok):
    multipart = "multipart/form-data; boundary=grens"
    parts = '--grens\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--grens--\r\n'
    answer = {
        "form": lambda: program(mail.stop),
        "multipart": lambda: program(mail.stop, parts, multipart),
        "cross-site": lambda: program(
            mail.stop, Origin="https://mail.voorbeeld.nl", **{"Sec-Fetch-Site": "cross-site"}
        ),
        "no body": lambda: program(mail.stop, "", None),
    }[way]()
    assert (answer.status, wants()) == (200, "none")
    assert (program(mail.stop).status, wants()) == (200, "none"), "twice is as good as once"
    photo(noor)
    assert told("18:00") == []
    with inside(kok):  # account mail goes on
        mails.forgot_password(anna.email_key)
    (reset,) = post.deliver()
    assert "List-Unsubscribe" not in reset.message and "List-Unsubscribe-Post" not in reset.message


def test_looking_at_the_page_ends_nothing(mail, program, visitor, kok, wants, rows):
    before = rows()
    browser = visitor(kok)
    for method in ("GET", "HEAD", "OPTIONS"):
        browser.send(mail.stop, method=method, content_type=None)
    assert (wants(), rows()) == ("once", before)
    page = browser.get(mail.stop)
    assert "Dan krijgt u van Kok Kinderopvang geen e-mails meer over: dagboek en foto's." in page.seen
    for secret in ("Anna", "Vries", "anna@", "Noor"):
        assert secret not in page.text
    page = browser.post(mail.stop, 200, **page.form("stop-form")["fields"] | {"csrf_token": browser.csrf})
    assert "geen e-mails meer over: dagboek en foto's" in page.seen
    assert wants() == "none"
    assert "Deze e-mails zijn gestopt" in browser.get(mail.stop).seen


def test_it_works_in_a_browser_that_is_halfway_through_logging_in(mail, enter, wants):
    browser = enter("half")
    page = browser.get(mail.stop)
    browser.post(mail.stop, 200, **page.form("stop-form")["fields"] | {"csrf_token": browser.csrf})
    assert wants() == "none"


def test_made_up_token_tells_and_does_nothing(mail, visitor, kok, zon, bram, app, inside, program, wants, rows):
    with app.app_context():
        tokens = [
            rules.token_of(secrets.keys("other"), bram.id, "days"),
            rules.token_of(secrets.keys(PURPOSE), bram.id, "days"),  # a good one, of another organisation
            rules.token_of(secrets.keys(PURPOSE), kok.id, "days"),
            rules.token_of(secrets.keys(PURPOSE), bram.id, "invoices"),
            "a.b.c", "a" * 300, mail.stop[:-1].rpartition("/")[2], "%00",
        ]  # fmt: skip
    before, answers = rows(), set()
    for token in tokens:
        got = program(f"/e-mails-stoppen/{token}"), visitor(kok).get(f"/e-mails-stoppen/{token}", None)
        answers |= {(page.status, page.seen) for page in got}
    assert len(answers) == 1 and answers.pop()[0] == 410
    assert (wants(), rows()) == ("once", before)


def test_it_is_in_the_access_log_in_words(mail, program, inside, kok, office):
    program(mail.stop)
    seen = office("manager").get("/beheer/logboek").seen
    assert "E-mails gestopt met de link in een e-mail" in seen and "Dagboek en foto's: geen" in seen


def test_another_secret_key_after_a_while_still_ends_them(mail, app, program, wants, monkeypatch):
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [app.config["SECRET_KEY"]])
    monkeypatch.setitem(app.config, "SECRET_KEY", "a-new-secret-key-of-more-than-32-bytes")
    assert (program(mail.stop).status, wants()) == (200, "none")
