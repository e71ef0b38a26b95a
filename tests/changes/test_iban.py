"""The number of a bank account: it holds after 48 hours, in which whoever it belongs to can stop it."""

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.changes import queries, rules
from portal.changes.models import BankAccount
from portal.children.models import Guardianship
from portal.own.models import AddressChange
from tests.changes.conftest import OWN

PAGE, FIRST, SECOND = f"{OWN}/rekeningnummer", "NL91ABNA0417164300", "DE89 3704 0044 0532 0130 00"
MASKED = "NL** **** **** **** 00"


def link_in(mail):
    return next(link for link in mail.links if "/rekeningnummer-houden/" in link).removeprefix("https://kok.test")


def test_number_holds_after_48_hours_and_is_shown_masked(browser, office, post, time, inside, kok, anna):
    browser.post(PAGE, iban="nl91 abna 0417 1643 00")
    [mail] = post.deliver()
    assert mail.to == ["anna@voorbeeld.nl"] and "0417" not in mail.text and "NL**" not in mail.text
    page = browser.get(OWN).seen
    assert f"niet bekend Nieuw nummer {MASKED} geldt vanaf woensdag 25 november 2026 om 10:30" in page
    with inside(kok) as session:
        kept = session.scalars(sa.select(BankAccount)).one()
        assert "0417" not in kept.iban + kept.masked
    time.move(hours=47, minutes=59)
    with inside(kok):
        assert queries.bank_at(anna.person_id, clock.now()) is None
    time.move(minutes=2)
    browser.log_in(anna)
    assert f"{MASKED} Rekeningnummer wijzigen" in browser.get(OWN).seen
    browser.get(link_in(mail), 410)
    desk = office("administratie")
    assert MASKED in desk.get(f"/beheer/ouders/{anna.id}").seen
    assert MASKED not in office("planning").get(f"/beheer/ouders/{anna.id}").seen
    assert "NL91 ABNA 0417 1643 00" in desk.get(f"/beheer/ouders/{anna.id}/rekeningnummer").seen
    with inside(kok) as session:
        said = set(session.scalars(sa.select(AccessLog.action).where(AccessLog.account_id == anna.id)))
    assert {"iban_asked", "iban_seen"} <= said
    assert "Uw rekeningnummer bekeken" in browser.get("/account/wie-keek-mee").seen


def test_colleague_who_is_the_other_parent_reads_no_whole_number(browser, office, time, inside, kok, anna, noor):
    browser.post(PAGE, iban=FIRST)
    time.move(hours=49)
    desk = office("administratie")
    with inside(kok) as session:
        both = {"child_id": noor.id, "person_id": desk.account.person_id, "role": "custody"}
        session.add(Guardianship(organisation_id=kok.id, can_decide=True, can_see_daily=True, **both))
    page = desk.follow(desk.get(f"/beheer/ouders/{anna.id}/rekeningnummer", 303))
    assert "Deze ouder heeft een kind samen met u." in page.seen and "0417" not in page.text


def test_nobody_types_a_number_without_saying_who_it_is(browser, time, inside, kok):
    time.move(minutes=11)
    assert "Laat eerst zien dat u het bent" in browser.post(PAGE, 422, iban=FIRST).seen
    browser.get(PAGE, 303)
    with inside(kok) as session:
        assert session.scalars(sa.select(BankAccount)).all() == []


def test_link_in_the_mail_stops_it_and_the_old_number_stays(browser, visitor, post, time, anna, kok):
    browser.post(PAGE, iban=FIRST)
    time.move(hours=49)
    browser.log_in(anna)
    browser.post(PAGE, iban=SECOND)
    stranger, link = visitor(kok), link_in(post.deliver()[-1])
    assert "ander rekeningnummer" in stranger.get(link).seen
    stranger.post(link)
    stranger.get(link, 410)
    stranger.post(link, 410)
    stranger.get("/rekeningnummer-houden/a.b.c", 410)
    time.move(hours=49)
    browser.log_in(anna)
    assert f"{MASKED} Rekeningnummer wijzigen" in browser.get(OWN).seen


def test_second_number_replaces_the_one_that_waits(browser, post, time, anna, inside, kok):
    browser.post(PAGE, iban=FIRST)
    browser.post(PAGE, iban=FIRST)  # a second press of the button
    first = link_in(post.deliver()[0])
    assert MASKED in browser.get(PAGE).seen
    browser.post(PAGE, iban=SECOND)
    [mail] = post.deliver()
    browser.get(first, 410)
    page = browser.get(OWN)
    assert "DE** **** **** **** **** 00" in page.seen and "NL**" not in page.seen
    browser.post(page.form("stop-iban")["attributes"]["action"])
    assert "DE**" not in browser.get(OWN).seen
    browser.get(link_in(mail), 410)
    with inside(kok) as session:
        assert [row.stopped_at is None for row in session.scalars(sa.select(BankAccount))] == [False, False]


def test_address_of_before_is_told_too(browser, post, time, anna, inside, kok):
    with inside(kok) as session:
        session.add(
            AddressChange(
                organisation_id=kok.id, account_id=anna.id, email="anna@voorbeeld.nl", email_key="anna@voorbeeld.nl",
                old_email="anna.oud@voorbeeld.nl", old_key="anna.oud@voorbeeld.nl", email_version=1,
                confirmed_at=clock.now(),
            )
        )  # fmt: skip
    time.move(minutes=1)
    browser.post(PAGE, iban=FIRST)
    assert sorted(mail.to[0] for mail in post.deliver()) == ["anna.oud@voorbeeld.nl", "anna@voorbeeld.nl"]


def test_number_of_somebody_else_does_not_exist(browser, visitor, kok, zon, piet, bram):
    browser.post(PAGE, iban=FIRST)
    action = browser.get(OWN).form("stop-iban")["attributes"]["action"]
    for organisation, parent in ((kok, piet), (zon, bram)):
        other = visitor(organisation)
        other.log_in(parent)
        other.post(action, 404)
        assert "NL**" not in other.get(OWN).seen
    assert MASKED in browser.get(OWN).seen


@pytest.mark.parametrize("typed", ["NL91ABNA0417164301", "NL91ABNA041716430", "US91ABNA0417164300", "🏦" * 20, " "])
def test_what_is_no_iban_is_told_and_kept(typed, browser):
    page = browser.post(PAGE, 422, iban=typed)
    assert "Dit is geen IBAN" in page.seen or "Vul uw IBAN in" in page.seen
    assert f'value="{typed}"' in page.text


@pytest.mark.parametrize(
    ("typed", "iban"),
    [
        ("NL91 ABNA 0417 1643 00", FIRST),
        ("be68\t5390 0754 7034", "BE68539007547034"),
        ("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
        ("GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"),
        ("GB82 WEST 1234 5698 7654 33", ""),
        ("NL91ABNA0417164300000", ""),
        ("NL91ABNA04171643٠٠", ""),
        ("", ""),
    ],
)
def test_iban_is_checked_by_its_own_digits(typed, iban):
    assert rules.iban_of(typed) == iban
