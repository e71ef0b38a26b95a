"""Where a parent lives: asked with a first day, decided by the office, and valid from that day on."""

import re

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.changes import queries, rules
from portal.changes.models import DataChange, HomeAddress
from tests.changes.conftest import HOME, OWN, QUEUE, agree, waiting

NEW, LATER = "Dorpsstraat 12 a, 3511 AB Utrecht", {"street": "Kade", "number": "3", "addition": ""}


def test_address_holds_from_its_day_once_the_office_agrees(browser, office, post, time, anna, inside, kok):
    browser.post(f"{OWN}/woonadres", **HOME)
    own = browser.get(OWN).seen
    assert NEW in own and "wacht op de opvang" in own and "niet bekend" in own
    desk = office("administratie")
    assert "1 Wijzigingen die ouders vragen" in desk.get("/beheer").seen
    [path] = waiting(desk)
    assert NEW in desk.get(path).seen and "1 december 2026" in desk.get(path).seen
    agree(desk, path)
    [mail] = post.deliver()
    assert mail.to == ["anna@voorbeeld.nl"] and f"https://kok.test{OWN}" in mail.links
    assert "Dorpsstraat" not in mail.text and waiting(desk) == []
    assert "niet bekend Vanaf dinsdag 1 december 2026" in desk.get(f"/beheer/ouders/{anna.id}").seen
    own = browser.get(OWN).seen
    assert "akkoord" in own and "Vanaf dinsdag 1 december 2026" in own
    time.move(days=8)
    browser.log_in(anna)
    assert f"Woonadres {NEW} Woonadres wijzigen" in browser.get(OWN).seen
    with inside(kok) as session:
        said = session.scalars(sa.select(AccessLog.action).where(AccessLog.account_id == anna.id)).all()
    assert {"change_asked", "change_approved"} <= set(said)
    assert "Gevraagd om gegevens te wijzigen Woonadres" in office("manager").get("/beheer/logboek").seen


def test_until_its_day_the_old_address_holds(browser, office, time, anna, inside, kok):
    desk = office("administratie")
    desk.post(f"/beheer/ouders/{anna.id}/woonadres", **{**HOME, "effective_on": "2026-01-01"})
    browser.post(f"{OWN}/woonadres", **{**HOME, **LATER})
    page = desk.get(waiting(desk)[0]).seen
    assert "Dorpsstraat 12 a" in page and "Kade 3" in page
    agree(desk, waiting(desk)[0])
    with inside(kok):
        homes = [queries.home_on(anna.person_id, clock.today().replace(day=day)).street for day in (1, 23, 30)]
        assert homes == ["Dorpsstraat"] * 3
        assert queries.home_on(anna.person_id, clock.today().replace(month=12, day=1)).street == "Kade"


def test_second_request_replaces_the_first_and_says_so(browser, office):
    browser.post(f"{OWN}/woonadres", **HOME)
    browser.post(f"{OWN}/woonadres", **HOME)  # a second press of the button
    desk = office("administratie")
    [first] = waiting(desk)
    assert "vervalt die" in browser.get(f"{OWN}/woonadres").seen
    browser.post(f"{OWN}/woonadres", **{**HOME, **LATER})
    assert "in de plaats van uw vorige aanvraag" in browser.get(OWN).seen
    [second] = waiting(desk)
    assert second != first and "Kade 3" in desk.get(second).seen
    desk.post(f"{first}/akkoord", seen="")
    assert "Over deze wijziging is al beslist" in desk.get(QUEUE).seen and waiting(desk) == [second]


def test_parent_reads_why_not_and_can_withdraw(browser, office, post, inside, kok):
    desk = office("manager")
    browser.post(f"{OWN}/woonadres", **HOME)
    [path] = waiting(desk)
    assert "Schrijf op waarom" in desk.post(f"{path}/nee", 422, reason=" ").seen
    desk.post(f"{path}/nee", reason="Deze straat <b>is er niet.")
    assert len(post.deliver()) == 1 and "Deze straat <b>is er niet." in browser.get(OWN).seen
    browser.post(f"{OWN}/woonadres", **{**HOME, **LATER})
    [path] = waiting(desk)
    change_id = path.rpartition("/")[2]
    browser.post(f"{OWN}/wijzigingen/{change_id}/intrekken")
    assert "Alles blijft zoals het was" in browser.get(OWN).seen and waiting(desk) == []
    agreed = desk.post(f"{path}/akkoord", seen="")
    assert agreed.status == 303 and post.deliver() == []
    with inside(kok) as session:
        assert session.scalars(sa.select(HomeAddress)).all() == []
        assert set(session.scalars(sa.select(DataChange.state))) == {"refused", "withdrawn"}


def test_change_of_somebody_else_does_not_exist(browser, office, visitor, kok, zon, piet, bram):
    browser.post(f"{OWN}/woonadres", **HOME)
    [path] = waiting(office("administratie"))
    change_id = path.rpartition("/")[2]
    elsewhere = office("manager", zon)
    for organisation, parent in ((kok, piet), (zon, bram)):
        other = visitor(organisation)
        other.log_in(parent)
        other.post(f"{OWN}/wijzigingen/{change_id}/intrekken", 404)
        assert "Dorpsstraat" not in other.get(OWN).seen
    elsewhere.get(path, 404)
    for verb in ("akkoord", "nee"):
        elsewhere.post(f"{path}/{verb}", 404, seen="", reason="x")


def test_office_sees_what_changed_in_between(browser, office, anna):
    desk = office("administratie")
    browser.post(f"{OWN}/woonadres", **HOME)
    [path] = waiting(desk)
    seen = desk.get(path).form("approve-form")["fields"]["seen"]
    desk.post(f"/beheer/ouders/{anna.id}/woonadres", **{**HOME, **LATER, "effective_on": "2026-11-01"})
    page = desk.post(f"{path}/akkoord", 422, seen=seen)
    assert "intussen iets gewijzigd" in page.seen and "Nu staat er: Kade 3" in page.seen
    agree(desk, path)


def test_what_is_typed_wrong_is_told_and_kept(browser):
    for fields, told in (
        ({"postcode": "0511 AB"}, "3511 AB"),
        ({"postcode": "3511 SS"}, "3511 AB"),
        ({"number": ""}, "Vul het huisnummer in"),
        ({"street": " "}, "Vul dit in"),
        ({"effective_on": "2031-01-01"}, "hoogstens een jaar"),
        ({"effective_on": "morgen"}, "geen datum"),
    ):
        page = browser.post(f"{OWN}/woonadres", 422, **{**HOME, **fields})
        assert told in page.seen and 'value="Utrecht"' in page.text, fields
    for typed in ("2031-01-01", "1-1-2031"):  # a date field takes it in one way only
        late = browser.post(f"{OWN}/woonadres", 422, **{**HOME, "effective_on": typed})
        assert re.search(r'type="date" id="effective_on"[^>]+value="2031-01-01"', late.text)
    assert 'value="morgen"' in browser.post(f"{OWN}/woonadres", 422, **{**HOME, "effective_on": "morgen"}).text
    smile = dict.fromkeys(("street", "number", "addition", "postcode", "town", "country"), "🏡👪")
    page = browser.post(f"{OWN}/woonadres", 422, **{**HOME, **smile})
    assert page.seen.count("Hier staan geen letters.") == 3 and page.text.count('value="🏡👪"') == 6
    smile = {name: f"A🏡👪 {value}" for name, value in smile.items()}
    browser.post(f"{OWN}/woonadres", **{**HOME, **smile})
    assert "A🏡👪 🏡👪" in browser.get(OWN).seen


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("3511ab", "3511 AB"), (" 3511  Ab ", "3511 AB"), ("", ""), ("SW1A 1AA", "SW1A 1AA")],
)
def test_dutch_postcodes_are_written_one_way(typed, kept):
    address = {**HOME, "postcode": typed, "country": "" if typed != "SW1A 1AA" else " Engeland "}
    assert rules.tidied(address)["postcode"] == kept


def test_phone_is_changed_at_once_by_who_says_who_it_is(browser, time, anna, inside, kok):
    page = f"{OWN}/telefoon"
    assert "geen telefoonnummer" in browser.post(page, 422, phone="bel maar 📞").seen
    browser.post(page, phone="+31 (0)6-12 34 56 78")
    assert "+31 (0)6-12 34 56 78" in browser.get(OWN).seen
    time.move(minutes=11)
    assert "Laat eerst zien dat u het bent" in browser.post(page, 422, phone="06-99999999").seen
    browser.get(page, 303)
    assert "06-99999999" not in browser.get(OWN).seen
