"""Onthoud mij: a cookie that holds nothing but the secret of a session row that lives."""

import base64
import re
import zlib

import pytest
import sqlalchemy as sa
from itsdangerous import URLSafeSerializer

from portal import create_app, keys
from portal.auth.models import Session
from portal.auth.rules import hashed
from portal.db import db
from tests.visitor import Visitor

SESSION, REMEMBER = "__Host-sessie", "__Host-onthoud"


def cookies_of(page):
    return {value.partition("=")[0]: value for value in page.response.headers.getlist("Set-Cookie")}


def steal(thief, browser, *names):
    """Put cookies of one browser in another."""
    host = browser.origin.partition("//")[2]
    for name in names:
        if browser.cookie(name):
            thief.client.set_cookie(name, browser.cookie(name), domain=host, secure=True)


def test_unticked_sets_no_remember_cookie_and_a_session_cookie_without_date(visitor, kok, anna):
    given = cookies_of(visitor(kok).log_in(anna))
    assert REMEMBER not in given
    assert "expires" not in given[SESSION].lower() and "max-age" not in given[SESSION].lower()


def test_ticked_lasts_thirty_days(visitor, kok, anna):
    given = cookies_of(visitor(kok).log_in(anna, remember=True))
    assert "Max-Age=2592000" in given[REMEMBER]


@pytest.mark.parametrize("name", [SESSION, REMEMBER, "__Host-apparaat"])
def test_cookies_have_every_flag(name, visitor, kok, anna):
    cookie = cookies_of(visitor(kok).log_in(anna, remember=True))[name]
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


def payload(value):
    """What anyone can read in a signed cookie."""
    data, compressed = value.strip('"').lstrip("."), value.startswith(".")
    raw = base64.urlsafe_b64decode(data.partition(".")[0] + "===")
    return zlib.decompress(raw).decode() if compressed else raw.decode()


def test_cookies_say_nothing_about_the_parent(visitor, kok, anna, inside):
    browser = visitor(kok)
    browser.log_in(anna, remember=True)
    for name in (SESSION, REMEMBER, "__Host-apparaat"):
        said = payload(browser.cookie(name))
        for secret in ("anna", "Anna", str(anna.id), anna.id.hex):
            assert secret not in said
    token = payload(browser.cookie(REMEMBER)).strip('"')
    with inside(kok):
        assert db.session.scalars(sa.select(Session)).one().token_hash == hashed(token)


@pytest.mark.parametrize("cookie", [SESSION, REMEMBER])
@pytest.mark.parametrize(("remember", "moves", "is_in"), [
    (True, [{"days": 13}], True),
    (True, [{"days": 14, "seconds": 1}], False),
    (True, [{"days": 3, "hours": 23}, {"days": 13}, {"days": 13}], True),
    (True, [{"days": 4, "seconds": 1}, {"days": 13}, {"days": 13}], False),
    (False, [{"minutes": 59}], True),
    (False, [{"hours": 1, "seconds": 1}], False),
    (False, [{"minutes": 50}] * 14, True),
    (False, [{"minutes": 50}] * 15, False),
])  # fmt: skip
def test_server_decides_how_long_it_lasts(cookie, remember, moves, is_in, visitor, kok, anna, time):
    if cookie == REMEMBER and not remember:
        return
    browser = visitor(kok)
    browser.log_in(anna, remember=remember)
    for left, move in reversed(list(enumerate(moves))):
        time.move(**move)
        again = visitor(kok)
        steal(again, browser, cookie)
        again.get("/account", status=200 if is_in or left else 303)


@pytest.mark.parametrize("moves", [[{"minutes": 59}], [{"hours": 1, "seconds": 1}]])
def test_staff_is_never_remembered(moves, time, office):
    browser = office("groepsleiding", remember=True)
    assert browser.cookie(REMEMBER) is None
    time.move(**moves[0])
    browser.get("/account", status=200 if moves[0] == {"minutes": 59} else 303)


def end_by(event, browser, visitor, kok, anna, change, inside):
    if event == "logout":
        browser.post("/uitloggen")
    if event == "blocked":
        change(kok, anna, status="blocked")
    if event == "password":
        other = visitor(kok)
        other.log_in(anna)
        new = "een-heel-nieuw-wachtwoord"
        other.get("/account/wachtwoord")
        other.post("/account/wachtwoord", current=other.password, password=new, repeat=new)
    if event == "revoked":
        with inside(kok) as session:
            session.execute(sa.update(Session).values(ended_at=sa.func.current_timestamp()))


@pytest.mark.parametrize("event", ["logout", "blocked", "password", "revoked"])
@pytest.mark.parametrize("cookie", [SESSION, REMEMBER])
def test_old_cookie_opens_nothing_after(event, cookie, visitor, kok, anna, change, inside):
    browser = visitor(kok)
    browser.log_in(anna, remember=True)
    thief = visitor(kok)
    steal(thief, browser, cookie)
    thief.get("/")
    kept = visitor(kok)
    steal(kept, browser, cookie)
    end_by(event, browser, visitor, kok, anna, change, inside)
    kept.get("/", status=303)
    thief.get("/", status=303)


def test_logout_really_clears_the_remember_cookie(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna, remember=True)
    browser.get("/")
    cleared = cookies_of(browser.post("/uitloggen"))[REMEMBER]
    assert "Max-Age=0" in cleared and "Secure" in cleared and "Path=/" in cleared
    assert browser.cookie(REMEMBER) is None


def test_late_answer_cannot_undo_a_logout(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna, remember=True)
    late = visitor(kok)
    steal(late, browser, SESSION, REMEMBER)
    browser.post("/uitloggen")
    steal(browser, late, SESSION, REMEMBER)
    browser.get("/", status=303)


def test_remembered_parent_stays_in_when_the_browser_was_closed(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna, remember=True)
    reopened = visitor(kok)
    steal(reopened, browser, REMEMBER)
    assert "Anna" in reopened.get("/").text


def test_remembered_parent_types_the_password_again_for_what_is_sensitive(visitor, kok, anna, time):
    browser = visitor(kok)
    browser.log_in(anna, remember=True)
    time.move(minutes=11)
    browser.get("/account/sessies")
    assert browser.post("/account/sessies/overal-uitloggen").response.location.startswith("/account/bevestigen")


def rotated(app, tmp_path):
    """The same portal after its secret key was changed and the old one kept as a fallback."""
    return create_app({
        "PORTAL_INSTANCE": str(tmp_path), "PORTAL_SECRET_KEY": "n3w-" + "key0" * 10, "PORTAL_HASHES_PER_SECOND": "10000",
        "PORTAL_SECRET_KEY_FALLBACKS": app.config["SECRET_KEY"],
        "PORTAL_SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""),
    })  # fmt: skip


@pytest.mark.parametrize("cookie", [SESSION, REMEMBER])
def test_key_rotation_keeps_parents_in(cookie, app, visitor, kok, anna, tmp_path):
    browser = visitor(kok)
    browser.log_in(anna, remember=True)
    renewed = rotated(app, tmp_path)
    after = Visitor(renewed, kok.origin, browser.password)
    steal(after, browser, cookie)
    assert "Anna" in after.get("/").text
    with renewed.app_context():
        db.engine.dispose()


def test_secret_key_alone_forges_no_login(app, visitor, kok, anna):
    browser = visitor(kok)
    with app.test_request_context("/", base_url=kok.origin):
        signed = app.session_interface.get_signing_serializer(app).dumps({"_user_id": str(anna.id), "_fresh": True})
        options = {"key_derivation": "hmac"}
        remember = URLSafeSerializer(keys.keys("remember"), salt="ouderportaal.remember.v1", signer_kwargs=options)
        forged = remember.dumps(str(anna.id))
    for name, value in ((SESSION, signed), (REMEMBER, forged)):
        browser.client.set_cookie(name, value, domain="kok.test", secure=True)
    browser.get("/", status=303)


def test_twenty_first_session_ends_the_least_used(visitor, kok, anna, time):
    browsers = []
    for _ in range(21):
        time.move(minutes=1)
        browsers.append(visitor(kok))
        browsers[-1].log_in(anna)
    browsers[0].get("/", status=303)
    for browser in browsers[1:]:
        browser.get("/")
    assert len(re.findall(r'id="session-', browsers[-1].get("/account/sessies").text)) == 20
