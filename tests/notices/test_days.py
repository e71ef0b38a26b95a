"""Mail about the days of a child: who gets what, when, and what not."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.auth.models import Account
from portal.children.models import Block, Guardianship
from portal.db import db
from portal.diary import actions as diary
from portal.diary.models import DiaryEntry
from portal.notices.models import Notice
from portal.outbox.actions import SWEEPS
from portal.outbox.models import Mail
from portal.photos import actions as photos
from portal.photos.models import Photo
from tests.notices.conftest import gist

ONE, SUMMARY = "Er is 1 nieuwe foto van Noor.", "Er zijn 2 nieuwe foto's van Noor."


@pytest.fixture(autouse=True)
def _ready(begun, anna, choose):
    """Anna wants to hear at once; Piet has what one has who never chose: one mail in the evening."""
    choose(anna, "once")


def test_first_photo_is_told_at_once_and_the_rest_in_the_evening(at, told, photo, story, noor, piet):
    at("10:00")
    first = photo(noor)
    (mail,) = told("10:01")
    assert gist([mail]) == [("anna", ONE)]
    assert mail.links[0] == f"https://kok.test/dagboek/foto/{first}"
    at("10:20")
    photo(noor), story(noor)
    assert told("10:30") == told("17:59") == []
    (annas, piets) = sorted(told("18:00"), key=lambda mail: mail.to)
    assert gist([annas, piets]) == [
        ("anna", "Er is 1 nieuwe foto van Noor. En 1 nieuw verhaal."),
        ("piet", "Er zijn 2 nieuwe foto's van Noor. En 1 nieuw verhaal."),
    ]
    assert annas.links[0] == "https://kok.test/dagboek?tot=2026-11-23"
    assert told("18:01") == told("19:59") == told("2026-11-24 07:00") == told("18:00") == []


def test_mail_names_nothing_but_a_first_name(at, told, story, photo, noor, piet):
    at("10:00")
    story(noor, body="Noor had 39 graden koorts en kreeg paracetamol."), photo(noor)
    for mail in told("10:01") + told("18:00"):
        for words in ("koorts", "paracetamol", "Bakker", "Vlinders", "img"):
            assert words not in mail.text + mail.html + mail.subject
        assert mail.subject in ("Kok Kinderopvang: er is een nieuwe foto", "Kok Kinderopvang: nieuw in het dagboek")


def test_what_comes_after_the_evening_mail_is_told_the_next_evening(at, told, photo, noor, piet):
    at("10:00")
    photo(noor)
    told("10:01"), told("18:00")
    at("18:30")
    photo(noor)
    assert told("18:40") == told("2026-11-24 07:00") == told("09:00") == []
    assert gist(told("2026-11-24 18:00")) == [("anna", ONE), ("piet", ONE)]


def test_evening_that_was_missed_is_made_up_without_a_flood(at, told, photo, noor, piet):
    at("17:00")
    photo(noor)
    assert gist(told("19:30")) == [("anna", ONE), ("piet", ONE)]  # the server was away at six
    at("2026-11-24 10:00")
    photo(noor)
    at("2026-11-25 10:00")
    photo(noor)
    assert gist(told("2026-11-25 21:00")) == []  # and now for a day and a half
    at("2026-11-26 07:00")
    assert told() == []
    assert gist(told("2026-11-26 18:00")) == [("anna", SUMMARY), ("piet", SUMMARY)]
    at("2026-11-27 10:00")
    photo(noor)
    assert told("2026-12-04 09:00") == told("2026-12-04 18:00") == []  # after a week nobody is told of old things


def test_what_was_there_before_the_first_look_is_told_to_nobody(at, told, photo, noor, inside, kok, piet):
    at("10:00")
    photo(noor)
    at("10:30")
    with inside(kok) as session:
        session.execute(sa.text("DELETE FROM notice_round"))
    assert told() == told("10:31") == told("18:00") == []


def test_who_has_seen_it_gets_no_mail_about_it(at, told, photo, noor, visitor, kok, anna, piet):
    at("10:00")
    photo(noor)
    at("10:05")
    for account in (anna, piet):
        browser = visitor(kok)
        browser.log_in(account)
        browser.get("/dagboek")
    assert told("10:06") == told("18:00") == []
    at("18:10")
    photo(noor)
    assert gist(told("18:11")) == [("anna", ONE)]


WITHDRAWN = {
    "photo withdrawn": lambda things: photos.withdraw(db.session.get(Photo, things.photo), things.els.id),
    "story withdrawn": lambda things: diary.withdraw(db.session.get(DiaryEntry, things.story), things.els),
}


@pytest.mark.parametrize(
    "why",
    ["withdrawn", "no consent", "blocked account", "court order", "access ended", "wants none", "address bounces", "seen"],
)  # fmt: skip
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_may_not_be_told_any_more_is_not(
    why, when, at, look, post, photo, story, noor, sem, kim, allow, anna, inside, kok, els, choose, time, app
):
    """Also when the mail stood in the outbox already: it is asked again when it goes out."""
    allow(kim, sem)
    at("10:00")
    photo_id = photo(noor, sem)
    at("10:01")
    if when == "after":
        look()
    with inside(kok) as session:
        account = session.get(Account, anna.id)
        link = session.scalars(sa.select(Guardianship).where(Guardianship.person_id == anna.person_id)).one()
        if why == "withdrawn":
            photos.withdraw(session.get(Photo, photo_id), els.id)
        if why == "blocked account":
            account.status = "blocked"
        if why == "court order":
            session.add(
                Block(
                    organisation_id=kok.id, child_id=noor.id, person_id=anna.person_id, reason="contactverbod",
                    document="zaak 1", ends_on=time.now.date() + timedelta(days=9), asked_by=els.id,
                    confirmed_at=time.now,
                )
            )  # fmt: skip
        if why == "access ended":
            link.valid_to = time.now.date() - timedelta(days=1)
        if why == "address bounces":
            account.bounce_state = "gone"
        if why == "seen":
            diary.visited(anna.person_id)
    if why == "no consent":
        allow(kim, sem, False)
    if why == "wants none":
        choose(anna, "none")
    look()
    assert post.deliver() == []
    if why in ("withdrawn", "no consent"):  # and the day still has its first photo
        at("11:00")
        photo(noor)
        at("11:01")
        look()
        assert gist(post.deliver()) == [("anna", ONE)]


def test_who_of_another_family_sees_what(at, told, photo, noor, sem, kim, allow, choose, bram, anna):
    choose(kim, "once")
    at("10:00")
    photo(noor, sem)  # nobody said that they may be seen together
    assert told("10:01") == []
    allow(kim, sem)
    at("10:10")
    photo(noor, sem)
    assert gist(told("10:11")) == [("anna", SUMMARY)]  # of Noor nobody said so: Kim sees none
    at("10:20")
    photo(sem)
    assert gist(told("10:21")) == [("kim", "Er is 1 nieuwe foto van Sem.")]


def test_mail_in_the_language_of_the_reader(at, told, photo, noor, anna, inside, kok):
    with inside(kok) as session:
        session.get(Account, anna.id).person.language = "en"
    at("10:00")
    photo(noor)
    (mail,) = told("10:01")
    assert mail.subject == "Kok Kinderopvang: there is a new photo"
    assert "There is 1 new photo of Noor.\r\nSee it in the portal:\r\n" in mail.text


def test_link_lands_on_the_item_after_login(at, told, photo, story, noor, visitor, kok, anna):
    for make in (lambda: photo(noor), lambda: (photo(noor), story(noor))):
        at("10:00")
        make()
        link = told("10:01" if "foto" else "")[0].links[0].removeprefix("https://kok.test")
        browser = visitor(kok)
        sent = browser.get(link, 303)
        page = browser.follow(sent)
        fields = {**page.form("login-form")["fields"], "email": anna.email, "password": browser.password}
        fields.pop("csrf_token"), fields.pop("remember", None)
        assert browser.post("/inloggen", **fields).response.location == link
        at("2026-11-24 09:00")
        told()


def test_mail_that_could_not_go_is_told_the_next_evening(at, told, photo, noor, piet, app):
    app.config["MAIL_PORT"], port = 1, app.config["MAIL_PORT"]
    at("17:00")
    photo(noor)
    assert told("18:00") == told("19:00") == told("20:01") == []
    app.config["MAIL_PORT"] = port
    assert told("20:30") == told("2026-11-24 07:30") == []
    assert [who for who, _ in gist(told("18:00"))] == ["anna", "piet"]


def test_notices_and_their_mails_go_after_a_month(at, told, photo, noor, inside, kok, save_parent):
    at("10:00")
    photo(noor)
    told("10:01")
    at("2026-12-22 10:00")
    for days, left in ((0, 1), (2, 0)):
        at(f"2026-12-{22 + days} 10:00")
        with inside(kok) as session:
            for each in SWEEPS:
                each()
            for model in (Notice, Mail):
                assert session.scalar(sa.select(sa.func.count()).select_from(model)) == left
