"""What getting in, and trying to, leaves in the access log (security.md, G1 and G2)."""

import logging

import pytest
import sqlalchemy as sa

from portal.audit import queries
from portal.audit.actions import mark_of
from portal.audit.models import AccessLog
from portal.auth import rules
from portal.auth.actions import NETWORK
from portal.auth.models import Session
from tests.forms import ID

NEW = "een-heel-nieuw-wachtwoord"


@pytest.fixture
def log(inside, kok):
    """log() gives the lines since the last time, the oldest first; log("login") those of that name."""
    seen = set()

    def look(*names):
        with inside(kok) as session:
            found = session.scalars(sa.select(AccessLog).order_by(AccessLog.created_at, AccessLog.number)).all()
            session.expunge_all()
            assert all(queries.first_break_of(chain) is None for chain in queries.all_chains())
        new = [line for line in found if line.id not in seen]
        seen.update(line.id for line in found)
        return [line for line in new if not names or line.action in names]

    return look


@pytest.fixture
def browser(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    return browser


def said(line):
    return line.action, line.account_id, line.actor_id, line.result, line.detail, line.address


def test_login_says_who_and_in_which_session(browser, log, inside, kok, anna):
    (line,) = log()
    assert said(line) == ("login", anna.id, anna.id, "ok", "full, Chrome, Android", "203.0.113.x")
    with inside(kok) as session:
        assert line.session_id == session.scalars(sa.select(Session.id)).one()
    assert len(line.reference) == 8
    browser.post("/uitloggen")
    (out,) = log()
    assert said(out) == ("session_ended", anna.id, anna.id, "ok", "logout", "")
    assert out.session_id == line.session_id and out.reference != line.reference


def test_wrong_password_and_unknown_address_leave_a_line_each(visitor, log, app, kok, anna):
    visitor(kok).post("/inloggen", 422, email=anna.email, password="mis")
    visitor(kok).post("/inloggen", 422, email="vreemde@voorbeeld.nl", password="mis")
    known, unknown = log()
    assert said(known) == ("login_failed", anna.id, None, "refused", "new, Chrome, Android", "203.0.113.x")
    assert (unknown.action, unknown.chain, unknown.account_id) == ("unknown_login_failed", "tries", None)
    assert "vreemde" not in unknown.detail and len(unknown.detail) == 43


FLOOD = [
    (1, 1, True),
    (1, 100, True),
    (1, 101, False),
    (4, 500, False),
    (5, 500, True),
    (6, 500, False),
    (100, 9999, True),
]


@pytest.mark.parametrize(("of_address", "of_everyone", "is_written"), FLOOD)
def test_flood_fills_no_log_and_hides_nothing(of_address, of_everyone, is_written):
    assert rules.worth_a_line(of_address, of_everyone) is is_written


def test_full_network_is_one_line(visitor, log, kok, anna, monkeypatch):
    browser = visitor(kok)
    browser.get("/hulp")
    for number in range(NETWORK.most + 3):
        browser.send("/inloggen", f"csrf_token={browser.csrf}&email=a{number}%40b.nl&password=mis")
    lines = log()
    assert len([line for line in lines if line.action == "unknown_login_failed"]) == NETWORK.most
    (full,) = [line for line in lines if line.action == "tries_limited"]
    assert (full.detail, full.address) == ("network", "203.0.113.x")


def test_reset_is_followed_from_asking_to_choosing(visitor, log, post, app, kok, anna):
    browser = visitor(kok)
    browser.post("/wachtwoord-vergeten", email=anna.email)
    (asked,) = log()
    assert (asked.action, asked.chain, asked.account_id, asked.address) == ("reset_asked", "tries", None, "203.0.113.x")
    (mail,) = post.deliver()
    (sent,) = log()
    assert said(sent) == ("link_sent", anna.id, None, "ok", "reset", "203.0.113.x")
    browser.get(mail.links[0], 303)
    assert log() == []
    browser.post("/wachtwoord/nieuw", password=NEW, repeat=NEW)
    assert [said(line)[:2] for line in log()] == [("password_reset", anna.id)]
    for _ in range(5):
        browser.get(mail.links[0], 410)
    assert [said(line) for line in log()] == [
        ("link_refused", anna.id, None, "refused", "reset, used", "203.0.113.x")
    ] * 3


def test_link_and_code_that_never_were_are_tries(visitor, log, kok):
    visitor(kok).get("/wachtwoord/herstel/a.b.c", 410)
    visitor(kok).post("/wachtwoord/code", 422, email="vreemde@voorbeeld.nl", code="ABCD-2345")
    link, code = log()
    assert (link.action, link.chain) == ("unknown_link_refused", "tries")
    assert (code.action, code.chain, code.result) == ("code_refused", "tries", "refused")


def test_first_password_is_an_activation(visitor, log, post, change, kok, anna, inside):
    change(kok, anna, password_hash=None, status="invited")
    browser = visitor(kok)
    browser.post("/wachtwoord-vergeten", email=anna.email)
    (mail,) = post.deliver()
    browser.get(mail.links[0], 303)
    browser.post("/wachtwoord/nieuw", password=NEW, repeat=NEW)
    assert [line.action for line in log()] == ["reset_asked", "link_sent", "activated"]


def test_step_up_is_a_line_right_or_wrong(browser, log, anna):
    log()
    browser.post("/account/bevestigen", 422, password="mis", next="/")
    browser.post("/account/bevestigen", password=browser.password, next="/")
    assert [said(line)[:4] for line in log()] == [
        ("step_up_failed", anna.id, anna.id, "refused"), ("step_up", anna.id, anna.id, "ok"),
    ]  # fmt: skip


def test_page_that_is_not_theirs_is_a_line_for_who_is_logged_in(browser, visitor, log, kok, anna):
    log()
    browser.get("/beheer", 404)
    browser.post(f"/account/sessies/{ID}/uitloggen", 404)
    browser.get("/nergens", 404)
    visitor(kok).get("/nergens", 404)
    lines = log()
    assert [line.detail for line in lines] == ["office.start", "account.end_session"]
    assert {(line.action, line.result, line.actor_id) for line in lines} == {("denied", "refused", anna.id)}
    for _ in range(25):
        browser.get("/beheer", 404)
    assert len(log()) == 18


def test_looking_at_a_page_writes_nothing(browser, log):
    log()
    for path in ("/", "/account", "/account/sessies", "/hulp"):
        browser.get(path)
    assert log() == []


def test_posts_of_others_are_counted_and_not_written_down_one_by_one(visitor, log, kok, caplog, monkeypatch):
    monkeypatch.setattr("portal.doors._refusals", __import__("collections").Counter())
    with caplog.at_level(logging.WARNING, "portal"):
        for _ in range(12):
            visitor(kok).send("/inloggen", "email=x", headers={"Sec-Fetch-Site": "cross-site"})
            visitor(kok).send("/", method="GET", content_type=None, headers={"Host": "evil.example"})
    assert [record.getMessage() for record in caplog.records] == [
        "refused, post from another site: 1 since the start", "refused, unknown host: 1 since the start",
        "refused, post from another site: 10 since the start", "refused, unknown host: 10 since the start",
    ]  # fmt: skip
    assert log() == []


def test_no_secret_and_no_typed_address_is_in_the_log(visitor, post, rows, kok, anna, app):
    """A walk past everything that takes a secret; then the whole table is searched for each of them."""
    browser = visitor(kok)
    browser.post("/inloggen", 422, email="geheim@voorbeeld.nl", password="geheime-walrus-tulband-1")
    browser.post("/inloggen", 422, email=anna.email, password="geheime-walrus-tulband-2")
    browser.post("/wachtwoord-vergeten", email="geheim@voorbeeld.nl")
    browser.post("/wachtwoord-vergeten", email=anna.email)
    browser.post("/wachtwoord/code", 422, email="geheim@voorbeeld.nl", code="GEHE-2345")
    (mail,) = post.deliver()
    browser.get(mail.links[0], 303)
    browser.post("/wachtwoord/nieuw", password="geheime-walrus-tulband-3", repeat="geheime-walrus-tulband-3")
    browser.log_in(anna, "geheime-walrus-tulband-3")
    browser.post("/account/bevestigen", 422, password="geheime-walrus-tulband-4", next="/")
    written = " ".join(rows(refusals=True)["access_log"])
    token = mail.links[0].rpartition("/")[2]
    for secret in ("geheim", "GEHE", token[:20], anna.email, "203.0.113.7"):
        assert secret not in written
    assert written.count("login_failed") == 2


def test_keyed_hash_finds_the_tries_at_one_address(visitor, log, app, kok, inside):
    visitor(kok).post("/inloggen", 422, email=" Vreemde@Voorbeeld.nl", password="mis")
    (line,) = log()
    with inside(kok):
        assert line.detail == mark_of("vreemde@voorbeeld.nl")
