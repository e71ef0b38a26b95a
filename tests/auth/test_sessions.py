"""Mijn apparaten: which browsers are in, ending them, and logging out."""

import re

import pytest
import sqlalchemy as sa

from portal.auth.models import Session
from portal.db import db
from tests.auth.test_remember import SESSION, steal

PAGE = "/account/sessies"


@pytest.fixture
def anna_in(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    return browser


@pytest.fixture
def phone(visitor, kok, anna):
    browser = visitor(kok, user_agent="Mozilla/5.0 (iPhone) Version/17 Safari/604", address="2001:db8:1:2::9")
    browser.log_in(anna)
    return browser


def ids(browser):
    return re.findall(r'id="session-([0-9a-f-]{36})"', browser.get(PAGE).text)


def test_list_names_the_browser_the_network_and_this_device(anna_in, phone):
    page = anna_in.get(PAGE)
    assert "Chrome, Android" in page.seen and "Safari, iPhone" in page.seen
    assert "203.0.113.x" in page.seen and "203.0.113.7" not in page.seen and "2001:db8:1::" in page.seen
    assert page.seen.count("Dit apparaat") + page.seen.count("dit apparaat") >= 1


def test_parent_logs_one_device_out(anna_in, phone, inside, kok):
    with inside(kok):
        other = db.session.scalars(sa.select(Session).where(Session.browser == "Safari, iPhone")).one().id
    anna_in.get(PAGE)
    anna_in.post(f"{PAGE}/{other}/uitloggen")
    phone.get("/", status=303)
    anna_in.get("/")


def test_log_out_everywhere_ends_this_device_too(anna_in, phone):
    anna_in.get(PAGE)
    page = anna_in.post(f"{PAGE}/overal-uitloggen")
    assert page.response.location == "/inloggen"
    assert "Clear-Site-Data" in page.response.headers
    for browser in (anna_in, phone):
        browser.get("/", status=303)


def test_old_login_types_the_password_first_and_comes_back(time, anna_in):
    time.move(minutes=11)
    anna_in.get(PAGE)
    asked = anna_in.post(f"{PAGE}/overal-uitloggen").response.location
    anna_in.get(asked)
    assert "niet uw wachtwoord" in anna_in.post(asked, status=422, password="fout-wachtwoord", next=PAGE).seen
    before = anna_in.cookie(SESSION)
    page = anna_in.post(asked, password=anna_in.password, next=PAGE)
    assert page.response.location == PAGE and anna_in.cookie(SESSION) != before
    anna_in.get(PAGE)
    anna_in.post(f"{PAGE}/overal-uitloggen")
    anna_in.get("/", status=303)


def test_password_typed_again_gives_the_session_a_new_secret(anna_in, visitor, kok, time):
    thief = visitor(kok)
    steal(thief, anna_in, SESSION)
    time.move(minutes=11)
    asked = "/account/bevestigen?next=/account/sessies"
    anna_in.get(asked)
    anna_in.post(asked, password=anna_in.password, next=PAGE)
    anna_in.get("/")
    thief.get("/", status=303)


@pytest.mark.parametrize("target", ["https://evil.nl", "//evil.nl", "/\\evil.nl"])
def test_confirming_never_sends_elsewhere(target, anna_in):
    anna_in.get("/account/bevestigen")
    assert anna_in.post("/account/bevestigen", password=anna_in.password, next=target).response.location == "/"


def test_device_of_somebody_else_does_not_exist(anna_in, visitor, kok, zon, piet, bram, inside):
    for organisation, account in ((kok, piet), (zon, bram)):
        other = visitor(organisation)
        other.log_in(account)
        (theirs,) = ids(other)
        anna_in.get(PAGE)
        anna_in.post(f"{PAGE}/{theirs}/uitloggen", status=404)
        other.get("/")


def test_logout_is_a_post_on_every_page_and_a_get_asks(anna_in):
    for path in ("/", "/account", PAGE, "/account/wachtwoord", "/hulp"):
        assert 'action="/uitloggen"' in anna_in.get(path).text
    anna_in.get("/uitloggen")
    anna_in.get("/")
    page = anna_in.post("/uitloggen")
    assert page.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    anna_in.get("/", status=303)


@pytest.mark.parametrize("path", ["/", "/account", PAGE])
def test_ended_session_stops_at_the_next_request_of_any_kind(path, anna_in, inside, kok):
    with inside(kok) as session:
        session.execute(sa.update(Session).values(ended_at=sa.func.current_timestamp()))
    anna_in.get(path, status=303)
    answer = anna_in.client.get(path, base_url=kok.origin, headers={**anna_in.headers, "HX-Request": "true"})
    assert answer.status_code == 204 and answer.headers["HX-Redirect"].startswith("/inloggen")
    assert answer.data == b""


def test_new_role_counts_at_once(visitor, kok, anna, change, time):
    browser = visitor(kok)
    browser.log_in(anna, remember=True)
    time.move(hours=2)
    browser.get("/")
    time.move(hours=2)
    change(kok, anna, role="planning")
    browser.get("/", status=303)


def test_office_ends_sessions_with_a_command(app, anna_in, phone, visitor, kok, zon, bram, piet):
    from portal.cli import _commands

    bram_in, piet_in = visitor(zon), visitor(kok)
    bram_in.log_in(bram)
    piet_in.log_in(piet)
    with app.app_context():
        _commands(app).main(["sessions", "end", "anna@voorbeeld.nl", "--organisation", "kok"], standalone_mode=False)
    anna_in.get("/", status=303)
    piet_in.get("/")
    with app.app_context():
        _commands(app).main(["sessions", "end", "--all", "--organisation", "kok"], standalone_mode=False)
    piet_in.get("/", status=303)
    bram_in.get("/")


def test_anonymous_visits_make_no_rows(app, visitor, kok):
    for path in ("/inloggen", "/wachtwoord-vergeten", "/hulp", "/", "/nergens") * 20:
        visitor(kok).client.get(path, base_url=kok.origin)
    with app.app_context(), app.test_request_context():
        from portal.db import within

        with within("*"):
            tables = [table for table in db.metadata.sorted_tables if table.name not in ("organisation", "location")]
            assert {table.name: count for table in tables if (count := _count(table))} == {}


def _count(table):
    return db.session.scalar(sa.select(sa.func.count()).select_from(table))


def test_page_left_open_for_a_month_still_works(visitor, kok, anna, time):
    browser = visitor(kok)
    browser.get("/inloggen")
    time.move(days=30)
    browser.post("/inloggen", email=anna.email, password=browser.password)


def test_pages_are_not_kept_by_browser_or_proxy(anna_in):
    for path in ("/", "/account", PAGE, "/inloggen"):
        headers = anna_in.get(path, status=303 if path == "/inloggen" else 200).response.headers
        assert headers["Cache-Control"] == "private, no-store" and "Cookie" in headers["Vary"]


def test_being_there_is_written_down_every_five_minutes(time, anna_in, inside, kok):
    def seen():
        with inside(kok):
            return db.session.scalars(sa.select(Session)).one().seen_at

    first = seen()
    time.move(minutes=4)
    anna_in.get("/")
    assert seen() == first
    time.move(minutes=1)
    anna_in.get("/", headers={"X-Achtergrond": "1"})
    assert seen() == first
    anna_in.get("/")
    assert seen() == time.now


def test_other_network_is_no_problem_and_other_browser_types_the_password(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna, remember=True)
    browser.environ = {"REMOTE_ADDR": "198.51.100.9"}
    browser.get("/")
    browser.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0"
    asked = browser.get("/", status=303).response.location
    assert asked.startswith("/account/bevestigen")
    browser.get(asked)
    browser.post("/account/bevestigen", password=browser.password, next="/")
    browser.get("/")


def test_language_follows_browser_then_choice(visitor, kok, anna):
    browser = visitor(kok)
    browser.headers["Accept-Language"] = "en-GB,en;q=0.9"
    assert "Log in" in browser.get("/inloggen").seen
    browser.post("/taal", language="nl", next="/inloggen")
    assert "Wachtwoord vergeten?" in browser.get("/inloggen").seen
    browser.log_in(anna)
    browser.get("/")
    browser.post("/taal", language="en", next="/account")
    elsewhere = visitor(kok)
    elsewhere.log_in(anna)
    assert "My account" in elsewhere.get("/account").seen
    browser.post("/taal", status=422, language="fr", next="/")
