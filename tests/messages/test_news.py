"""News: written and looked at, published now or later, and read by whom it is for."""

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from uuid import uuid4

import pytest

from portal.auth.models import Account
from portal.children import actions as children
from portal.children.models import Block, Child, Guardianship
from portal.db import db
from portal.messages import actions, queries
from portal.messages.models import NewsItem
from portal.messages.rules import moment_of, plan_problem

READERS = {"group": "anna piet", "location": "anna piet kim", "organisation": "anna piet kim far"}


@pytest.mark.parametrize("to", READERS)
def test_news_is_read_by_whom_it_is_for(to, write, phone, anna, piet, kim, far, bram, zon, inside, kok):
    item_id = write("Studiedag", to)
    for name, account in (("anna", anna), ("kim", kim), ("far", far)):
        browser, is_reader = phone(account), name in READERS[to].split()
        assert ("Studiedag" in browser.get("/nieuws").seen) is is_reader
        page = browser.get(f"/nieuws/{item_id}", 200 if is_reader else 404)
        assert page.response.headers["Cache-Control"] == "private, no-store"
    phone(bram, zon).get(f"/nieuws/{item_id}", 404)
    with inside(kok):
        found = set(queries.readers_of(db.session.get(NewsItem, item_id)))
        names = {"anna": anna, "piet": piet, "kim": kim, "far": far}
        assert {name for name, account in names.items() if account.id in found} == set(READERS[to].split())


@pytest.mark.parametrize("why", ["blocked", "no daily", "ended", "over", "moved"])
def test_who_may_not_see_the_child_reads_no_news_of_its_group(why, write, phone, anna, noor, far, inside, kok, time):
    item_id = write("Studiedag", "group")
    phone(anna).get(f"/nieuws/{item_id}")
    with inside(kok):
        child = db.session.get(Child, noor.id)
        link = db.session.query(Guardianship).filter_by(person_id=anna.person_id).one()
        if why == "blocked":
            db.session.add(_block(child, anna))
        if why == "no daily":
            link.can_see_daily = False
        if why == "ended":
            child.end_date, child.access_until = date(2026, 11, 1), date(2026, 11, 22)
        if why == "over":
            link.valid_to = date(2026, 11, 22)
        if why == "moved":
            child.group_id = db.session.query(Child).filter(Child.id != noor.id).first().group_id
    browser = phone(anna)
    browser.get(f"/nieuws/{item_id}", 404)
    browser.post(f"/nieuws/{item_id}/gelezen", 404)
    assert "Studiedag" not in browser.get("/nieuws").seen
    with inside(kok):
        assert queries.readers_of(db.session.get(NewsItem, item_id)) == []


def _block(child, account):
    now = datetime(2026, 11, 20, tzinfo=UTC)
    return Block(
        organisation_id=child.organisation_id, child_id=child.id, person_id=account.person_id, reason="verbod",
        document="zaak", ends_on=date(2027, 1, 1), asked_by=account.id, confirmed_by=account.id, confirmed_at=now,
    )  # fmt: skip


def test_after_the_last_day_of_a_child_new_news_is_for_others(write, desk, phone, anna, noor, inside, kok, time, els):
    before = write("Herfstfeest", "group")
    time.move(minutes=1)
    with inside(kok):
        children.leave(db.session.get(Child, noor.id), date(2026, 11, 23), db.session.get(Account, els.id), months=6)
    last_day = write("Laatste dag", "group")
    after = write("Kerstfeest", "group", publish=False)
    desk.post(f"/beheer/nieuws/{after}", day="2026-11-24", time="8:00")
    time.move(days=1)
    browser = phone(anna)
    assert [browser.get(f"/nieuws/{each}", None).status for each in (before, last_day, after)] == [200, 200, 404]
    with inside(kok):
        assert queries.readers_of(db.session.get(NewsItem, after)) == []
        assert [item.title for item in queries.news_of_child(noor.id)] == ["Herfstfeest", "Laatste dag"]


def test_a_planned_message_is_there_to_the_minute(write, desk, phone, anna, time, inside, kok):
    item_id = write("Wij zijn dicht", publish=False)
    browser = phone(anna)
    browser.get(f"/nieuws/{item_id}", 404)
    desk.post(f"/beheer/nieuws/{item_id}", day="2026-11-24", time="7:30")
    assert "Gepland voor dinsdag 24 november 2026 om 07:30" in desk.get("/beheer/nieuws?toon=planned").seen
    time.set(datetime(2026, 11, 24, 6, 29, 59, tzinfo=UTC))
    browser = phone(anna)
    browser.get(f"/nieuws/{item_id}", 404)
    assert "Wij zijn dicht" not in browser.get("/nieuws").seen
    with inside(kok):
        assert queries.published_between(time.now - timedelta(days=1), time.now) == []
    time.set(datetime(2026, 11, 24, 6, 30, tzinfo=UTC))
    assert "Nieuw dinsdag 24 november 2026 om 07:30" in browser.get("/nieuws").seen
    with inside(kok):
        told = queries.published_between(time.now - timedelta(minutes=1), time.now)
        assert [item.id for item in told] == [item_id]
    browser.get(f"/nieuws/{item_id}")
    assert "Nieuw dinsdag" not in browser.get("/nieuws").seen


def test_what_parents_read_is_not_planned_again(write, desk, phone, anna):
    item_id = write("Wij zijn dicht")
    page = desk.post(f"/beheer/nieuws/{item_id}", 422, day="2026-12-24", time="7:30")
    assert "Ouders lezen dit bericht al." in page.seen
    desk.post(f"/beheer/nieuws/{item_id}/concept")
    phone(anna).get(f"/nieuws/{item_id}")


@pytest.mark.parametrize(
    ("day", "time", "problem"),
    [
        ("2026-11-23", "10:31", ""), ("2026-11-23", "10:30", "voorbij"), ("2026-11-22", "12:00", "voorbij"),
        ("2027-03-28", "1:59", ""), ("2027-03-28", "2:30", "bestaat niet"), ("2027-03-28", "3:00", ""),
        ("2027-10-31", "2:30", ""), ("2027-12-01", "9:00", "meer dan een jaar"),
    ],
)  # fmt: skip
def test_a_message_is_planned_on_the_clock_of_here(day, time, problem, app_words):
    at = datetime.strptime(time, "%H:%M").time()
    said = plan_problem(date.fromisoformat(day), at, datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    assert problem in said if problem else said == ""


@pytest.fixture
def app_words(portals):
    with portals("sqlite").test_request_context():
        yield


def test_on_the_day_of_twenty_five_hours_the_first_of_two_counts():
    assert moment_of(date(2026, 10, 25), clock_time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert moment_of(date(2026, 3, 29), clock_time(3, 0)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_groepsleiding_writes_to_its_own_group_only(write, tablet, desk, place, kim, phone, anna):
    form = tablet.get("/beheer/nieuws/nieuw")
    assert "Groep De Vlinders" in form.seen
    assert "Groep De Rupsen" not in form.seen and "Locatie K" not in form.seen and "Alle ouders" not in form.seen
    fields = {"token": "", "title": "Hoi", "body": "Wij gaan naar het bos."}
    page = tablet.post("/beheer/nieuws/nieuw", 422, audience="organisation", **fields)
    assert "Kies een van de mogelijkheden." in page.seen and "Wij gaan naar het bos." in page.text
    theirs = write("Van het kantoor")
    for path in ("", "/wijzigen"):
        tablet.get(f"/beheer/nieuws/{theirs}{path}", 404)
    tablet.post(f"/beheer/nieuws/{theirs}/intrekken", 404)
    assert "Van het kantoor" not in tablet.get("/beheer/nieuws").seen
    own = write("Naar het bos", "group", by=tablet)
    assert "Naar het bos" in phone(anna).get("/nieuws").seen
    assert "voor 1 ouder." in desk.get(f"/beheer/nieuws/{own}").seen


def test_a_change_is_told_to_parents_and_what_stood_there_is_kept(write, desk, phone, anna):
    item_id = write("Studiedag", body="Op 12 december.")
    path = f"/beheer/nieuws/{item_id}/wijzigen"
    version = desk.get(path).form("news-form")["fields"]["version"]
    desk.post(path, version=version, title="Studiedag", body="Op 13 december. Zie https://kok.test/?a=1&b=2")
    page = phone(anna).get(f"/nieuws/{item_id}")
    assert "Op 13 december" in page.seen and "gewijzigd op" in page.seen and "Op 12 december" not in page.seen
    assert 'href="https://kok.test/?a=1&amp;b=2" rel="noopener noreferrer"' in page.text
    assert "Op 12 december." in desk.get(f"/beheer/nieuws/{item_id}").seen
    late = desk.post(path, 422, version=version, title="Studiedag", body="Op 14 december.")
    assert "Een collega heeft dit bericht net gewijzigd" in late.seen and "Op 14 december." in late.text


def test_nothing_that_was_typed_is_lost(desk, place):
    page = desk.post(
        "/beheer/nieuws/nieuw", 422, token="", audience=place("location"), title=" ", body="Lang <b>verhaal</b>",
        asks_receipt="y",
    )  # fmt: skip
    assert "Schrijf een titel." in page.seen and "Lang &lt;b&gt;verhaal&lt;/b&gt;" in page.text
    assert 'name="asks_receipt" value="y" checked' in page.text
    stale = desk.post("/beheer/nieuws/nieuw", 400, csrf_token="oud", title="Feest", body="Lang verhaal")
    assert 'value="Feest"' in stale.text and "Lang verhaal" in stale.text
    letters = "é" * 3999 + "😀"
    files = {"nothing": ("", b"")}
    sent = {"token": "", "audience": "organisation", "title": "Lang", "body": letters}
    desk.post("/beheer/nieuws/nieuw", 303, files=files, **sent)


def test_number_that_another_organisation_has_already_loses_no_words(desk, zon, bram, inside, rows):
    with inside(zon):
        draft = actions.write(uuid4(), actions.Audience("organisation", zon.id), actions.Words("Zon", "x"), bram)
    before = rows()
    sent = {"token": str(draft.id), "audience": "organisation", "title": "Feest", "body": "Kom allemaal."}
    page = desk.post("/beheer/nieuws/nieuw", 422, **sent)
    assert "Druk nog een keer op de knop." in page.seen and "Kom allemaal." in page.text
    assert rows() == before


def test_the_same_press_twice_writes_once(desk, write, inside, kok):
    token = desk.get("/beheer/nieuws/nieuw").form("news-form")["fields"]["token"]
    sent = {"token": token, "audience": "organisation", "title": "Feest", "body": "Kom ook."}
    first, second = (desk.post("/beheer/nieuws/nieuw", **sent).response.location for _ in range(2))
    assert first == second
    with inside(kok):
        assert db.session.query(NewsItem).count() == 1


def test_a_withdrawn_message_is_gone_at_once(write, desk, phone, anna):
    item_id, browser = write("Foutje"), phone(anna)
    browser.get(f"/nieuws/{item_id}")
    desk.post(f"/beheer/nieuws/{item_id}/intrekken")
    browser.get(f"/nieuws/{item_id}", 404)
    assert "Foutje" not in browser.get("/nieuws").seen
    assert "Foutje" not in desk.get("/beheer/nieuws").seen
    assert "Ingetrokken op" in desk.get("/beheer/nieuws?toon=withdrawn").seen
    assert "Ingetrokken op" in desk.get(f"/beheer/nieuws/{item_id}").seen
    desk.post(f"/beheer/nieuws/{item_id}/publiceren", 404)


def test_a_parent_says_to_have_read_it(write, phone, anna, piet):
    item_id, plain = write("Nieuwe deurcode", asks_receipt="y"), write("Leuk")
    browser = phone(anna)
    assert "Ik heb dit gelezen" not in browser.get(f"/nieuws/{plain}").seen
    assert "Ik heb dit gelezen" in browser.get(f"/nieuws/{item_id}").seen
    assert "Las u dit?" in browser.get("/nieuws").seen
    answer = browser.htmx_post(f"/nieuws/{item_id}/gelezen")
    assert "U las dit op maandag 23 november 2026 om 10:30." in answer.seen
    browser.post(f"/nieuws/{item_id}/gelezen")
    assert "U las dit op" in browser.get(f"/nieuws/{item_id}").seen
    assert "Las u dit?" not in browser.get("/nieuws").seen
    assert "Ik heb dit gelezen" in phone(piet).get(f"/nieuws/{item_id}").seen


def test_the_list_goes_on_page_by_page(write, desk, phone, anna, time, inside, kok):
    for number in range(45):
        with inside(kok):
            db.session.add(
                NewsItem(
                    organisation_id=kok.id, scope="organisation", audience_id=kok.id, title=f"Bericht {number:02}",
                    body="Hoi.", author_id=desk.account.id, publish_at=time.now - timedelta(hours=number // 30),
                )
            )  # fmt: skip
    for browser, path in ((phone(anna), "/nieuws"), (desk, "/beheer/nieuws")):
        seen = []
        while path:
            page = browser.get(path)
            seen += [word.strip() for word in page.words if word.startswith("Bericht 0") or word.startswith("Bericht ")]
            path = next((one["href"] for tag, one in page.tags if tag == "a" and one.get("rel") == "next"), "")
        assert len([title for title in set(seen) if title[8:].isdigit()]) == 45
        assert len([title for title in seen if title[8:].isdigit()]) == 45
