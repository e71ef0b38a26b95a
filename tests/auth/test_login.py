"""Logging in: one answer for every failure, one hash for every try, and no way to be sent elsewhere."""

import re
import unicodedata

import pytest
import sqlalchemy as sa

from portal.auth.models import Account, Session
from portal.auth.rules import browser_label, email_key, safe_path, split_name
from portal.db import db
from portal.passwords import actions as passwords
from tests.conftest import PASSWORD

WRONG = "horen niet bij elkaar"


def stripped(page):
    """The page without what differs for every visitor: the CSRF value and the reference."""
    return re.sub(r'name="csrf_token" value="[^"]+"|name="email"\s+value="[^"]*"|value="[^"]*@[^"]*"', "", page.text)


def test_parent_logs_in_and_is_home(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    assert "Anna" in browser.get("/").text


def causes(name, change, kok, anna, bram):
    if name == "wrong password":
        return "anna@voorbeeld.nl", "iets-heel-anders"
    if name == "unknown address":
        return "niemand@voorbeeld.nl", PASSWORD
    if name == "blocked":
        change(kok, anna, status="blocked")
    if name == "no password yet":
        change(kok, anna, password_hash=None, status="invited")
    if name == "corrupt hash":
        change(kok, anna, password_hash="")
    if name == "other organisation":
        return bram.email, PASSWORD
    if name == "temporary shape":
        return anna.email, "abcd-efgh-jkmn-pqrs"
    return anna.email, PASSWORD


CAUSES = ["wrong password", "unknown address", "blocked", "no password yet", "corrupt hash", "other organisation",
          "temporary shape"]  # fmt: skip


@pytest.mark.parametrize("cause", CAUSES)
def test_every_failure_looks_the_same_and_costs_one_hash(cause, visitor, kok, anna, bram, hash_calls, change):
    email, password = causes(cause, change, kok, anna, bram)
    reference = visitor(kok).post("/inloggen", status=422, email="x@y.nl", password="w")
    hash_calls.clear()
    page = visitor(kok).post("/inloggen", status=422, email=email, password=password)
    assert WRONG in page.text
    assert stripped(page) == stripped(reference)
    assert sorted(page.response.headers.keys()) == sorted(reference.response.headers.keys())
    assert len(hash_calls) == 1


def test_weak_hash_is_made_strong_at_login(visitor, inside, kok, anna, change):
    from argon2 import PasswordHasher

    change(kok, anna, password_hash=PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD))
    visitor(kok).log_in(anna)
    with inside(kok):
        stored = db.session.get(Account, anna.id)
        assert stored.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert stored.password_version == anna.password_version


@pytest.mark.parametrize(
    ("stored", "typed", "opens"),
    [
        (unicodedata.normalize("NFC", "café-molen-fiets"), unicodedata.normalize("NFD", "café-molen-fiets"), True),
        (" spatie ervoor en erna ", " spatie ervoor en erna ", True),
        (" spatie ervoor en erna ", "spatie ervoor en erna", False),
        ("x" * 199 + "a", "x" * 199 + "a", True),
        ("x" * 199 + "a", "x" * 199 + "b", False),
        ("Hoofdletter-Fiets", "hoofdletter-fiets", False),
        ("🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧", "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧", True),
    ],
)
def test_password_counts_as_typed(stored, typed, opens, visitor, inside, kok, anna, change):
    change(kok, anna, password_hash=passwords.hash_password(stored))
    visitor(kok).post("/inloggen", status=303 if opens else 422, email=anna.email, password=typed)


@pytest.mark.parametrize(("length", "hashes"), [(256, 1), (257, 0), (5000, 0)])
def test_too_long_password_is_refused_without_hashing(length, hashes, visitor, kok, anna, hash_calls):
    hash_calls.clear()
    visitor(kok).post("/inloggen", status=422, email=anna.email, password="a" * length)
    assert len(hash_calls) == hashes


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Jan@X.nl", "jan@x.nl"),
        ("  jan@x.nl ", "jan@x.nl"),
        ("jan@bücher.nl", "jan@xn--bcher-kva.nl"),
        ("mıke@x.nl", "mıke@x.nl"),
        ("MIKE@x.nl", "mike@x.nl"),
        ("jan", ""),
        ("@x.nl", ""),
        ("jan@", ""),
        ("a@x.nl\r\nBcc: b@y.nl", ""),
        ("a@x.nl\0", ""),
        ("a" * 250 + "@x.nl", ""),
    ],
)
def test_addresses_compare_in_one_form(typed, key):
    assert email_key(typed) == key


@pytest.mark.parametrize(
    ("one", "other"), [("mıke@x.nl", "mike@x.nl"), ("a@ｅxample.nl", "a@example.nl"), ("ſ@x.nl", "s@x.nl")]
)
def test_different_mailboxes_are_never_one(one, other):
    assert email_key(one) != email_key(other)


def test_credentials_in_the_address_bar_do_nothing(visitor, kok, anna):
    page = visitor(kok).get(f"/inloggen?email={anna.email}&password={PASSWORD}")
    assert anna.email not in page.text and PASSWORD not in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
    ],
)
def test_another_site_cannot_log_somebody_in(headers, visitor, kok, anna):
    browser = visitor(kok)
    browser.post("/inloggen", status=403, headers=headers, email=anna.email, password=PASSWORD)
    browser.get("/", status=303)


@pytest.mark.parametrize("token", ["", "onzin", "other"])
def test_wrong_csrf_value_keeps_the_typed_address_and_logs_nobody_in(token, visitor, kok, anna):
    if token == "other":
        other = visitor(kok)
        other.get("/inloggen")
        token = other.csrf
    browser = visitor(kok)
    browser.get("/inloggen")
    page = browser.post("/inloggen", status=400, csrf_token=token, email=anna.email, password=PASSWORD)
    assert anna.email in page.text and PASSWORD not in page.text
    assert "stond te lang open" in page.text
    browser.get("/", status=303)


GOOD_TARGETS = ["/account/sessies", "/account/wachtwoord", "/hulp", "/", "/account?a=b"]
BAD_TARGETS = [
    "//evil.nl", "///evil.nl", "/\\evil.nl", "\\\\evil.nl", "/\t/evil.nl", "/\n/evil.nl", "/a\r\nX: y", "https://evil.nl",
    "http:evil.nl", "javascript:alert(1)", "/%0d%0aX:y", "/%5cevil.nl", "/%2f%2fevil.nl", "/%2Fevil.nl/..", "/.//evil.nl",
    "/..//evil.nl", "evil.nl", "", " /", "/ ", "/account/../../evil", "/./", "/.well-known", "/nergens", "/static/portal.css",
    "/uitloggen", "/inloggen", "//", "/\\", "/@evil.nl", "/#x", "/a:b@c", "http://kok.test@evil.nl", "/\x00", "/é",
    "/account//evil.nl", "/%00", "/%09/evil.nl", "data:text/html,x", "/" + "a" * 600, "/account?x=\r\ny", "/account?x=%0d%0a",
]  # fmt: skip


@pytest.mark.parametrize("target", BAD_TARGETS)
def test_login_never_sends_elsewhere(target, visitor, kok, anna):
    page = visitor(kok).post("/inloggen", email=anna.email, password=PASSWORD, next=target) if clean(target) else None
    assert page is None or page.response.location == "/"


@pytest.mark.parametrize("target", BAD_TARGETS)
def test_unsafe_paths_are_no_paths(target):
    assert safe_path(target) in ("", target)
    if any(mark in target for mark in ("//", "\\", "\t", "\r", "\n", ":", "%0d", "%5c", "%2f", "/.")):
        assert safe_path(target) == ""


def clean(target):
    return target.isprintable()


@pytest.mark.parametrize("target", GOOD_TARGETS)
def test_login_brings_a_parent_back_to_the_page(target, visitor, kok, anna):
    page = visitor(kok).post("/inloggen", email=anna.email, password=PASSWORD, next=target)
    assert page.response.location == target


def test_page_behind_the_door_comes_back_after_login(visitor, kok, anna):
    browser = visitor(kok)
    login = browser.get("/account/sessies", status=303).response.location
    assert login.startswith("/inloggen?next=")
    assert 'value="/account/sessies"' in browser.get(login).text


def test_login_changes_the_csrf_value_and_the_session(visitor, kok, anna):
    browser = visitor(kok)
    browser.get("/inloggen")
    before = browser.csrf
    browser.log_in(anna)
    browser.get("/")
    first = browser.cookie("__Host-sessie")
    assert browser.csrf != before
    browser.log_in(anna, again=True)
    assert browser.cookie("__Host-sessie") != first


def test_login_page_helps_the_browser_and_the_reader(visitor, kok, anna):
    text = visitor(kok).get("/inloggen").text
    for part in ('autocomplete="username"', 'autocomplete="current-password"', 'type="password"', "Onthoud mij",
                 "Wachtwoord vergeten?", "E-mail", "Kok Kinderopvang"):  # fmt: skip
        assert part in text
    page = visitor(kok).post("/inloggen", status=422, email="", password="")
    assert 'aria-describedby="email-error"' in page.text and "Vul uw e-mailadres in." in page.text


def test_fresh_database_has_no_account(app, kok, inside):
    with inside(kok):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 0


def test_mail_tells_of_a_login_on_a_new_device(visitor, kok, anna, post, change):
    change(kok, anna, last_login_at=sa.func.current_timestamp())
    visitor(kok, user_agent="Mozilla/5.0 (iPhone) Safari").log_in(anna)
    (mail,) = post.deliver()
    assert "Safari, iPhone" in mail.text and "/account/sessies" in mail.text and kok.phone in mail.text


def test_known_device_gets_no_mail(visitor, kok, anna, post):
    browser = visitor(kok)
    browser.log_in(anna)
    post.deliver()
    browser.post("/uitloggen")
    browser.log_in(anna)
    assert post.deliver() == []


def test_mail_tells_of_a_login_after_five_failures(visitor, kok, anna, post):
    browser = visitor(kok)
    browser.log_in(anna)
    post.deliver()
    browser.post("/uitloggen")
    for _ in range(5):
        browser.post("/inloggen", status=422, email=anna.email, password="fout-wachtwoord")
    browser.log_in(anna)
    assert len(post.deliver()) == 1


def test_nothing_typed_ends_up_in_a_log_or_a_row(visitor, kok, anna, caplog, app):
    caplog.set_level(0)
    visitor(kok).post("/inloggen", status=422, email="geheim-adres@voorbeeld.nl", password="geheim-woord-123")
    with app.app_context():
        tables = db.metadata.sorted_tables
        rows = [str(row) for table in tables for row in db.session.connection().execute(sa.select(table))]
    for secret in ("geheim-adres", "geheim-woord"):
        assert secret not in caplog.text and not any(secret in row for row in rows)


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, Linux"),
        ("curl/8", ""),
    ],
)
def test_browser_has_a_name_a_parent_knows(agent, label):
    assert browser_label(agent) == label


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Els van der Berg", ("Els", "van der", "Berg")),
        ("Anna de Vries", ("Anna", "de", "Vries")),
        ("Juf", ("Juf", "", "Juf")),
        ("Fatima El Amrani", ("Fatima", "El", "Amrani")),
        ("Li Chen", ("Li", "", "Chen")),
    ],
)
def test_full_name_falls_apart_the_dutch_way(name, parts):
    assert split_name(name) == parts


def test_only_these_ways_begin_a_session(app, visitor, kok, anna):
    """Login is the only page that begins one; a password or a code renews the one that is there (L17)."""
    import ast
    from pathlib import Path

    callers = set()
    for path in Path("portal").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Call) and getattr(inner.func, "attr", "") in (
                        "begin_session",
                        "renew_session",
                    ):
                        callers.add(node.name)
    assert callers == {"_begin", "keep_password", "step_up", "_let_through", "_show"}
    with app.app_context():
        assert Session.__tablename__ == "session"


def begins(app, call):
    """How SQLite transactions began during this call; empty on PostgreSQL."""
    seen = []

    def listen(*args):
        seen.append(args[2])

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        call()
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)
    return [statement for statement in seen if statement.startswith("BEGIN")]


def test_looking_takes_no_write_lock(app, visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)

    def look(path):
        browser.client.get(path, base_url=kok.origin, headers=browser.headers).close()

    for path in ("/", "/account", "/hulp", "/static/portal.css", "/livez"):
        assert "BEGIN IMMEDIATE" not in begins(app, lambda path=path: look(path))


def test_body_that_comes_slowly_holds_no_transaction(app, visitor, kok):
    import io

    class Slow(io.BytesIO):
        def read(self, *args):
            with app.app_context():
                db.session.execute(sa.text("DELETE FROM throttle"))  # another writer gets through meanwhile
                db.session.commit()
            return super().read(*args)

    body = b"email=a%40b.nl"
    answer = visitor(kok).client.post(
        "/inloggen", base_url=kok.origin, input_stream=Slow(body), content_length=len(body),
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status_code == 400


@pytest.mark.parametrize("event", ["new password", "blocked"])
def test_login_under_way_does_not_outlive_a_change(event, visitor, kok, anna, change, monkeypatch):
    """The password was right when it was verified, and is not any more when the session would begin."""
    from portal.auth import actions

    original = actions.which_password

    def meanwhile(*args):
        found = original(*args)
        values = {"password_version": 2} if event == "new password" else {"status": "blocked"}
        change(kok, anna, **values)
        return found

    monkeypatch.setattr(actions, "which_password", meanwhile)
    browser = visitor(kok)
    browser.post("/inloggen", status=422, email=anna.email, password=browser.password)
    browser.get("/", status=303)


def test_logging_in_again_ends_the_session_before(visitor, kok, anna, piet):
    first, again = visitor(kok), visitor(kok)
    first.log_in(piet)
    again.client.set_cookie("__Host-sessie", first.cookie("__Host-sessie"), domain="kok.test", secure=True)
    first.get("/account")
    first.post("/inloggen", email=anna.email, password=first.password)
    again.get("/", status=303)


@pytest.mark.parametrize("typed", ["piet", "piet@", "@x.nl"])
def test_what_is_no_address_is_said_at_once(typed, visitor, kok, hash_calls):
    for path, fields in (
        ("/inloggen", {"password": "x"}),
        ("/wachtwoord-vergeten", {}),
        ("/wachtwoord/code", {"code": "x"}),
    ):
        assert "Er hoort een @ in" in visitor(kok).post(path, status=422, email=typed, **fields).seen
    assert hash_calls == []
