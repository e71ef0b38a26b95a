"""Parents allow things per child, take that back as easily, and one no wins (domain.md, B8)."""

from datetime import date

import pytest

from portal.children.models import Block, Guardianship
from portal.consent.queries import consented, number_unanswered, refusals
from portal.consent.rules import GROUP_NAME, PHOTO_OWN, PHOTO_TOGETHER, has_consent
from portal.db import db

PAGE = "/toestemming"


@pytest.fixture
def at_home(visitor, kok, time):
    """at_home(anna) is her browser."""

    def open_browser(account, organisation=kok):
        browser = visitor(organisation)
        browser.log_in(account)
        return browser

    return open_browser


@pytest.fixture
def say(noor, time):
    """say(browser, "yes") presses a button of the page for Noor, as it stands there."""

    def press(browser, value, code=PHOTO_OWN, status=303):
        time.move(minutes=1)
        form = browser.get(PAGE).form(f"answer-{noor.id}-{code}")
        version = form["fields"]["version"]
        return browser.post(form["attributes"]["action"], status=status, version=version, value=value)

    return press


@pytest.fixture
def allowed(inside, kok, noor):
    """allowed("photo_own"): whether Noor has consent for that."""

    def look(code=PHOTO_OWN):
        with inside(kok):
            return noor.id in consented([noor.id], code), noor.id in refusals([noor.id], code)

    return look


@pytest.mark.parametrize(
    ("answers", "has"), [([], False), ([True], True), ([False], False), ([True, False], False), ([True, True], True)]
)
def test_one_yes_is_enough_and_one_no_wins(answers, has):
    assert has_consent(answers) is has


def test_parent_gives_and_takes_back_with_one_press(at_home, say, allowed, anna):
    browser = at_home(anna)
    assert "3 vragen over toestemming" in browser.get("/").seen and allowed() == (False, False)
    page = browser.follow(say(browser, "yes"))
    assert "U zei ja voor Noor" in page.seen and "Dit mag." in page.seen and allowed() == (True, False)
    assert "2 vragen over toestemming" in browser.get("/").seen and allowed(PHOTO_TOGETHER) == (False, False)
    page = browser.follow(say(browser, "no"))
    assert "Dit mag niet." in page.seen and allowed() == (False, True)
    for code in (PHOTO_TOGETHER, GROUP_NAME):
        say(browser, "yes", code)
    assert "toestemming." not in browser.get("/").seen
    assert "Toestemming gegeven" in browser.get("/account/wie-keek-mee").seen


def test_no_of_either_parent_with_custody_wins_until_it_is_taken_back(at_home, say, allowed, anna, piet):
    one, other = at_home(anna), at_home(piet)
    say(one, "yes")
    assert "Een andere ouder met gezag zei ja" in other.get(PAGE).seen and allowed() == (True, False)
    say(other, "no")
    assert "Een andere ouder met gezag zei nee" in one.get(PAGE).seen and allowed() == (False, True)
    say(one, "no")
    say(one, "yes")
    assert allowed() == (False, True)
    say(other, "yes")
    assert allowed() == (True, False)


def test_parent_without_custody_sees_and_does_not_decide(at_home, say, allowed, kok, noor, anna, save_parent, inside):
    wim = save_parent(kok, "Wim", "", "Post", "wim@voorbeeld.nl", noor, custody=False)
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=wim.person_id).one().can_see_daily = True
    say(at_home(anna), "yes")
    browser = at_home(wim)
    page = browser.get(PAGE)
    assert "Alleen een ouder met gezag" in page.seen and "Dit mag." in page.seen
    assert "vragen over toestemming" not in browser.get("/").seen and f"answer-{noor.id}-{PHOTO_OWN}" not in page.ids
    browser.post(f"{PAGE}/{noor.id}/{PHOTO_OWN}", version="1", value="no")
    assert "Alleen een ouder met gezag" in browser.get("/hulp").seen and allowed() == (True, False)


def test_who_is_kept_away_or_lost_custody_counts_no_more(at_home, say, allowed, kok, noor, anna, piet, inside):
    say(at_home(anna), "yes")
    say(at_home(piet), "no")
    with inside(kok) as session:
        court = {"reason": "contactverbod", "document": "C/10/1", "ends_on": date(2027, 1, 1)}
        block = Block(child_id=noor.id, person_id=piet.person_id, organisation_id=kok.id, asked_by=anna.id, **court)
        block.confirmed_by, block.confirmed_at = anna.id, noor.created_at
        session.add(block)
    assert allowed() == (True, False)
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=anna.person_id).one().can_decide = False
    assert allowed() == (False, False)


def test_consent_ends_when_the_care_ends(at_home, say, allowed, kok, noor, anna, inside, time):
    say(at_home(anna), "yes")
    with inside(kok):
        db.session.get(type(noor), noor.id).end_date = date(2026, 11, 23)
    assert allowed() == (True, False)
    time.move(days=1)
    assert allowed() == (False, False)


def test_new_text_asks_everyone_again(at_home, say, allowed, anna, office):
    browser, desk = at_home(anna), office("manager")
    say(browser, "yes")
    before = browser.get(PAGE).form
    page = desk.get(f"/beheer/toestemming/{PHOTO_OWN}")
    assert "tellen de antwoorden van nu niet meer" in page.seen
    words = {"name": "Foto's van uw kind", "text": "Ook op onze website."}
    desk.post(f"/beheer/toestemming/{PHOTO_OWN}", version="1", **words)
    assert allowed() == (False, False)
    page = browser.get(PAGE)
    assert "Ook op onze website" in page.seen and "ging over de vorige tekst en telt niet meer" in page.seen
    assert before(f"answer-{browser_child(page)}-{PHOTO_OWN}")["fields"]["version"] == "1"
    browser.post(f"{PAGE}/{browser_child(page)}/{PHOTO_OWN}", version="1", value="yes")
    assert "De tekst is net gewijzigd" in browser.get(PAGE).seen and allowed() == (False, False)
    say(browser, "yes")
    assert allowed() == (True, False)
    overtaken = desk.post(f"/beheer/toestemming/{PHOTO_OWN}", 422, version="1", name="Anders", text="Anders")
    assert "Een collega heeft deze tekst net gewijzigd" in overtaken.seen


def browser_child(page):
    return next(each for each in page.ids if each.startswith("child-")).removeprefix("child-")


def test_manager_asks_something_else_and_stops(at_home, anna, office, inside, kok):
    desk, browser = office("manager"), at_home(anna)
    new = {"name": "Meelopen naar het bos", "text": "Wij lopen met uw kind naar het bos."}
    desk.post("/beheer/toestemming/nieuw", **new)
    assert "Er is al een vraag" in desk.post("/beheer/toestemming/nieuw", 422, **new).seen
    assert "Vul een naam in" in desk.post("/beheer/toestemming/nieuw", 422, name=" ", text="x").seen
    page = browser.get(PAGE)
    assert "naar het bos" in page.seen
    with inside(kok):
        assert number_unanswered(anna.person_id) == 4
    code = next(each for each in desk.get("/beheer/toestemming").ids if len(each) == len("purpose-") + 12)
    path = f"/beheer/toestemming/{code.removeprefix('purpose-')}"
    assert (
        "Vraag stoppen" in desk.get(path).seen
        and "Vraag stoppen" not in desk.get(f"/beheer/toestemming/{PHOTO_OWN}").seen
    )
    desk.post(f"/beheer/toestemming/{PHOTO_OWN}/stoppen")
    assert "hoort bij het portaal" in desk.get("/beheer").seen
    desk.post(f"{path}/stoppen")
    assert "naar het bos" not in browser.get(PAGE).seen
    desk.get(path, 404)


def test_office_sees_who_said_what_and_another_family_nothing(at_home, say, anna, piet, noor, bram, zon, office):
    say(at_home(anna), "yes")
    say(at_home(piet), "no", GROUP_NAME)
    seen = office("administratie").get(f"/beheer/kinderen/{noor.id}").seen
    assert "Ja Anna de Vries, maandag 23 november 2026 om 10:31" in seen and "Nee Piet Bakker" in seen
    elsewhere = at_home(bram, zon)
    assert "Noor" not in elsewhere.get(PAGE).text
    elsewhere.post(f"{PAGE}/{noor.id}/{PHOTO_OWN}", 404, version="1", value="yes")
    browser = at_home(anna)
    browser.post(f"{PAGE}/{noor.id}/nergens", 404, version="1", value="yes")
    browser.post(f"{PAGE}/{noor.id}/{PHOTO_OWN}", 422, version="1", value="misschien")
