"""Wachtwoord vergeten: the same answer for everyone, and a mail for who has an account."""

from base64 import urlsafe_b64decode

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.auth.models import Account, Session
from portal.db import db, within
from portal.outbox import worker
from portal.outbox.models import Mail
from tests.auth.test_login import stripped

SENT = (
    "Als dit adres bij Kok Kinderopvang bekend is, ontvangt u een e-mail. De link is 6 uur geldig. "
    "Kijk ook in de map met ongewenste e-mail."
)


def ask(browser, email):
    page = browser.post("/wachtwoord-vergeten", email=email)
    return page, browser.follow(page)


@pytest.mark.parametrize("case", ["known", "unknown", "blocked", "invited", "other organisation"])
def test_answer_is_the_same_for_everyone(case, visitor, kok, anna, bram, change, time):
    if case == "blocked":
        change(kok, anna, status="blocked")
    if case == "invited":
        change(kok, anna, status="invited", password_hash=None)
    email = {"unknown": "niemand@voorbeeld.nl", "other organisation": bram.email}.get(case, anna.email)
    asked, sent = ask(visitor(kok), email)
    other_asked, other_sent = ask(visitor(kok), "iemand@anders.nl")
    assert SENT in sent.seen
    assert stripped(asked) == stripped(other_asked) and stripped(sent) == stripped(other_sent)
    assert sorted(asked.response.headers.keys()) == sorted(other_asked.response.headers.keys())


def test_request_looks_no_account_up(app, visitor, kok, anna):
    browser = visitor(kok)
    browser.get("/wachtwoord-vergeten")
    seen = []
    with app.app_context():
        engine = db.engine

    def listen(*args):
        seen.append(args[2])

    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        browser.post("/wachtwoord-vergeten", email=anna.email)
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)
    assert [statement for statement in seen if "INTO mail" in statement]
    assert not [statement for statement in seen if "FROM account" in statement or "JOIN account" in statement]


def test_only_a_known_open_address_gets_mail(visitor, kok, anna, bram, piet, change, post):
    change(kok, piet, status="blocked")
    for email in (anna.email, "niemand@voorbeeld.nl", bram.email, piet.email):
        ask(visitor(kok), email)
    (mail,) = post.deliver()
    assert mail.to == [anna.email]
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_address_of_a_stranger_is_not_kept(app, visitor, kok, anna, post):
    ask(visitor(kok), "vreemde@voorbeeld.nl")
    post.deliver()
    with app.app_context(), within(kok.id):
        (mail,) = db.session.scalars(sa.select(Mail)).all()
        assert (mail.state, mail.address, mail.account_id) == ("cancelled", "", None)


def test_row_of_a_stranger_is_gone_a_day_later(app, visitor, kok, anna, post, time):
    for email in ("vreemde@voorbeeld.nl", anna.email):
        ask(visitor(kok), email)
    post.deliver()
    time.move(days=1, minutes=1)
    worker._sweep(app)
    with app.app_context(), within(kok.id):
        assert [mail.account_id for mail in db.session.scalars(sa.select(Mail))] == [anna.id]


def test_fourth_request_in_an_hour_looks_the_same_and_sends_nothing(visitor, kok, anna, post, time):
    pages = [ask(visitor(kok, address=f"198.51.100.{n}"), anna.email) for n in range(4)]
    assert len({stripped(sent) for _, sent in pages}) == 1
    assert len(post.deliver()) == 3
    time.move(hours=1, seconds=1)
    ask(visitor(kok), anna.email)
    assert len(post.deliver()) == 1


def test_stranger_who_asks_all_day_leaves_a_link_that_works(visitor, kok, anna, post, time):
    links = []
    for number in range(60):
        ask(visitor(kok, address=f"198.51.100.{number}"), anna.email)
        links += [mail.links[0] for mail in post.deliver()]
        time.move(minutes=20)
    assert 15 < len(links) < 30
    visitor(kok).get(links[-1], status=303)


def test_network_that_asks_for_many_addresses_sends_no_more_mail(app, visitor, kok):
    for number in range(25):
        ask(visitor(kok), f"ouder{number}@voorbeeld.nl")
    with app.app_context(), within(kok.id):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Mail)) == 20


def test_asking_changes_nothing_for_the_account(visitor, kok, anna, post):
    inside_already = visitor(kok)
    inside_already.log_in(anna)
    ask(visitor(kok), anna.email)
    post.deliver()
    inside_already.get("/")
    visitor(kok).log_in(anna)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "81"},
        {"Host": "kok.test:8080"},
        {"Forwarded": "host=evil.example"},
    ],
)
def test_link_comes_from_the_stored_address(headers, visitor, kok, anna, post):
    browser = visitor(kok)
    browser.post("/wachtwoord-vergeten", headers=headers, email=anna.email)
    (mail,) = post.deliver()
    assert mail.links and all(link.startswith("https://kok.test/") for link in mail.links)
    assert "evil" not in mail.text + mail.html


def test_mail_goes_to_the_stored_spelling(visitor, kok, anna, change, post):
    change(kok, anna, email="Anna@voorbeeld.nl", email_key="anna@voorbeeld.nl")
    ask(visitor(kok), "ANNA@voorbeeld.nl ")
    (mail,) = post.deliver()
    assert mail.to == ["Anna@voorbeeld.nl"]


def test_mail_has_one_link_and_says_until_when(visitor, kok, anna, post, time):
    ask(visitor(kok), anna.email)
    time.move(hours=2)
    (mail,) = post.deliver()
    assert len(mail.links) == 1 and mail.html.count("href=") == 1
    assert "maandag 23 november 2026 om 18:30" in " ".join(mail.text.split())
    assert mail.links[0].rpartition("/")[2] not in mail.subject
    assert "Kok Kinderopvang" in mail.subject and kok.phone in mail.text


def test_six_hours_count_from_the_moment_the_mail_leaves(visitor, kok, anna, post, time):
    ask(visitor(kok), anna.email)
    time.move(hours=2)
    (mail,) = post.deliver()
    time.move(hours=5, minutes=59)
    visitor(kok).get(mail.links[0], status=303)
    time.move(minutes=2)
    visitor(kok).get(mail.links[0], status=410)


def test_who_is_logged_in_may_ask_too_and_stays_in(visitor, kok, anna, piet, post):
    browser = visitor(kok)
    browser.log_in(anna)
    ask(browser, piet.email)
    assert "Anna" in browser.get("/").text
    assert post.deliver()[0].to == [piet.email]


def test_who_never_chose_a_password_gets_the_first_link_again(visitor, kok, anna, change, post):
    change(kok, anna, password_hash=None, status="invited")
    ask(visitor(kok), anna.email)
    (mail,) = post.deliver()
    assert "/activeren/" in mail.links[0]


def test_same_address_at_two_organisations_stays_apart(visitor, kok, zon, anna, save_parent, post, inside):
    other = save_parent(zon, "Anna", "de", "Vries", anna.email)
    ask(visitor(kok), anna.email)
    (mail,) = post.deliver()
    assert mail.links[0].startswith(kok.origin)
    visitor(zon).get(mail.links[0].replace(kok.origin, zon.origin), status=410)
    with inside(zon):
        assert db.session.get(Account, other.id).password_version == 1
        assert db.session.scalars(sa.select(Session)).all() == []
        (line,) = db.session.scalars(sa.select(AccessLog))
        assert (line.action, line.account_id) == ("unknown_link_refused", None)


# Asking it once more, with one press

SENT_PAGE = "/wachtwoord-vergeten/verstuurd"


@pytest.mark.parametrize("case", ["known", "unknown", "blocked", "other organisation"])
def test_asking_again_is_the_same_for_everyone(case, visitor, kok, anna, bram, change, time):
    if case == "blocked":
        change(kok, anna, status="blocked")
    email = {"unknown": "niemand@voorbeeld.nl", "other organisation": bram.email}.get(case, anna.email)
    seen = []
    for typed in (email, "iemand@anders.nl"):
        browser = visitor(kok)
        ask(browser, typed)
        early = browser.post(SENT_PAGE, status=429)
        time.move(minutes=2)
        again = browser.post(SENT_PAGE)
        sent = browser.follow(again)
        seen.append([(stripped(page), sorted(page.response.headers.keys())) for page in (early, again, sent)])
        time.move(minutes=-2)
    assert seen[0] == seen[1]


def test_before_two_minutes_it_says_in_words_when(visitor, kok, anna, post, time):
    browser = visitor(kok)
    _, sent = ask(browser, anna.email)
    assert "U vroeg de e-mail om 10:30." in sent.seen and "Vanaf 10:32 kunt u hem opnieuw vragen." in sent.seen
    time.move(seconds=119)
    page = browser.post(SENT_PAGE, status=429)
    assert "De e-mail is nog onderweg. Vanaf 10:32 kunt u hem opnieuw vragen." in page.seen
    assert page.response.headers["Retry-After"] == "1"
    assert len(post.deliver()) == 1


def test_one_press_asks_again_and_one_link_is_used(visitor, kok, anna, post, time):
    browser = visitor(kok)
    ask(browser, anna.email)
    (first,) = post.deliver()
    time.move(minutes=2)
    page = browser.follow(browser.post(SENT_PAGE))
    assert "U heeft de e-mail nog een keer gevraagd" in page.seen and anna.email not in page.text
    (second,) = post.deliver()
    assert second.to == [anna.email]
    reader = visitor(kok)
    reader.get(second.links[0], status=303)
    reader.post("/wachtwoord/nieuw", password="roos-trein-tafel-peer", repeat="roos-trein-tafel-peer")
    for mail in (first, second):
        assert "al gebruikt" in visitor(kok).get(mail.links[0], status=410).seen


def test_button_that_is_pressed_twice_sends_one_mail(visitor, kok, anna, post, time):
    browser, twin = visitor(kok), visitor(kok)
    ask(browser, anna.email)
    post.deliver()
    twin.client.set_cookie("__Host-sessie", browser.cookie("__Host-sessie"), domain="kok.test", secure=True)
    time.move(minutes=2)
    for each in (browser, twin):
        assert each.post(SENT_PAGE).response.location == SENT_PAGE
    assert len(post.deliver()) == 1


def test_asking_again_has_an_end(visitor, kok, anna, post, time):
    browser = visitor(kok)
    ask(browser, anna.email)
    for _press in range(5):
        time.move(minutes=2)
        browser.post(SENT_PAGE)
    assert len(post.deliver()) == 3


def test_who_asked_nothing_or_long_ago_fills_in_an_address(visitor, kok, anna, post, time):
    assert visitor(kok).post(SENT_PAGE).response.location == "/wachtwoord-vergeten"
    browser = visitor(kok)
    ask(browser, anna.email)
    time.move(hours=1)
    assert browser.post(SENT_PAGE).response.location == "/wachtwoord-vergeten"
    assert len(post.deliver()) == 1


def test_address_of_a_late_link_can_be_asked_again_too_and_stays_hidden(visitor, kok, anna, post, time):
    ask(visitor(kok), anna.email)
    (mail,) = post.deliver()
    time.move(hours=7)
    browser = visitor(kok)
    browser.get(mail.links[0], status=410)
    browser.post("/wachtwoord/nieuwe-link")
    time.move(minutes=2)
    browser.post(SENT_PAGE)
    assert [mail.to for mail in post.deliver()] == [[anna.email]] * 2
    cookie = browser.cookie("__Host-sessie").partition(".")[0]
    assert b"anna@" not in urlsafe_b64decode(cookie + "==")
