"""Whatever is asked for, of whatever host: a page of that organisation, or one that says there is nothing."""

import re

import pytest

from tests.conftest import emptied
from tests.forms import BAD_VALUES, LOGIN, addresses, addresses_of, body, refused


@pytest.fixture
def app(portals):
    """On PostgreSQL only, the stricter of the two: it takes no NUL, and no word that is too long."""
    return emptied(portals("postgresql"))


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
    assert page.status == 200 and "Kok Kinderopvang" in page.seen and "Zonnebloem" not in page.seen
    assert "zon.test" not in page.text


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


def test_nonsense_that_is_searched_for_is_not_found(app, enter):
    browser = enter("manager")
    lists = [each for each in addresses_of(app, "GET") if each.startswith("/beheer")]
    for words in ("%00@", "a%00b"):
        query = "&".join(f"{name}={words}" for name in ("zoek", "toon", "na", "dag", "groep"))
        for path in lists:
            page = browser.send(f"{path}?{query}", method="GET", content_type=None)
            assert page.status < 500, (path, words[:20])


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
