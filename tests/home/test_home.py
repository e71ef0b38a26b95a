"""The start page, the help page, and whether the portal lives."""

import re
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from portal.children.models import Guardianship
from portal.home.rules import is_birthday
from portal.organisations.models import Organisation


@pytest.fixture
def anna_in(time, visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    return browser


def test_start_page_shows_own_children_and_nobody_elses(anna_in, kok, save_child, visitor, zon, bram):
    save_child(kok, "Geheimpje", "Ander", date(2022, 1, 1), "De Uilen")
    page = anna_in.get("/")
    assert "Noor" in page.seen and "De Vlinders" in page.seen and "3 jaar, jarig op 1 mei" in page.seen
    assert "Geheimpje" not in page.text
    (path,) = re.findall(r'href="(/dagboek/[0-9a-f-]+)"', page.text)
    assert "Dagboek van Noor" in anna_in.get(path).seen
    other = visitor(zon)
    other.log_in(bram)
    assert "Daan" in other.get("/").seen and "Noor" not in other.get("/").text


@pytest.mark.parametrize(
    ("hour", "greeting"), [(6, "Goedemorgen"), (11, "Goedemiddag"), (17, "Goedenavond"), (23, "Goedemorgen")]
)
def test_greeting_follows_the_clock_of_amsterdam(hour, greeting, time, visitor, kok, anna):
    time.set(datetime(2026, 11, 23, hour, 0, tzinfo=UTC))
    browser = visitor(kok)
    browser.log_in(anna)
    assert f"{greeting}, Anna" in browser.get("/").seen


@pytest.mark.parametrize(("day", "is_party"), [((2027, 5, 1), True), ((2027, 5, 2), False)])
def test_birthday_is_celebrated(day, is_party, time, visitor, kok, anna):
    time.set(datetime(*day, 9, 0, tzinfo=UTC))
    browser = visitor(kok)
    browser.log_in(anna)
    assert ("Hoera, vandaag 4 jaar!" in browser.get("/").seen) is is_party


@pytest.mark.parametrize(
    ("born", "today", "is_it"),
    [
        ((2024, 2, 29), (2026, 2, 28), True),
        ((2024, 2, 29), (2028, 2, 28), False),
        ((2024, 2, 29), (2028, 2, 29), True),
        ((2026, 11, 23), (2026, 11, 23), False),
    ],
)
def test_leap_day_child_has_a_birthday_every_year(born, today, is_it):
    assert is_birthday(date(*born), date(*today)) is is_it


def test_parent_without_custody_sees_nothing_of_the_child(visitor, kok, noor, save_parent):
    wim = save_parent(kok, "Wim", "", "Post", "wim@voorbeeld.nl", noor, custody=False)
    browser = visitor(kok)
    browser.log_in(wim)
    page = browser.get("/")
    assert "Noor" not in page.text and "U ziet hier nu geen kinderen" in page.seen


@pytest.mark.parametrize(("values", "sees"), [({"valid_to": date(2026, 11, 22)}, False), ({"valid_to": date(2026, 11, 23)}, True),
                                              ({"valid_from": date(2026, 11, 24)}, False)])  # fmt: skip
def test_right_that_ended_ends_on_the_next_page(values, sees, anna_in, inside, kok, anna):
    with inside(kok) as session:
        session.execute(sa.update(Guardianship).values(**values))
    assert ("Noor" in anna_in.get("/").text) is sees


def test_who_only_works_here_goes_on_to_the_office(office):
    assert office("groepsleiding").get("/", 303).response.location == "/beheer"


def test_help_says_which_mail_to_look_for(visitor, kok):
    page = visitor(kok).get("/hulp")
    for part in ("portaal@kok.test", "Kok Kinderopvang", "Gmail", "Outlook", "Ziggo", "KPN", "010-1234567"):
        assert part in page.seen


def test_words_of_the_office_cannot_become_markup(visitor, kok, anna, inside):
    nasty = '<script>alert(1)</script><b data-hx-get="/x">'
    with inside(kok) as session:
        session.execute(sa.update(Organisation).where(Organisation.id == kok.id).values(name=nasty, login_text=nasty))
    browser = visitor(kok)
    for path in ("/inloggen", "/hulp", "/nergens"):
        page = browser.get(path, status=404 if path == "/nergens" else 200)
        assert "<script>alert" not in page.text and "<b data-hx" not in page.text


def test_names_of_people_cannot_become_markup(visitor, kok, save_parent, save_child):
    child = save_child(kok, "<img src=x onerror=a>", "Ü 🎈", date(2023, 1, 1), "<b>Groep</b>")
    parent = save_parent(kok, "<i>Zoë</i> 🎈", "", "X", "zoe@voorbeeld.nl", child)
    browser = visitor(kok)
    browser.log_in(parent)
    page = browser.get("/")
    assert "<img" not in page.text and "<i>" not in page.text and "<b>" not in page.text and "🎈" in page.seen


@pytest.mark.parametrize("path", ["/", "/account", "/account/wachtwoord", "/account/sessies", "/account/bevestigen"])
def test_pages_behind_the_door_ask_to_log_in(path, visitor, kok):
    assert visitor(kok).get(path, status=303).response.location.startswith("/inloggen")


def test_no_page_is_a_dead_end(anna_in):
    for path in ("/", "/account", "/account/wachtwoord", "/account/sessies", "/hulp"):
        links = [attributes.get("href") for tag, attributes in anna_in.get(path).tags if tag == "a"]
        assert "/" in links and "/hulp" in links


def test_health_needs_no_organisation_and_names_no_version(app):
    for path in ("/livez", "/readyz"):
        answer = app.test_client().get(path, base_url="http://10.0.0.7")
        assert (answer.status_code, answer.text) == (200, "ok\n")


def test_security_txt_names_whom_to_write(visitor, kok):
    assert "Contact: mailto:kantoor@kok.test" in visitor(kok).get("/.well-known/security.txt").text


def test_fault_shows_a_calm_page_and_who_is_logged_in_is_forgotten(anna_in, monkeypatch, app):
    from portal.home import routes

    def breaks(*args):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(routes, "children_of", breaks)
    app.testing = False
    try:
        page = anna_in.get("/", status=500)
    finally:
        app.testing = True
    assert "secret detail" not in page.text and "Kok Kinderopvang" in page.seen


def test_fault_while_reading_who_is_there_lets_nobody_in(anna_in, monkeypatch, app):
    from portal.auth import queries

    def breaks(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(queries, "session_with", breaks)
    assert "Noor" not in anna_in.get("/", status=500).text


def test_parent_stays_in_when_the_database_was_away_for_a_moment(anna_in, monkeypatch, app):
    from sqlalchemy.exc import OperationalError

    from portal.organisations import queries

    def away(*args):
        raise OperationalError("look", {}, Exception("gone"))

    with monkeypatch.context() as patched:
        patched.setattr(queries, "organisation_at", away)
        answer = anna_in.client.get("/", base_url=anna_in.origin, headers=anna_in.headers)
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
    assert "Content-Security-Policy" in answer.headers and "Set-Cookie" not in answer.headers
    assert "Anna" in anna_in.get("/").text
