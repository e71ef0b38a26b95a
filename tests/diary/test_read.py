"""Parents read the days of their own children: page by page, by date, and what is new."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.children.models import Block, Child, Guardianship
from portal.consent import actions as consent
from portal.consent.rules import PHOTO_OWN, PHOTO_TOGETHER
from portal.db import db
from portal.diary.models import DiaryChild, DiaryEntry, RhythmEntry
from portal.diary.queries import MOST_DAYS
from portal.photos.models import Photo, PhotoChild


@pytest.fixture
def tell(inside, kok, noor, anna):
    """tell("Wij zongen.", day, noor) puts a published story in the diary, of any day."""

    def add(body, day, *children):
        tags = [DiaryChild(organisation_id=kok.id, child_id=child.id, day=day, is_shown=True) for child in children]
        with inside(kok) as session:
            session.add(
                DiaryEntry(
                    organisation_id=kok.id, group_id=noor.group_id, author_id=anna.id, day=day, body=body, tags=tags,
                    state="published", published_at=clock.now(),
                )
            )  # fmt: skip

    return add


@pytest.fixture
def take(inside, kok, noor, anna):
    """take("Toren", noor, sem) puts a photo there on which these children are."""

    def add(caption, *children):
        with inside(kok) as session:
            photo = Photo(
                organisation_id=kok.id, group_id=noor.group_id, uploaded_by=anna.id, taken_at=clock.now(), width=360,
                height=240, caption=caption, sha256="a" * 64, status="ready",
            )  # fmt: skip
            session.add(photo)
            session.flush()
            for child in children:
                session.add(PhotoChild(organisation_id=kok.id, photo_id=photo.id, child_id=child.id))

    return add


def link(page, rel):
    return next(
        (attributes["href"] for tag, attributes in page.tags if tag == "a" and attributes.get("rel") == rel), ""
    )


def test_days_follow_each_other_by_link_and_each_stands_once(time, tell, phone, noor, anna):
    for back in range(2 * MOST_DAYS + 3):
        tell(f"Dag {back}.", clock.today() - timedelta(days=3 * back), noor)
    browser, path, read = phone(anna), "/dagboek", []
    for _ in range(3):
        page = browser.get(path)
        read += [word for word in page.words if word.startswith("Dag ")]
        path = link(page, "next")
    assert path == "" and read == [f"Dag {back}." for back in range(2 * MOST_DAYS + 3)]
    assert "begin van het dagboek" in page.seen


def test_date_is_jumped_to(time, tell, phone, noor, anna):
    tell("Van lang geleden.", date(2026, 3, 2), noor)
    tell("Van gisteren.", date(2026, 11, 22), noor)
    browser = phone(anna)
    page = browser.get(f"/dagboek/{noor.id}?tot=2026-03-15")
    assert "maandag 2 maart 2026" in page.seen and "gisteren" not in page.seen and "nieuwste dagen" in page.seen
    for nonsense in ("2099-01-01", "gisteren", ""):
        assert "Van gisteren." in browser.get(f"/dagboek?tot={nonsense}").seen


def test_nothing_yet_is_said_kindly(time, phone, noor, anna):
    browser = phone(anna)
    assert "Hier komt te staan hoe de dag was" in browser.get("/dagboek").seen
    assert "Vandaag is er nog niets geschreven" in browser.get("/").seen


def test_start_page_shows_today(time, tell, phone, noor, anna):
    browser = phone(anna)
    tell("Van gisteren.", date(2026, 11, 22), noor)
    page = browser.get("/")
    assert "Vandaag is er nog niets geschreven" in page.seen and "Van gisteren" not in page.seen
    tell("Van vandaag.", date(2026, 11, 23), noor)
    page = browser.get("/")
    assert "Van vandaag." in page.seen and "Van gisteren." not in page.seen and 'href="/dagboek"' in page.text


def test_what_is_new_since_the_last_visit(time, tell, phone, noor, anna):
    tell("Het eerste.", date(2026, 11, 23), noor)
    assert "Nieuw " not in phone(anna).get("/dagboek").seen
    time.move(hours=2)
    tell("Het tweede.", date(2026, 11, 23), noor)
    time.move(hours=2)
    browser = phone(anna)
    for _ in range(2):  # a page further is the same visit
        seen = browser.get("/dagboek").seen
        assert "1 nieuw verhaal sinds uw vorige bezoek" in seen and "Het tweede. Nieuw" in seen
        time.move(minutes=5)
    time.move(hours=1)
    assert "Nieuw " not in phone(anna).get("/dagboek").seen


def test_two_children_share_a_day(time, tell, phone, noor, sem, anna, inside, kok):
    with inside(kok) as session:
        session.add(
            Guardianship(
                organisation_id=kok.id, child_id=sem.id, person_id=anna.person_id, role="custody", can_see_daily=True
            )
        )
    tell("Samen in bad.", date(2026, 11, 23), noor, sem)
    tell("Sem alleen.", date(2026, 11, 23), sem)
    browser = phone(anna)
    page = browser.get("/dagboek")
    assert "Samen in bad. Noor en Sem" in page.seen and page.seen.count("Samen in bad.") == 1
    assert "Sem alleen." not in browser.get(f"/dagboek/{noor.id}").seen


def test_health_is_for_the_own_guardians_only(time, phone, noor, sem, anna, kim, bram, zon, inside, kok):
    with inside(kok) as session:
        line = {"organisation_id": kok.id, "group_id": noor.group_id, "author_id": anna.id, "day": date(2026, 11, 23)}
        for child, note in ((noor, "zetpil voor Noor"), (sem, "zalf voor Sem")):
            session.add(RhythmEntry(**line, child_id=child.id, kind="medicine", at=clock.now(), note=note))
    assert "zetpil" in phone(anna).get("/dagboek").seen
    seen = phone(kim).get("/dagboek").seen
    assert "zalf" in seen and "zetpil" not in seen
    away = phone(bram, zon)
    assert "zetpil" not in away.get("/dagboek").seen
    away.get(f"/dagboek/{noor.id}", 404)
    phone(kim).get(f"/dagboek/{noor.id}", 404)


def test_who_is_kept_away_reads_nothing_from_the_next_page_on(time, tell, phone, noor, anna, piet, inside, kok):
    tell("Wij zongen.", date(2026, 11, 23), noor)
    browser = phone(piet)
    assert "Wij zongen." in browser.get("/dagboek").seen
    with inside(kok) as session:
        court = {"reason": "contactverbod", "document": "C/10/1", "ends_on": date(2027, 1, 1), "asked_by": anna.id}
        block = Block(organisation_id=kok.id, child_id=noor.id, person_id=piet.person_id, **court)
        block.confirmed_by, block.confirmed_at = anna.id, clock.now()
        session.add(block)
    for path in ("/", "/dagboek"):
        assert "Wij zongen." not in browser.get(path).seen
    browser.get(f"/dagboek/{noor.id}", 404)


def test_photo_of_others_needs_the_consent_of_all_of_them(time, take, phone, noor, sem, anna, kim, inside, kok):
    take("Samen bouwen", noor, sem)
    take("Noor alleen", noor)

    def allow(code, value, child=sem, by=kim):
        time.move(seconds=1)
        with inside(kok):
            consent.answer(db.session.get(Child, child.id), code, 1, value, by=by)

    def captions():
        return {caption for caption in ("Samen bouwen", "Noor alleen") if caption in phone(anna).get("/dagboek").seen}

    allow(PHOTO_OWN, True)
    assert captions() == {"Noor alleen"}
    allow(PHOTO_TOGETHER, True)
    assert captions() == {"Samen bouwen", "Noor alleen"}
    allow(PHOTO_TOGETHER, False)
    assert captions() == {"Noor alleen"}
    assert "Samen bouwen" not in phone(kim).get("/dagboek").seen
    allow(PHOTO_TOGETHER, True, noor, anna)
    assert "Samen bouwen" in phone(kim).get("/dagboek").seen


def test_photos_are_looked_through_one_by_one(time, take, phone, noor, sem, anna, kim):
    for caption in ("De oudste", "De middelste", "De nieuwste"):
        take(caption, noor)
        time.move(minutes=1)
    take("Niet van Noor", sem)
    browser, seen = phone(anna), []
    tags = browser.get("/dagboek").tags
    path = first = next(attributes["href"] for tag, attributes in tags if "/foto/" in attributes.get("href", ""))
    while path:
        page = browser.get(path)
        seen += [caption for caption in ("De oudste", "De middelste", "De nieuwste") if caption in page.words]
        path, back = link(page, "prev"), link(page, "next")
    assert seen == ["De oudste", "De middelste", "De nieuwste"] and back and "Niet van Noor" not in page.text
    phone(kim).get(first, 404)


def test_page_asks_the_database_little_whatever_there_is(time, tell, take, phone, noor, anna, inside, kok, app):
    browser = phone(anna)
    for back in range(5):
        tell("Wij zongen.", clock.today() - timedelta(days=back), noor)
        take("Een foto", noor)
    for path, most in (("/", 7), ("/dagboek", 6)):
        browser.get(path)
        assert len(reads(app, lambda path=path: browser.get(path))) <= most, path


def reads(app, call):
    """What is asked for the page itself; that somebody looked is written down afterwards."""
    seen = []

    def keep(_connection, _cursor, statement, *_):
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", keep)
    call()
    sa.event.remove(engine, "before_cursor_execute", keep)
    aside = ("SELECT set_config", "SELECT diary_visit", "SELECT access_log")
    return [statement for statement in seen if statement.startswith("SELECT") and not statement.startswith(aside)]
