"""Whatever is thrown at the portal: the right refusal, a page in plain Dutch, and nothing changed."""

import re
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import quote_plus

import pytest
import sqlalchemy as sa

from portal.auth import mails
from portal.db import EVERYWHERE, db, within
from portal.doors import CONTENT_SECURITY_POLICY, JUNK_POSTS
from tests.visitor import FORM, Page

NEW = "een-heel-nieuw-wachtwoord"
ID = "01234567-89ab-cdef-0123-456789abcdef"


@dataclass
class Post:
    """A form as it is meant to be filled in: who may, where, and the answer to a bad value in one of its fields."""

    who: str
    path: str
    fields: dict[str, str] = field(default_factory=dict)
    refusal: int = 422
    ignores: tuple[str, ...] = ()  # fields in which nonsense counts as nothing


LOGIN = {"email": "anna@voorbeeld.nl", "password": "tulp-fiets-molen-appel", "remember": "y", "next": "/"}
TWICE = {"password": NEW, "repeat": NEW}
POSTS = {
    "auth.login": Post("stranger", "/inloggen", LOGIN),
    "auth.logout": Post("parent", "/uitloggen"),
    "auth.forgot_password": Post("stranger", "/wachtwoord-vergeten", {"email": "anna@voorbeeld.nl"}),
    "auth.ask_new_link": Post("stranger", "/wachtwoord/nieuwe-link"),
    "auth.use_code": Post("stranger", "/wachtwoord/code", {"email": "anna@voorbeeld.nl", "code": "ABCD-2345"}),
    "auth.approve_device": Post("device", "/apparaat"),
    "auth.choose_password": Post("link", "/wachtwoord/nieuw", TWICE),
    "auth.check_password": Post("link", "/wachtwoord/controle", TWICE, 303),
    "auth.propose_passphrase": Post("link", "/wachtwoord/voorstel", {**TWICE, "propose": "1"}, 200),
    "account.change_password": Post("parent", "/account/wachtwoord", {**TWICE, "current": LOGIN["password"]}),
    "account.step_up": Post("parent", "/account/bevestigen", {"password": LOGIN["password"], "next": "/"}),
    "account.end_session": Post("parent", f"/account/sessies/{ID}/uitloggen"),
    "account.end_all_sessions": Post("parent", "/account/sessies/overal-uitloggen"),
    "welcome.set_language": Post("stranger", "/taal", {"language": "nl", "next": "/"}, ignores=("next",)),
}
EXAMPLES = {"token": "a.b.c", "colour": "1f6f66", "session_id": ID, "filename": "portal.css", "mail_id": "a"}

# As they travel, so that what is no text at all can be sent too.
BAD_VALUES = {
    "NUL": "a%00b",
    "bell": "a%07b",
    "escape": "%1B%5B31m",
    "delete": "a%7F",
    "C1 control": "a%C2%85b",
    "a new header": "a%0D%0ABcc%3A+b%40voorbeeld.nl",
    "a new line": "anna%40voorbeeld.nl%0A",
    "no UTF-8": "%FF%FE",
    "half a character": "a%C3",
    "overlong": "%C0%80",
    "lone surrogate": "%ED%A0%80",
    "10 kB": "a" * 10_000,
}
NO_TEXT = ("no UTF-8", "half a character", "overlong", "lone surrogate")  # may be refused before any form is read: 400
FOREIGN_BODIES = {
    "application/json": '{"email": "anna@voorbeeld.nl"}',
    "text/plain": "email=anna@voorbeeld.nl",
    "application/xml": "<a/>",
    "application/octet-stream": "\0",
    "text/html": "<p>",
    "": "email=anna@voorbeeld.nl",
    "onzin": "email=anna@voorbeeld.nl",
}
every_post = pytest.mark.parametrize("endpoint", POSTS)


def body(fields, csrf, **instead):
    """The fields as a browser sends them, except those that are given as they travel."""
    parts = {name: quote_plus(value) for name, value in fields.items()} | {"csrf_token": quote_plus(csrf)} | instead
    return "&".join(f"{name}={value}" for name, value in parts.items())


@pytest.fixture
def rows(app):
    """All rows of everyone, counters of tries excepted."""

    def read():
        with app.app_context(), within(EVERYWHERE):
            connection = db.session.connection()
            tables = [table for table in db.metadata.sorted_tables if table.name != "throttle"]
            found = {table.name: sorted(repr(row) for row in connection.execute(sa.select(table))) for table in tables}
            db.session.rollback()
            return found

    return read


@pytest.fixture
def enter(visitor, kok, anna, post, inside):
    """enter("parent") is a browser in that state, which comes from another address at every request."""

    def open_browser(who):
        browser = visitor(kok)
        if who == "parent":
            browser.log_in(anna)
        if who == "link":
            browser.post("/wachtwoord-vergeten", email=anna.email)
            (mail,) = post.deliver()
            browser.get(mail.links[0], status=303)
        if who == "device":
            with inside(kok):
                mails.approve_device(anna.email_key, "Chrome, Android")
            (mail,) = post.deliver()
            browser.get(mail.links[0], status=303)
        browser.get("/hulp")
        return browser

    return open_browser


addresses = (f"198.51.{number // 250 % 250}.{number % 250}" for number in count())


def refused(page, status):
    """What is wrong with this refusal; nothing when it is a whole page in Dutch with the status we want."""
    if page.status != status:
        return f"{page.status}, not {status}"
    if 300 <= page.status < 400 or not page.response.get_data():
        return ""
    if page.response.mimetype != "text/html" or 'lang="nl"' not in page.text[:200] or "Traceback" in page.text:
        return f"no page in Dutch: {page.text[:200]}"
    page.check()
    return ""


def test_every_form_is_in_this_list(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods} == set(POSTS)


@pytest.mark.parametrize("who", ["stranger", "parent", "link"])
def test_every_field_of_a_page_is_in_this_list(who, app, enter):
    browser = enter(who)
    places = {post.path: set(post.fields) for post in POSTS.values()}
    for path in addresses_of(app, "GET"):
        for form in browser.send(path, method="GET", content_type=None).forms:
            action = re.sub(r"/[0-9a-f-]{36}/", f"/{ID}/", form["attributes"]["action"])
            assert set(form["fields"]) - {"csrf_token", None} <= places[action], (path, action)


def addresses_of(app, method=None):
    """Every address of the portal, with examples for what differs."""
    for rule in app.url_map.iter_rules():
        if method is None or method in rule.methods:
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda match: EXAMPLES[match[1]], rule.rule)


# Fields


@every_post
def test_bad_value_in_a_field_is_refused_with_a_page_and_changes_nothing(endpoint, enter, rows):
    post = POSTS[endpoint]
    browser = enter(post.who)
    before, problems = rows(), []
    for name in post.fields:
        status = 303 if name in post.ignores else post.refusal
        for kind, value in BAD_VALUES.items():
            browser.environ["REMOTE_ADDR"] = next(addresses)
            page = browser.send(post.path, body(post.fields, browser.csrf, **{name: value}))
            if problem := refused(page, 400 if page.status == 400 and kind in NO_TEXT else status):
                problems.append((name, kind, problem))
            assert "Bcc" not in str(page.response.headers), (name, kind)
            assert rows() == before, (name, kind)
    assert problems == []


@every_post
def test_field_that_comes_twice_is_refused(endpoint, enter, rows):
    post = POSTS[endpoint]
    browser = enter(post.who)
    before, problems = rows(), []
    for name, value in post.fields.items():
        if name in post.ignores:
            continue
        twice = f"{body(post.fields, browser.csrf)}&{name}={quote_plus(value)}"
        if problem := refused(browser.send(post.path, twice), post.refusal):
            problems.append((name, problem))
        assert rows() == before, name
    assert problems == []


@every_post
def test_field_that_is_missing_or_empty_is_no_crash(endpoint, enter, rows):
    post = POSTS[endpoint]
    browser = enter(post.who)
    for name in [name for name in post.fields if name not in ("remember", "next", "propose")]:
        before = rows()
        for fields in ({**post.fields, name: ""}, {key: value for key, value in post.fields.items() if key != name}):
            page = browser.send(post.path, body(fields, browser.csrf))
            assert refused(page, post.refusal) == "", name
            assert rows() == before, name


@every_post
def test_fields_nobody_asked_for_change_nothing(endpoint, enter, rows):
    """Neither a field of another form, nor one of the rows behind it, nor one in the address (security.md, I3, M2)."""
    post = POSTS[endpoint]
    if post.refusal != 422 or not post.fields:
        return
    browser = enter(post.who)
    before = rows()
    extra = "&role=manager&organisation_id=1&status=active&account_id=1&is_staff=1&person_id=1&org=zon"
    bad = dict.fromkeys(post.fields, "a%00b") if endpoint != "welcome.set_language" else {"language": "a%00b"}
    page = browser.send(f"{post.path}?{body(post.fields, '')}{extra}", body(post.fields, browser.csrf, **bad) + extra)
    assert refused(page, 422) == "" and rows() == before


# The body as a whole


@every_post
def test_other_kind_of_body_is_refused(endpoint, enter, rows):
    post = POSTS[endpoint]
    browser = enter(post.who)
    before = rows()
    for kind, words in FOREIGN_BODIES.items():
        page = browser.send(post.path, words, content_type=kind, headers={"X-CSRFToken": browser.csrf})
        assert refused(page, 415) == "", kind
    assert rows() == before


@every_post
def test_body_over_the_limit_is_refused(endpoint, enter, rows):
    post = POSTS[endpoint]
    browser = enter(post.who)
    before = rows()
    large = {**post.fields, "ballast": "a" * 17_000}
    multipart = "\r\n".join(
        line for name, value in {**large, "csrf_token": browser.csrf}.items()
        for line in ("--grens", f'Content-Disposition: form-data; name="{name}"', "", value)
    )  # fmt: skip
    for kind, words in {FORM: body(large, browser.csrf), "multipart/form-data; boundary=grens": multipart}.items():
        assert refused(browser.send(post.path, words, content_type=kind), 413) == "", kind
    assert rows() == before


def test_broken_multipart_is_refused(enter, rows):
    browser = enter("stranger")
    before = rows()
    for kind in ("multipart/form-data; boundary=grens", "multipart/form-data", "multipart/form-data; boundary="):
        for junk in ("", "--", "--grens", "--grens\r\n", "--grens\r\nContent-Disposition: x\r\n\r\n", "a" * 500):
            assert refused(browser.send("/inloggen", junk, content_type=kind), 400) == "", (kind, junk)
    assert rows() == before


def test_multipart_form_is_read_as_well(enter):
    browser = enter("stranger")
    parts = {**LOGIN, "csrf_token": browser.csrf}
    page = Page(browser.client.post("/inloggen", data=parts, content_type="multipart/form-data", **browser._with(None)))
    assert page.status == 303


def test_file_is_no_word(enter, rows):
    from io import BytesIO

    browser = enter("stranger")
    before = rows()
    parts = {**LOGIN, "csrf_token": browser.csrf, "email": (BytesIO(b"anna@voorbeeld.nl"), "a.txt")}
    page = Page(browser.client.post("/inloggen", data=parts, content_type="multipart/form-data", **browser._with(None)))
    assert refused(page, 422) == "" and rows() == before


# Whose form it is


@every_post
def test_form_with_a_wrong_csrf_value_is_refused(endpoint, enter, rows, visitor, zon):
    post = POSTS[endpoint]
    browser, other, elsewhere = enter(post.who), enter("stranger"), visitor(zon)
    elsewhere.get("/hulp")
    before, problems = rows(), []
    values = {"none": "", "nonsense": "onzin", "other browser": other.csrf, "other organisation": elsewhere.csrf,
              "NUL": "\0", "long": "a" * 9000, "not ASCII": "é" * 40, "cut off": browser.csrf[:-1]}  # fmt: skip
    for kind, value in values.items():
        page = browser.send(post.path, body(post.fields, value))
        if problem := refused(page, 400):
            problems.append((kind, problem))
        assert NEW not in page.text and LOGIN["password"] not in page.text
    page = browser.send(post.path, body(post.fields, "").rpartition("&")[0])
    assert refused(page, 400) == "" and problems == [] and rows() == before


FOREIGN_SITES = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "onzin"},
    {"Sec-Fetch-Site": None, "Origin": "https://zon.test"},
    {"Sec-Fetch-Site": None, "Origin": "null"},
    {"Sec-Fetch-Site": None, "Origin": "http://kok.test"},
    {"Sec-Fetch-Site": None, "Origin": "https://kok.test.evil.example"},
]


@every_post
def test_form_from_another_site_is_refused(endpoint, enter, rows):
    post = POSTS[endpoint]
    browser = enter(post.who)
    before = rows()
    for headers in FOREIGN_SITES:
        page = browser.send(post.path, body(post.fields, browser.csrf), headers=headers)
        assert refused(page, 403) == "", headers
    assert rows() == before


@pytest.mark.parametrize("who", ["stranger", "parent"])
def test_wrong_method_is_refused(who, app, enter, rows):
    browser = enter(who)
    before, problems = rows(), []
    for path in addresses_of(app):
        allowed = app.url_map.bind("kok.test").allowed_methods(path)
        for method in {"GET", "POST", "PUT", "DELETE", "TRACE", "ONZIN"} - set(allowed):
            page = browser.send(path, "a=b" if method == "POST" else "", method=method)
            if problem := refused(page, 405):
                problems.append((method, path, problem))
            assert set(page.response.allow) == set(allowed), path
    assert problems == [] and rows() == before


@pytest.mark.parametrize("who", ["stranger", "parent", "link"])
def test_looking_changes_nothing(who, app, enter, rows):
    browser = enter(who)
    before = rows()
    for path in addresses_of(app, "GET"):
        for method in ("HEAD", "GET", "OPTIONS"):
            assert browser.send(path, method=method, content_type=None).status < 500
        assert rows() == before, path


# Where it goes


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("kok.test", 200),
        ("KOK.Test", 200),
        ("kok.test.", 200),
        ("kok.test:8443", 200),
        ("KOK.TEST.:443", 200),
        ("kok.test:onzin", 404),
        ("kok.test:99999999", 404),
        ("kok.test:", 404),
        ("kok.test:80:80", 404),
        ("kok.test..", 404),
        (".kok.test", 404),
        ("evil.example", 404),
        ("kok.test.evil.example", 404),
        ("kok.test@evil.example", 404),
        ("evil.example/kok.test", 404),
        ("kok.test, evil.example", 404),
        ("kok", 404),
        ("localhost", 404),
        ("127.0.0.1", 404),
        ("[::1]", 404),
        ("[::1", 404),
        ("", 404),
        (" ", 404),
        ("kok.test\x00", 404),
        ("kök.test", 404),
        ("x" * 5000, 404),
    ],
)
def test_only_the_own_host_has_pages(host, status, enter):
    browser = enter("stranger")
    page = browser.send("/inloggen", method="GET", content_type=None, headers={"Host": host})
    assert page.status == status
    assert ("Kok Kinderopvang" in page.text) is (status == 200)
    assert 'lang="nl"' in page.text and "8443" not in page.text
    assert browser.send("/", method="GET", content_type=None, headers={"Host": host}).status in (303, 404)


@pytest.mark.parametrize("host", ["evil.example", "kok.test:onzin", "zon.test"])
def test_form_sent_to_another_host_is_refused(host, enter, rows, zon):
    browser = enter("stranger")
    before = rows()
    page = browser.send("/inloggen", body(LOGIN, browser.csrf), headers={"Host": host})
    assert page.status in (400, 403, 404) and rows() == before


@pytest.mark.parametrize(
    "name",
    ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL", "X-Org", "X-HTTP-Method-Override"],
)
def test_no_other_header_says_where_it_goes(name, enter, zon):
    page = enter("stranger").send("/inloggen", method="GET", content_type=None, headers={name: "zon.test"})
    assert page.status == 200 and "Kok Kinderopvang" in page.text and "zon" not in page.text.lower()


@pytest.mark.parametrize(
    "path", ["//inloggen", "///inloggen", "/account//sessies", "//evil.example/inloggen", "//evil.example//"]
)
def test_address_with_too_many_slashes_leads_nowhere_else(path, enter):
    """The test client would read //inloggen as a host, so the path is put past it."""
    browser = enter("stranger")
    browser.environ["PATH_INFO"] = path
    page = browser.send("/", method="GET", content_type=None, headers={"Host": "kok.test:8443"})
    assert page.status in (200, 308, 404)
    assert re.fullmatch(
        r"(https://kok\.test(:8443)?)?/(?!/)[a-z/]+", page.response.headers.get("Location", "/inloggen")
    )


BAD_PATHS = [
    "/%00", "/inloggen%00", "/%ff", "/%ED%A0%80", "/%C0%80", "/inloggen%0d%0aX-Evil:1", "/inloggen/",
    "/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/../config.py", "/static/%2e%2e/db.py", "/static/%00",
    "/static/..%5cdb.py", "/.git/config", "/instance/secret_key", "/portal.sqlite", "/" + "a" * 8000, "/stijl/%00.css",
    "/stijl/zzzzzz.css", "/stijl/1f6f66.css%0a", "/stijl/1F6F66.css", "/account/sessies/1/uitloggen", "/wp-login.php",
    "/INLOGGEN", "/inloggen;a=b", "/inloggen.php", "/nergens?next=%00", "/demo/post",
]  # fmt: skip


@pytest.mark.parametrize("who", ["stranger", "parent"])
def test_address_of_nothing_is_a_page_that_says_so(who, enter):
    browser = enter(who)
    problems = {path: refused(browser.send(path, method="GET", content_type=None), 404) for path in BAD_PATHS}
    assert {path: problem for path, problem in problems.items() if problem} == {}


@pytest.mark.parametrize("who", ["stranger", "parent", "link"])
def test_nonsense_in_an_address_is_no_crash(who, app, enter, rows):
    browser = enter(who)
    before = rows()
    query = "&".join(f"{name}={value}" for value in BAD_VALUES.values() for name in ("next", "email", value))
    paths = [re.sub("<[^>]+>", value, rule.rule) for rule in app.url_map.iter_rules() for value in BAD_VALUES.values()]
    for address in {*paths, *(f"{path}?{query}" for path in addresses_of(app))}:
        browser.environ["REMOTE_ADDR"] = next(addresses)
        page = browser.send(address, method="GET", content_type=None)
        assert page.status < 500, address[:100]
        assert "Bcc" not in page.response.headers and not page.response.headers.get("Location", "/").startswith("//")
    assert rows() == before


BAD_HEADERS = [
    {"Cookie": "__Host-sessie=onzin; __Host-onthoud=onzin; __Host-apparaat=onzin; taal=onzin"},
    {"Cookie": "__Host-sessie=" + "a" * 9000},
    {"Cookie": "__Host-sessie=é\xff; taal=\x01"},
    {"Cookie": "__Host-apparaat=W10.aaaa; =; ;;;"},
    {"Accept-Language": "\xff, nl;q=onzin, *;q=9999999999999"},
    {"Accept-Language": "nl," * 3000},
    {"User-Agent": "é\xff\x01" + "a" * 9000},
    {"User-Agent": ""},
    {"X-Forwarded-For": "onzin, \xff"},
    {"HX-Request": "onzin", "HX-Target": "\xff", "HX-Current-URL": "javascript:alert(1)"},
    {"If-None-Match": "*", "If-Modified-Since": "onzin", "Range": "bytes=-1,0-"},
    {"Content-Length": "-1"},
    {"Content-Length": "onzin"},
    {"Content-Encoding": "gzip"},
    {"Referer": "\xff", "Origin": "\xff"},
    {"Authorization": "Basic \xff"},
    {"X-Achtergrond": "\xff"},
]


def test_nonsense_in_a_header_is_no_crash(enter, rows):
    browser = enter("parent")
    before = rows()
    form = body({**LOGIN, "password": "fout"}, browser.csrf)
    for headers in BAD_HEADERS:
        browser.environ["REMOTE_ADDR"] = next(addresses)
        for path in ("/", "/account/sessies", "/inloggen", "/wachtwoord/nieuw", "/static/portal.css", "/livez"):
            page = browser.send(path, method="GET", content_type=None, headers=headers)
            assert page.status < 500, (path, headers)
        assert browser.send("/wachtwoord/code", form, headers=headers).status < 500, headers
    assert rows() == before


# What every answer carries


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


# The command line


GOOD = {
    "organisation add": ["De Beer", "--slug", "beer", "--origin", "https://beer.test", "--email", "a@beer.test", "--phone", "010"],
    "staff add": ["els@kok.test", "--organisation", "kok", "--name", "Els van den Berg", "--role", "manager"],
    "parents import": ["nergens.csv", "--organisation", "kok"],
    "parents send-credentials": ["niemand@voorbeeld.nl", "--organisation", "kok"],
    "sessions end": ["niemand@voorbeeld.nl", "--organisation", "kok"],
    "outbox retry": [ID],
    "serve": ["--bind", "onzin"],
    "demo": ["--bind", "onzin"],
}  # fmt: skip
BAD_WORDS = {
    "bell": "a\x07b", "escape": "\x1b[31m", "two lines": "a\r\nBcc: b@voorbeeld.nl", "no UTF-8": "\udcff\udcfe",
    "lone surrogate": "\ud800", "10 kB": "a" * 10_000, "right to left": "a\u202eb",
}  # fmt: skip
QUIET = {"db upgrade", "outbox status", "outbox run"}  # nothing can be typed wrong in them


def test_every_command_is_in_this_list(app):
    from portal import cli
    from tests.test_house import commands

    assert {name.removeprefix("portal ") for name, _ in commands(cli._commands(app))} == {*GOOD, *QUIET}


@pytest.mark.parametrize("name", GOOD)
def test_bad_word_in_a_command_is_refused_in_one_sentence(name, command, kok, anna, rows):
    before, problems = rows(), []
    for place in [place for place, word in enumerate(GOOD[name]) if not word.startswith("--")]:
        for kind, word in BAD_WORDS.items():
            words = [*GOOD[name][:place], word, *GOOD[name][place + 1 :]]
            what = (GOOD[name][place - 1] if place else "first word", kind)
            try:
                said = command(*name.split(), *words)
            except Exception as error:
                problems.append((*what, repr(error)[:120]))
                continue
            if said.code not in (1, 2) or not 1 <= len(said.err.strip().splitlines()) <= 4 or rows() != before:
                problems.append((*what, said.code, said.err[:200]))
    assert problems == [], "\n".join(str(problem) for problem in problems)


@pytest.mark.parametrize(
    "words",
    [
        ["onzin"], ["parents"], ["parents", "onzin"], ["serve", "--onzin"], ["serve", "--workers", "veel"],
        ["serve", "--workers", "0"], ["outbox", "retry", "onzin"], ["organisation", "add"], ["staff", "add", "a@b.nl"],
        ["sessions", "end", "--organisation", "kok"], ["staff", "add", "a@b.nl", "--organisation", "kok", "--role", "baas"],
    ],
)  # fmt: skip
def test_wrong_usage_is_told(words, command, kok):
    said = command(*words)
    assert said.code == 2 and said.err.strip()
