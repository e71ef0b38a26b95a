"""What every answer carries, the calm pages for errors included."""

import re

import pytest
import sqlalchemy as sa

from portal.doors import CONTENT_SECURITY_POLICY, JUNK_POSTS
from tests.conftest import emptied
from tests.forms import EXAMPLES, LOGIN, body, refused
from tests.visitor import FORM

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def assert_safe(page, is_static=False):
    headers = page.response.headers
    assert {name: headers.get(name) for name in SECURITY} == SECURITY
    assert "camera=()" in headers["Permissions-Policy"]
    assert not [name for name, _ in headers if name.startswith("Access-Control-") or name in ("Server", "X-Powered-By")]
    if page.response.mimetype == "text/html":
        assert headers["Content-Type"] == "text/html; charset=utf-8"
    if not is_static:
        assert {"Cookie", "HX-Request"} <= {name.strip() for name in headers["Vary"].split(",")}
        assert "no-store" in headers["Cache-Control"] or "immutable" in headers["Cache-Control"]
    if page.response.mimetype == "text/html" or page.status >= 300:
        assert is_static or "no-store" in headers["Cache-Control"]


@pytest.fixture
def app(portals):
    """On one database only: what an answer carries does not come from it."""
    return emptied(portals("sqlite"))


@pytest.mark.parametrize("who", ["stranger", "parent", "link"])
def test_every_answer_is_safe(who, app, enter):
    browser = enter(who)
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: EXAMPLES[match[1]], rule.rule)
        for method in rule.methods:
            headers = {"Origin": "https://evil.example"} if method != "POST" else {}
            page = browser.send(path, method=method, content_type=FORM if method == "POST" else None, headers=headers)
            assert_safe(page, is_static=rule.endpoint == "static")
            if rule.endpoint not in ("static", "welcome.livez", "welcome.readyz"):
                assert page.response.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def stale(browser, app, monkeypatch):
    return browser.send("/inloggen", body(LOGIN, ""))


def foreign(browser, app, monkeypatch):
    return browser.send("/inloggen", body(LOGIN, browser.csrf), headers={"Sec-Fetch-Site": "cross-site"})


def nowhere(browser, app, monkeypatch):
    return browser.send("/nergens", method="GET", content_type=None)


def unknown_host(browser, app, monkeypatch):
    return browser.send("/", method="GET", content_type=None, headers={"Host": "evil.example"})


def not_so(browser, app, monkeypatch):
    return browser.send("/taal", method="GET", content_type=None)


def gone(browser, app, monkeypatch):
    return browser.send("/wachtwoord/herstel/a.b.c", method="GET", content_type=None)


def too_large(browser, app, monkeypatch):
    return browser.send("/inloggen", "a" * 17_000)


def too_strange(browser, app, monkeypatch):
    return browser.send("/inloggen", "{}", content_type="application/json")


def wrong(browser, app, monkeypatch):
    return browser.send("/inloggen", body({}, browser.csrf))


def no_language(browser, app, monkeypatch):
    return browser.send("/taal", body({"language": "xx"}, browser.csrf))


def too_often(browser, app, monkeypatch):
    for _ in range(JUNK_POSTS.most):
        browser.send("/inloggen", "")
    return browser.send("/inloggen", "")


def crash(browser, app, monkeypatch):
    def broken():
        raise RuntimeError("geheim")

    monkeypatch.setitem(app.view_functions, "welcome.help", broken)
    return browser.send("/hulp", method="GET", content_type=None)


def database_away(browser, app, monkeypatch):
    def broken():
        raise sa.exc.OperationalError("SELECT geheim", {}, Exception("geheim"))

    monkeypatch.setitem(app.view_functions, "welcome.help", broken)
    return browser.send("/hulp", method="GET", content_type=None)


ERRORS = [
    (stale, 400), (foreign, 403), (nowhere, 404), (unknown_host, 404), (not_so, 405), (gone, 410), (too_large, 413),
    (too_strange, 415), (wrong, 422), (no_language, 422), (too_often, 429), (crash, 500), (database_away, 503),
]  # fmt: skip


@pytest.mark.parametrize(("cause", "status"), ERRORS, ids=[cause.__name__ for cause, _ in ERRORS])
@pytest.mark.parametrize("who", ["stranger", "parent"])
def test_every_error_is_a_calm_page(who, cause, status, app, enter, monkeypatch, caplog):
    page = cause(enter(who), app, monkeypatch)
    assert refused(page, status) == ""
    assert_safe(page)
    assert "geheim" not in page.text
    if cause is not unknown_host:
        assert "Kok Kinderopvang" in page.text and "010-1234567" in page.text
    if status in (429, 503):
        assert int(page.response.headers["Retry-After"]) > 0
    if status in (500, 503):
        (reference,) = re.findall(r"Nummer van deze melding: ([0-9a-f]{8})", page.seen)
        assert reference in caplog.text


@pytest.mark.parametrize(("cause", "status"), ERRORS, ids=[cause.__name__ for cause, _ in ERRORS])
def test_every_error_is_there_in_english_too(cause, status, app, enter, monkeypatch):
    browser = enter("stranger")
    browser.headers["Accept-Language"] = "en"
    page = cause(browser, app, monkeypatch)
    assert page.status == status and '<html lang="en">' in page.text


def test_policy_is_the_one_we_promise():
    assert SECURITY["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_database_that_is_away_does_not_break_the_next_request(app, enter, monkeypatch):
    browser = enter("parent")
    with monkeypatch.context() as broken:
        database_away(browser, app, broken)
        crash(browser, app, broken)
    assert "Anna" in browser.get("/").text
