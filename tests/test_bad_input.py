"""Whatever is put in a form: the right refusal, a page in plain Dutch, and nothing changed."""

from io import BytesIO
from urllib.parse import quote_plus

import pytest
import sqlalchemy as sa

from portal.db import db
from portal.doors import DOORS
from portal.throttle.models import Throttle
from tests.conftest import emptied
from tests.forms import BAD_VALUES, LOGIN, NEW, POSTS, addresses, addresses_of, body, refused
from tests.visitor import FORM, Page

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
FOREIGN_SITES = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "onzin"},
    {"Sec-Fetch-Site": None, "Origin": "https://zon.test"},
    {"Sec-Fetch-Site": None, "Origin": "null"},
    {"Sec-Fetch-Site": None, "Origin": "http://kok.test"},
    {"Sec-Fetch-Site": None, "Origin": "https://kok.test.evil.example"},
]


@pytest.fixture
def app(portals):
    """On PostgreSQL only, the stricter of the two: it takes no NUL, and no word that is too long."""
    return emptied(portals("postgresql"))


def test_every_form_is_in_this_list(app):
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert {post for post in posts if DOORS[post.partition(".")[0]] not in ("programs", "one click")} == set(POSTS)


@pytest.mark.parametrize("who", ["stranger", "parent", "link"])
def test_every_field_of_a_page_is_in_this_list(who, app, enter):
    browser = enter(who)
    router = app.url_map.bind("kok.test")
    for path in addresses_of(app, "GET"):
        for form in browser.send(path, method="GET", content_type=None).forms:
            if form["attributes"]["method"] == "post":
                endpoint, _values = router.match(form["attributes"]["action"], "POST")
                assert set(form["fields"]) - {"csrf_token", None} <= set(POSTS[endpoint].fields), (path, endpoint)


# Every form, in every way below


@pytest.mark.parametrize("endpoint", POSTS)
def test_nothing_but_the_form_itself_is_taken(endpoint, enter, rows, wrong_csrf, forgiven):
    post = POSTS[endpoint]
    browser = enter(post.who)
    before, problems = rows(), []
    for way in WAYS:
        problems += [(way.__name__, *problem) for problem in way(endpoint, browser, wrong_csrf) if problem[-1]]
        assert rows() == before, way.__name__
        forgiven()
    assert problems == []


@pytest.fixture
def wrong_csrf(enter, visitor, zon):
    """Values that do not belong to the browser that sends them."""
    other, elsewhere = enter("stranger"), visitor(zon)
    elsewhere.get("/hulp")
    return {
        "none": "", "nonsense": "onzin", "other browser": other.csrf, "other organisation": elsewhere.csrf, "NUL": "\0",
        "long": "a" * 9000, "not ASCII": "é" * 40, "a piece of ours": other.csrf[:-1],
    }  # fmt: skip


@pytest.fixture
def forgiven(app):
    """forgiven() forgets what was tried, or nobody could try so much."""

    def forget():
        with app.app_context():
            db.session.execute(sa.delete(Throttle))
            db.session.commit()

    return forget


# Each of these gives what it did, and what was wrong with the answer


def bad_value(endpoint, browser, _):
    post = POSTS[endpoint]
    for name in post.fields:
        status = 303 if name in post.ignores else post.refusal
        for kind, value in BAD_VALUES.items():
            if name in post.lines and kind in ("a new header", "a new line"):
                continue
            browser.environ["REMOTE_ADDR"] = next(addresses)
            page = browser.send(post.path, body(post.fields, browser.csrf, **{name: value}))
            assert "Bcc" not in str(page.response.headers), (name, kind)
            yield name, kind, refused(page, 400 if page.status == 400 and kind in NO_TEXT else status)


def twice(endpoint, browser, _):
    post = POSTS[endpoint]
    for name, value in post.fields.items():
        if name not in post.ignores:
            words = f"{body(post.fields, browser.csrf)}&{name}={quote_plus(value)}"
            yield name, refused(browser.send(post.path, words), post.refusal)


def missing_or_empty(endpoint, browser, _):
    post = POSTS[endpoint]
    for name in [name for name in post.fields if name not in ("remember", "next", "propose", *post.optional)]:
        without = {key: value for key, value in post.fields.items() if key != name}
        for fields in ({**post.fields, name: ""}, without):
            yield name, refused(browser.send(post.path, body(fields, browser.csrf)), post.refusal)


def not_asked_for(endpoint, browser, _):
    """Neither a field of another form, nor one of the rows behind it, nor one in the address (security.md, I3, M2)."""
    post = POSTS[endpoint]
    if post.refusal != 422 or not post.fields:
        return
    extra = "&role=manager&organisation_id=1&status=active&account_id=1&is_staff=1&person_id=1&org=zon"
    bad = dict.fromkeys(post.fields, "a%00b") if endpoint != "welcome.set_language" else {"language": "a%00b"}
    words = body(post.fields, browser.csrf, **bad) + extra
    yield extra, refused(browser.send(f"{post.path}?{body(post.fields, '')}{extra}", words), 422)


def other_kind_of_body(endpoint, browser, _):
    for kind, words in FOREIGN_BODIES.items():
        page = browser.send(POSTS[endpoint].path, words, content_type=kind, headers={"X-CSRFToken": browser.csrf})
        yield kind, refused(page, 415)


def too_large(endpoint, browser, _):
    post = POSTS[endpoint]
    large = {**post.fields, "ballast": "a" * 17_000}
    multipart = "\r\n".join(
        line for name, value in {**large, "csrf_token": browser.csrf}.items()
        for line in ("--grens", f'Content-Disposition: form-data; name="{name}"', "", value)
    ) + "\r\n--grens--"  # fmt: skip
    for kind, words in {FORM: body(large, browser.csrf), "multipart/form-data; boundary=grens": multipart}.items():
        status = post.refusal if post.large and kind != FORM else 413
        yield kind, refused(browser.send(post.path, words, content_type=kind), status)


def with_a_wrong_csrf_value(endpoint, browser, wrong_csrf):
    post = POSTS[endpoint]
    sent = {kind: body(post.fields, value) for kind, value in wrong_csrf.items()}
    for kind, words in {**sent, "no field": body(post.fields, "").rpartition("&")[0]}.items():
        page = browser.send(post.path, words)
        assert NEW not in page.text and LOGIN["password"] not in page.text
        yield kind, refused(page, post.stale)


def from_another_site(endpoint, browser, _):
    post = POSTS[endpoint]
    for headers in FOREIGN_SITES:
        yield headers, refused(browser.send(post.path, body(post.fields, browser.csrf), headers=headers), 403)


WAYS = (
    bad_value, twice, missing_or_empty, not_asked_for, other_kind_of_body, too_large, with_a_wrong_csrf_value,
    from_another_site,
)  # fmt: skip


# The body as a whole


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

    browser = enter("stranger")
    before = rows()
    parts = {**LOGIN, "csrf_token": browser.csrf, "email": (BytesIO(b"anna@voorbeeld.nl"), "a.txt")}
    page = Page(browser.client.post("/inloggen", data=parts, content_type="multipart/form-data", **browser._with(None)))
    assert refused(page, 422) == "" and rows() == before


# Without a form


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
