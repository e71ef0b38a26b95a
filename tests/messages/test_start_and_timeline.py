"""News on the start page, and on the day it was published in the diary."""

from datetime import timedelta

import pytest

from portal.db import db
from portal.messages.models import NewsItem
from portal.messages.rules import rank_at_start


@pytest.fixture
def told(inside, kok, noor, els, time):
    """told("Feest", days=3) is a message of so many days ago, for the group of Noor or for everyone."""

    def add(title, days=0, scope="organisation", **values):
        audience_id = kok.id if scope == "organisation" else noor.group_id
        with inside(kok):
            item = NewsItem(
                organisation_id=kok.id, scope=scope, audience_id=audience_id, title=title, body="Lees dit.",
                author_id=els.id, publish_at=time.now - timedelta(days=days), **values,
            )  # fmt: skip
            db.session.add(item)
            db.session.flush()
            return item.id

    return add


def test_news_stands_on_its_day_in_the_diary(time, told, phone, noor, anna, kim):
    told("Voor iedereen", days=1)
    told("Van de groep", days=3, scope="group")
    planned = told("Straks", days=-1)
    withdrawn = told("Foutje", withdrawn_at=time.now)
    browser = phone(anna)
    for path in ("/dagboek", f"/dagboek/{noor.id}"):
        seen = browser.get(path).seen
        assert "Gisteren, zondag 22 november 2026 Voor iedereen Lees dit. Nieuw Nieuws · 10:30" in seen
        assert "vrijdag 20 november 2026 Van de groep Lees dit." in seen
        assert "Straks" not in seen and "Foutje" not in seen
    assert "Van de groep" not in phone(kim).get("/dagboek").seen
    assert "Voor iedereen" not in browser.get("/dagboek?tot=2026-11-21").seen
    for each in (planned, withdrawn):
        browser.get(f"/nieuws/{each}", 404)
    browser.get(next(one["href"] for tag, one in browser.get("/dagboek").tags if "/nieuws/" in one.get("href", "")))
    assert browser.get("/dagboek").seen.count("Nieuw Nieuws ·") == 1


def test_older_news_comes_page_by_page(told, phone, anna):
    for days in range(45):
        told(f"Nummer {days:02}.", days=days)
        told(f"Ook nummer {days:02}.", days=days, scope="group")
    browser, path, seen = phone(anna), "/dagboek", ""
    while path:
        page = browser.get(path)
        seen += page.seen
        path = next((one["href"] for tag, one in page.tags if tag == "a" and one.get("rel") == "next"), "")
    for days in range(45):
        assert seen.count(f"Nummer {days:02}.") == seen.count(f"Ook nummer {days:02}.") == 1


def test_start_page_shows_a_few_and_what_waits_first(told, phone, anna):
    told("Vraag van lang geleden", days=60, asks_receipt=True)
    told("Oud en niet gelezen", days=40)
    for number in range(5):
        told(f"Nieuws {number}", days=number)
    browser = phone(anna)
    page = browser.get("/")
    titles = [word for word in page.words if word.startswith(("Nieuws ", "Vraag", "Oud"))]
    assert titles == ["Vraag van lang geleden", "Nieuws 0", "Nieuws 1"]
    path = next(one["href"] for tag, one in page.tags if "/nieuws/" in one.get("href", ""))
    browser.post(f"{path}/gelezen")
    assert "Vraag van lang geleden" not in browser.get("/").seen


@pytest.mark.parametrize(
    ("days", "waits", "is_new", "rank"),
    [
        (0, True, True, 0), (89, True, False, 0), (91, True, True, None), (29, False, True, 1), (6, False, False, 2),
        (31, False, True, None), (8, False, False, None),
    ],
)  # fmt: skip
def test_what_waits_is_never_forgotten_and_what_is_old_is(days, waits, is_new, rank):
    assert rank_at_start(timedelta(days=days), waits, is_new) == rank
