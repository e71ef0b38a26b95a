"""A parent takes another e-mail address: proved, told to the old one, and undone by who did not ask for it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Account
from portal.db import db
from portal.own.models import AddressChange
from tests.visitor import Visitor

PAGE, NEW = "/account/adres", "anna.nieuw@voorbeeld.nl"
CHOSEN = {"password": "vier-nieuwe-lange-woorden", "repeat": "vier-nieuwe-lange-woorden"}


@pytest.fixture
def browser(visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    return browser


@pytest.fixture
def now(inside, kok, anna):
    """now() is Anna's account as it stands."""

    def look():
        with inside(kok):
            return db.session.get(Account, anna.id)

    return look


def asked(browser, post, email=NEW):
    """Ask for this address; the mails that arrive, by the address they went to."""
    browser.get(PAGE)
    browser.post(PAGE, email=email)
    return {mail.to[0]: mail for mail in post.deliver()}


def opened(mail):
    (link,) = mail.links
    return link


def test_parent_takes_another_address(browser, visitor, kok, anna, post, now, inside):
    phone = visitor(kok)
    phone.log_in(anna)
    assert PAGE in browser.get("/account").text
    mails = asked(browser, post, f"  {NEW} ")
    assert set(mails) == {NEW, anna.email} and now().email == anna.email
    assert "Tot u op die link klikt, verandert er niets" in mails[anna.email].text
    assert NEW not in mails[anna.email].text and NEW in browser.get(PAGE).seen
    page = browser.get(opened(mails[NEW]))
    assert "Gebruik dit adres" in page.seen and NEW in page.seen and now().email == anna.email
    browser.post(page.form("confirm-form")["attributes"]["action"])
    assert now().email == now().email_key == NEW
    assert "gewijzigd" in browser.get("/account").seen
    assert phone.get("/account", status=303).response.location.startswith("/inloggen")
    assert {mail.to[0]: mail.subject for mail in post.deliver()} == {
        anna.email: "Kok Kinderopvang: uw e-mailadres is gewijzigd",
        NEW: "Kok Kinderopvang: dit is uw nieuwe e-mailadres",
    }
    visitor(kok).post("/inloggen", 422, email=anna.email, password="tulp-fiets-molen-appel")
    visitor(kok).post("/inloggen", email=NEW, password="tulp-fiets-molen-appel")
    assert "niet gewijzigd" in browser.get(opened(mails[NEW]), status=410).seen  # once
    with inside(kok) as session:
        lines = set(session.scalars(sa.select(AccessLog.action)))
    assert {"address_asked", "address_changed"} <= lines


def test_asking_needs_the_password_again(browser, monkeypatch, post):
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert browser.get(PAGE, status=303).response.location == "/account/bevestigen?next=/account/adres"
    page = browser.post(PAGE, 422, email=NEW)
    assert "/account/bevestigen?next=/account/adres" in page.text and NEW in page.text
    assert post.deliver() == []


def test_wrong_address_is_refused_and_kept(browser, anna, rows):
    browser.get(PAGE)
    before = rows()
    for email, words in (("onzin", "geen e-mailadres"), ("", "Vul uw nieuwe"), (anna.email.upper(), "al uw e-mailadres"),
                         ("a@b", "geen e-mailadres"), ("a@voorbeeld.nl,b@voorbeeld.nl", "geen e-mailadres")):  # fmt: skip
        page = browser.post(PAGE, 422, email=email)
        assert words in page.seen and email in page.text
    assert rows() == before


def test_address_of_somebody_here_tells_nothing_and_warns_its_owner(browser, post, piet, anna, now):
    browser.get(PAGE)
    taken = browser.post(PAGE, email=piet.email)
    told = browser.get(PAGE).seen
    mails = {mail.to[0]: mail for mail in post.deliver()}
    assert set(mails) == {piet.email, anna.email}
    assert "iemand wilde uw e-mailadres" in mails[piet.email].subject and "Dag Piet" in mails[piet.email].text
    assert "Anna" not in mails[piet.email].text and "/bevestigen/" not in mails[piet.email].text
    free = browser.post(PAGE, email=NEW)
    assert (taken.status, taken.response.location) == (free.status, free.response.location)
    assert browser.get(PAGE).seen.replace(NEW, piet.email) == told
    assert now().email == anna.email


def test_address_that_somebody_took_meanwhile_stays_theirs(browser, post, save_parent, kok, now, anna, inside):
    link = opened(asked(browser, post)[NEW])
    save_parent(kok, "Otto", "", "Ander", NEW)
    page = browser.get(link)
    assert "niet gewijzigd" in browser.post(page.form("confirm-form")["attributes"]["action"], 410).seen
    assert now().email == anna.email
    with inside(kok) as session:
        assert "address_taken" in set(session.scalars(sa.select(AccessLog.action)))


def test_second_change_ends_the_first(browser, post, now):
    """Or a link to one address would confirm another that nobody proved to read (CVE-2026-32700)."""
    first = opened(asked(browser, post)[NEW])
    second = opened(asked(browser, post, "anna.derde@voorbeeld.nl")["anna.derde@voorbeeld.nl"])
    browser.get(first, status=410)
    page = browser.get(second)
    browser.post(page.form("confirm-form")["attributes"]["action"])
    assert now().email == "anna.derde@voorbeeld.nl"


def test_link_works_only_for_its_owner_who_is_logged_in_and_for_a_day(
    time, browser, visitor, kok, zon, piet, bram, post, now, anna
):
    link = opened(asked(browser, post)[NEW])
    path = link.removeprefix(kok.origin)
    stranger = visitor(kok)
    assert stranger.get(path, status=303).response.location.startswith("/inloggen?next=")
    stranger.log_in(piet)
    assert "niet gewijzigd" in stranger.get(path, status=410).seen
    stranger.post(path, 410)
    other = visitor(zon)
    other.log_in(bram)
    other.get(path, status=410)
    for broken in (path[:-3] + "abc", "/account/adres/bevestigen/" + "a" * 5000, "/account/adres/bevestigen/%00"):
        browser.get(broken, status=410)
    browser.post(path + "x", 410)
    time.move(hours=24, seconds=1)
    browser.log_in(anna)
    browser.get(path, status=410)
    assert now().email == anna.email


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_who_did_not_ask_it_keeps_the_old_address(is_confirmed, time, browser, visitor, kok, anna, post, now):
    """Whoever asked knew the password: it goes, and everybody is out."""
    mails = asked(browser, post)
    notice, confirm = mails[anna.email], browser.get(opened(mails[NEW])).form("confirm-form")["attributes"]["action"]
    if is_confirmed:
        browser.post(confirm)
        notice = next(mail for mail in post.deliver() if mail.to == [anna.email])
        time.move(days=6)
    stranger = visitor(kok)
    page = stranger.get(opened(notice))
    assert anna.email in page.seen and NEW not in page.seen
    path = page.form("stop-form")["attributes"]["action"]
    assert now().email == (NEW if is_confirmed else anna.email)  # a look changes nothing
    stranger.post(path)
    assert (now().email, now().email_key, now().password_hash) == (anna.email, anna.email, None)
    assert browser.get("/account", status=303).response.location.startswith("/inloggen")
    (mail,) = post.deliver()
    assert mail.to == [anna.email]
    stranger.get(mail.links[0], status=303)
    stranger.get("/wachtwoord/nieuw")
    stranger.post("/wachtwoord/nieuw", **CHOSEN)
    back = visitor(kok)
    back.log_in(anna, password=CHOSEN["password"])
    assert back.get(confirm, status=410) and stranger.get(path, status=410)


def test_link_to_keep_the_address_stops_working_after_a_week_and_a_newer_change(
    time, browser, post, visitor, kok, anna
):
    notice = asked(browser, post)[anna.email]
    stranger = visitor(kok)
    stranger.get(opened(notice))
    newer = asked(browser, post, "anna.derde@voorbeeld.nl")
    stranger.get(opened(notice), status=410)
    stranger.get(opened(newer[anna.email]))
    time.move(days=7, seconds=1)
    assert "te oud" in stranger.get(opened(newer[anna.email]), status=410).seen


def test_reset_link_to_the_old_address_is_dead_afterwards(browser, visitor, kok, anna, post):
    stranger = visitor(kok)
    stranger.post("/wachtwoord-vergeten", email=anna.email)
    (reset,) = post.deliver()
    page = browser.get(opened(asked(browser, post)[NEW]))
    browser.post(page.form("confirm-form")["attributes"]["action"])
    stranger.get(reset.links[0], status=410)


def test_nobody_sends_mail_to_strangers_with_it(browser, post):
    browser.get(PAGE)
    for _number in range(3):
        browser.post(PAGE, email=NEW)
    assert "ging vandaag al te vaak" in browser.post(PAGE, 422, email=NEW).seen
    for number in range(2):
        browser.post(PAGE, email=f"a{number}@voorbeeld.nl")
    assert "ging vandaag al te vaak" in browser.post(PAGE, 422, email="a9@voorbeeld.nl").seen
    assert len([mail for mail in post.deliver() if mail.to == [NEW]]) == 0  # all of these were replaced


def test_of_two_who_confirm_at_once_one_wins(browser, post, app, kok, anna, inside):
    path = browser.get(opened(asked(browser, post)[NEW])).form("confirm-form")["attributes"]["action"]
    twin = Visitor(app, kok.origin, browser.password)
    twin.client.set_cookie("__Host-sessie", browser.cookie("__Host-sessie"), domain=kok.host, secure=True)
    twin.get(path)
    browser.post(path)
    twin.post(path, 410)
    with inside(kok) as session:
        assert session.scalars(sa.select(AddressChange.confirmed_at)).one()
        assert db.session.get(Account, anna.id).email_version == 2
