"""Mail about news: at once, in the evening or not; and what cannot wait reaches everyone."""

import re
from uuid import uuid4

import pytest
import sqlalchemy as sa

from portal.auth.models import Account
from portal.messages import actions as messages
from portal.messages.actions import Audience, Words
from portal.messages.models import NewsItem
from portal.outbox import worker as outbox
from tests.notices.conftest import gist

NEWS, URGENT = "Er is 1 nieuw bericht voor u.", "Er is een bericht dat niet kan wachten."


@pytest.fixture(autouse=True)
def _ready(begun, anna, piet, choose):
    """Piet reads in the evening; Anna has what one has who never chose: at once."""
    choose(piet, "evening", "news")


@pytest.fixture
def news(inside, kok, els, noor):
    """news() is the id of a message that parents read from now on; urgent=True that cannot wait."""

    def publish(urgent=False, group=None):
        with inside(kok) as session:
            by = session.get(Account, els.id)
            audience = Audience("group", group.group_id) if group else Audience("organisation", kok.id)
            words = Words("Waterpokken", "Er zijn waterpokken op de groep van Noor.", is_urgent=urgent)
            item = messages.write(uuid4(), audience, words, by)
            messages.publish(item, by)
            return item.id

    return publish


def test_news_is_told_at_once_or_in_the_evening(at, told, news):
    at("10:00")
    first = news()
    (annas,) = told("10:01")
    assert gist([annas]) == [("anna", NEWS)]
    assert annas.links[0] == f"https://kok.test/nieuws/{first}"
    at("11:00")
    news()
    assert gist(told("11:01")) == [("anna", NEWS)]
    (piets,) = told("18:00")
    assert gist([piets]) == [("piet", "Er zijn 2 nieuwe berichten voor u.")]
    assert piets.links[0] == "https://kok.test/nieuws"
    assert told("18:01") == told("2026-11-24 07:00") == told("18:00") == []
    for mail in (annas, piets):
        assert "waterpokken" not in (mail.text + mail.html + mail.subject).lower()
        assert re.search(r"^<https://kok\.test/e-mails-stoppen/[\w-]+\.news\.", mail.message["List-Unsubscribe"])


def test_news_of_the_night_waits_until_seven(at, told, news):
    at("21:00")
    news()
    assert told("21:05") == told("2026-11-24 06:59") == []
    assert gist(told("07:00")) == [("anna", NEWS)]
    assert gist(told("18:00")) == [("piet", NEWS)]


@pytest.mark.parametrize("moment", ["10:00", "21:00", "2026-11-24 03:00"])
def test_what_cannot_wait_reaches_everyone_at_once(moment, at, told, news, choose, anna, visitor, kok):
    choose(anna, "none", "news")
    at(moment)
    item_id = news(urgent=True)
    at(moment[:-1] + "2")
    mails = told()
    assert gist(mails) == [("anna", URGENT), ("piet", URGENT)]
    for mail in mails:
        assert mail.links == [f"https://kok.test/nieuws/{item_id}"]
        assert mail.message["List-Unsubscribe"] is None, "there is nothing to stop"
        assert "Deze e-mail krijgt u altijd" in mail.text
    assert told("2026-11-24 05:00") == told("07:00") == told("07:01") == told("18:00") == []


def test_only_who_it_is_for_and_has_not_read_it_is_told(
    at, told, news, noor, sem, kim, bram, visitor, kok, anna, inside
):
    at("10:00")
    item_id = news(group=noor)
    browser = visitor(kok)
    browser.log_in(anna)
    browser.get(f"/nieuws/{item_id}")
    assert [who for who, _ in gist(told("10:01"))] == ["kim"]  # Sem is in that group too; Bram is elsewhere
    assert [who for who, _ in gist(told("18:00"))] == ["piet"]


@pytest.mark.parametrize("why", ["withdrawn", "read", "wants none", "blocked"])
def test_mail_that_waits_is_asked_again_when_it_goes(
    why, at, look, post, news, anna, kok, inside, els, choose, visitor
):
    at("10:00")
    item_id = news()
    at("10:01")
    look()
    with inside(kok) as session:
        if why == "withdrawn":
            messages.withdraw(session.get(NewsItem, item_id), session.get(Account, els.id))
        if why == "read":
            messages.opened(item_id, anna.person_id)
        if why == "blocked":
            session.get(Account, anna.id).status = "blocked"
    if why == "wants none":
        choose(anna, "none", "news")
    assert post.deliver() == []


def test_news_that_could_not_be_mailed_is_told_the_next_evening(at, told, news, app):
    app.config["MAIL_PORT"], port = 1, app.config["MAIL_PORT"]
    at("19:00")
    news()
    assert told("19:01") == told("20:01") == []
    app.config["MAIL_PORT"] = port
    assert gist(told("2026-11-24 18:00")) == [("anna", NEWS), ("piet", NEWS)]


def test_urgent_mail_that_is_refused_does_not_stop_the_worker(at, told, news, inside, kok):
    at("22:00")
    news(urgent=True)
    told("22:01")
    with inside(kok) as session:
        session.execute(sa.text("UPDATE mail SET state = 'refused'"))
    assert told("22:02") == told("22:03") == []
    at("22:10")
    news(urgent=True)
    assert gist(told("22:12")) == [("anna", URGENT), ("piet", URGENT)]


def test_urgent_goes_before_what_only_tells_of_something_new(at, look, news, post, photo, noor, anna, choose, app):
    choose(anna, "once")
    at("10:00")
    photo(noor), news(), news(urgent=True)
    at("10:01")
    look()
    at("10:02")
    with app.app_context():
        assert outbox.run_once(limit=2) == 2
    assert {mail.subject for mail in post.deliver()[:2]} == {"Kok Kinderopvang: een bericht dat niet kan wachten"}


def test_parent_stops_news_and_keeps_the_diary(at, told, news, photo, noor, anna, choose, visitor, kok):
    choose(anna, "once")
    at("10:00")
    news()
    (mail,) = told("10:01")
    browser = visitor(kok)
    stop = mail.links[1].removeprefix("https://kok.test")
    page = browser.get(stop)
    assert "geen e-mails meer over: nieuws" in page.seen and "Dan mailen wij u nog wel." in page.seen
    browser.post(stop, 200)
    at("10:10")
    news(), photo(noor)
    assert gist(told("10:11")) == [("anna", "Er is 1 nieuwe foto van Noor.")]
