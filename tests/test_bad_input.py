"""Whatever is put in a form: the right refusal, a page in plain Dutch, and nothing changed."""

from io import BytesIO
from urllib.parse import quote_plus

import pytest

from portal.doors import DOORS
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
every_post = pytest.mark.parametrize("endpoint", POSTS)


def test_every_form_is_in_this_list(app):
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert {post for post in posts if DOORS[post.partition(".")[0]] != "programs"} == set(POSTS)


@pytest.mark.parametrize("who", ["stranger", "parent", "link"])
def test_every_field_of_a_page_is_in_this_list(who, app, enter):
    browser = enter(who)
    router = app.url_map.bind("kok.test")
    for path in addresses_of(app, "GET"):
        for form in browser.send(path, method="GET", content_type=None).forms:
            if form["attributes"]["method"] == "post":
                endpoint, _values = router.match(form["attributes"]["action"], "POST")
                assert set(form["fields"]) - {"csrf_token", None} <= set(POSTS[endpoint].fields), (path, endpoint)


# Fields


@every_post
def test_bad_value_in_a_field_is_refused_with_a_page_and_changes_nothing(endpoint, enter, rows):
    post = POSTS[endpoint]
    browser = enter(post.who)
    before, problems = rows(), []
    for name in post.fields:
        status = 303 if name in post.ignores else post.refusal
        for kind, value in BAD_VALUES.items():
            if name in post.lines and kind in ("a new header", "a new line"):
                continue
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
    for name in [name for name in post.fields if name not in ("remember", "next", "propose", *post.optional)]:
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
    ) + "\r\n--grens--"  # fmt: skip
    for kind, words in {FORM: body(large, browser.csrf), "multipart/form-data; boundary=grens": multipart}.items():
        status = 422 if post.large and kind != FORM else 413
        assert refused(browser.send(post.path, words, content_type=kind), status) == "", kind
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
        if problem := refused(page, post.stale):
            problems.append((kind, problem))
        assert NEW not in page.text and LOGIN["password"] not in page.text
    page = browser.send(post.path, body(post.fields, "").rpartition("&")[0])
    assert refused(page, post.stale) == "" and problems == [] and rows() == before


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
