"""Parents say who may fetch their child, the group sees it, and nobody learns what is secret (domain.md, F13, F14)."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.children import actions as children
from portal.children.models import Block, Child, Guardianship
from portal.children.queries import guardianship
from portal.db import db
from portal.pickup.models import PickupPerson
from portal.pickup.rules import ONCE, UNTIL, day_problem, phone_problem
from tests.conftest import totp_code

OMA = {"name": "Truus de Vries", "relation": "oma", "phone": "06-55501234", "how": "always", "day": ""}
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("how", "day", "words"),
    [
        ("always", None, ""),
        ("always", TODAY, "U vulde een dag in"),
        (UNTIL, None, "Vul de dag in"),
        (UNTIL, TODAY, ""),
        (UNTIL, date(9999, 1, 1), "te ver weg"),
        (ONCE, TODAY - timedelta(days=1), "al voorbij"),
        (ONCE, TODAY + timedelta(days=366), ""),
        (ONCE, TODAY + timedelta(days=367), "binnen een jaar"),
    ],
)
def test_day_goes_with_what_was_chosen(how, day, words):
    said = day_problem(how, day, TODAY)
    assert words in said and bool(words) is bool(said)


@pytest.mark.parametrize(("phone", "fine"), [("06-12345678", True), ("+31 (0)6 123", True), ("112", False), ("geen", False), ("0612345x", False), ("٠٦١٢٣٤٥٦٧", False)])  # fmt: skip
def test_phone_is_a_number(phone, fine):
    assert (phone_problem(phone) == "") is fine


@pytest.fixture
def at_home(visitor, kok, time):
    def open_browser(account, organisation=kok):
        browser = visitor(organisation)
        browser.log_in(account)
        return browser

    return open_browser


@pytest.fixture
def page(noor):
    return f"/kinderen/{noor.id}/ophalen"


@pytest.fixture
def board(noor):
    return f"/beheer/ophalen/{noor.group_id}"


@pytest.fixture
def shield(inside, kok, noor):
    def set_(account):
        with inside(kok):
            children.shield_address(guardianship(noor.id, account.person_id), True)

    return set_


@pytest.fixture
def block(inside, kok, noor):
    def set_(account):
        with inside(kok) as session:
            court = {"reason": "contactverbod", "document": "C/10/1", "ends_on": date(2027, 1, 1)}
            row = Block(child_id=noor.id, person_id=account.person_id, organisation_id=kok.id, asked_by=account.id)
            row.reason, row.document, row.ends_on = court.values()
            row.confirmed_by, row.confirmed_at = account.id, noor.created_at
            session.add(row)

    return set_


def end_of(page):
    """The address of the button that ends the only person on this page."""
    (to_end,) = [each for each in (form["attributes"]["action"] for form in page.forms) if each.endswith("/stoppen")]
    return to_end


@pytest.fixture
def desk(office, visitor, kok):
    """desk() is a manager of today: who works here logs in again each day."""
    came = {}

    def log_in():
        today = clock.today()
        if not came:
            came[today] = office("manager")
        if today not in came:
            account, came[today] = next(iter(came.values())).account, visitor(kok, address="203.0.113.81")
            came[today].log_in(account)
            came[today].get("/tweede-stap")
            came[today].post("/tweede-stap", code=totp_code())
        return came[today]

    return log_in


def test_parent_adds_and_ends_and_all_who_decide_are_told(at_home, page, board, kok, anna, piet, office, post, inside):
    browser, desk = at_home(anna), office("manager")
    assert browser.get("/ophalen", 303).response.location == page
    done = browser.follow(browser.post(page, **{**OMA, "name": " Truus  de Vries "}))
    assert "Truus de Vries staat op de lijst" in done.seen and "oma 06-55501234 · altijd" in done.seen
    mails = post.deliver()
    assert {mail.to[0] for mail in mails} == {anna.email, piet.email}
    assert all("Er is iemand toegevoegd die Noor mag ophalen" in mail.text for mail in mails)
    assert not [word for mail in mails for word in ("Truus", "Anna de", "0655", "Bakker") if word in mail.text]
    assert mails[0].links[0] == f"https://kok.test{page}"
    seen = at_home(piet).get(page).seen
    assert "Truus de Vries" in seen and "U" in seen and "Anna de Vries" in seen
    shown = desk.get(board).seen
    assert "Truus de Vries , oma" in shown and "06-55501234" in shown and "legitimatiebewijs" in shown
    assert "Anna de Vries , ouder met gezag" in shown and "Piet Bakker" in shown
    to_end = end_of(done)
    assert "mag Noor niet meer ophalen" in browser.follow(browser.post(to_end)).seen
    assert "Truus" not in desk.get(board).seen and "Truus" not in at_home(piet).get(page).seen
    assert [mail for mail in post.deliver() if "mag dat niet meer" in mail.text and "Truus" not in mail.text]
    browser.post(to_end)  # a tab that stayed open
    assert post.deliver() == []
    with inside(kok) as session:
        lines = session.scalars(sa.select(AccessLog).where(AccessLog.action.like("pickup_%"))).all()
        assert {line.action for line in lines} == {"pickup_added", "pickup_ended"}
        assert {line.actor_id for line in lines} == {anna.id} and not any(line.detail for line in lines)
    assert "Iemand toegevoegd die een kind mag ophalen" in at_home(piet).get("/account/wie-keek-mee").seen


def test_once_is_on_the_screen_of_that_day_only(at_home, page, board, anna, desk, time):
    browser = at_home(anna)
    browser.post(page, **{**OMA, "how": "once", "day": "2026-11-24"})
    assert "eenmalig dinsdag 24 november 2026" in at_home(anna).get(page).seen and "Truus" not in desk().get(board).seen
    time.move(days=1)
    shown = desk().get(board).seen
    assert "Truus de Vries , oma eenmalig vandaag" in shown
    time.move(days=1)
    assert "Truus" not in desk().get(board).seen and "Truus" not in at_home(anna).get(page).seen


def test_last_day_is_the_last(at_home, page, board, anna, desk, time):
    browser = at_home(anna)
    browser.post(page, **{**OMA, "how": "until", "day": "24-11-2026"})
    time.move(days=1)
    assert "Truus" in desk().get(board).seen and "tot en met dinsdag 24 november" in at_home(anna).get(page).seen
    time.move(days=1)
    assert "Truus" not in desk().get(board).seen


def test_what_is_wrong_is_said_and_nothing_is_lost(at_home, page, anna, post, inside, kok):
    browser = at_home(anna)
    for field, value, words in (
        ("name", "", "Vul de naam in"),
        ("name", "   ", "Vul de naam in"),
        ("name", "x" * 101, "te lang"),
        ("relation", "", "bijvoorbeeld oma"),
        ("phone", "bel mij", "Dit is geen telefoonnummer"),
        ("how", "soms", "Kies een van de mogelijkheden"),
        ("day", "31-02-2026", "Dit is geen datum"),
        ("day", "2026-11-23", "U vulde een dag in"),
    ):
        again = browser.post(page, 422, **{**OMA, field: value})
        kept = "relation" if field == "name" else "name"
        assert words in again.seen and f'value="{OMA[kept]}"' in again.text, (field, value)
    with inside(kok) as session:
        assert session.scalars(sa.select(PickupPerson)).all() == []
    assert post.deliver() == []
    emoji = {**OMA, "name": "Oma 👵🏽 & <b>Co</b>"}
    assert "Oma 👵🏽 & <b>Co</b>" in browser.follow(browser.post(page, **emoji)).seen


def test_same_person_twice_is_told_and_pressing_twice_gives_one(at_home, page, anna, piet, post, inside, kok):
    browser = at_home(anna)
    browser.post(page, **OMA)
    browser.post(page, **OMA)
    again = {**OMA, "name": "truus DE vries", "phone": "010-7654321"}
    assert "Truus de Vries mag Noor al ophalen" in browser.post(page, 422, **again).seen
    once = {**OMA, "how": "once", "day": "2026-11-24"}
    assert "Truus de Vries mag Noor al ophalen" in at_home(piet).post(page, 422, **once).seen
    with inside(kok) as session:
        assert len(session.scalars(sa.select(PickupPerson)).all()) == 1
    assert len(post.deliver()) == 2
    for number in range(19):
        browser.post(page, **{**OMA, "name": f"Oppas {number}"})
    assert "Er staan al 20 personen" in browser.post(page, 422, **{**OMA, "name": "Nog een"}).seen


def test_who_changes_without_end_has_to_wait(at_home, page, anna):
    browser = at_home(anna)
    for _time in range(15):
        added = browser.follow(browser.post(page, **OMA))
        browser.post(end_of(added))
    assert "heel veel gewijzigd" in browser.post(page, 422, **OMA).seen


def test_guardian_who_does_not_decide_sees_and_changes_nothing(at_home, page, kok, noor, anna, save_parent, inside):
    wim = save_parent(kok, "Wim", "", "Post", "wim@voorbeeld.nl", noor, custody=False)
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=wim.person_id).one().can_see_daily = True
    browser = at_home(anna)
    to_end = end_of(browser.follow(browser.post(page, **OMA)))
    other = at_home(wim)
    shown = other.get(page)
    assert "Truus de Vries" in shown.seen and "pickup-form" not in shown.ids and "Stoppen" not in shown.seen
    assert "Alleen een ouder met gezag" in other.post(page, 422, **{**OMA, "name": "Ikzelf"}).seen
    other.post(to_end)
    assert "Truus" in at_home(anna).get(page).seen and "Ikzelf" not in at_home(anna).get(page).seen


def test_other_family_organisation_and_group_get_a_404(at_home, page, board, noor, anna, bram, zon, kok, els, save_parent, save_child, office):  # fmt: skip
    browser = at_home(anna)
    to_end = end_of(browser.follow(browser.post(page, **OMA)))
    neighbour = save_child(kok, "Sem", "Post", date(2024, 1, 1), "De Rupsen")
    otto = save_parent(kok, "Otto", "", "Post", "otto@voorbeeld.nl", neighbour)
    for stranger in (at_home(bram, zon), at_home(otto)):
        stranger.get(page, 404)
        stranger.post(page, 404, **OMA)
        stranger.post(to_end, 404)
    at_home(otto).post(to_end.replace(str(noor.id), str(neighbour.id)), 404)  # of another child
    desk = office("groepsleiding")  # of no group
    desk.get(board, 404)
    assert "nog niet op een groep" in desk.get("/beheer/ophalen").seen
    office("manager", zon).get(board, 404)


def test_nothing_of_a_parent_whose_data_are_secret_reaches_the_other(
    at_home, page, board, kok, noor, anna, piet, shield, office, post, inside
):
    browser, other, desk = at_home(anna), at_home(piet), office("manager")
    shield(anna)
    to_end = end_of(browser.follow(browser.post(page, **OMA)))
    seen = other.get(page).seen
    assert "Truus" not in seen and "Anna" not in seen and "Een andere ouder" in seen
    told = [mail for mail in post.deliver() if piet.email in mail.to]
    assert len(told) == 1 and not [word for word in ("Truus", "oma", "5550", "Anna") if word in told[0].text]
    other.post(to_end, 404)
    assert "staat op de lijst" in other.follow(other.post(page, **OMA)).seen  # so that asking tells nothing either
    assert "Truus" not in other.get("/account/wie-keek-mee").seen
    assert desk.get(board).seen.count("Truus de Vries") == 2
    browser.post(to_end)
    assert desk.get(board).seen.count("Truus de Vries") == 1


def test_court_and_lost_custody_take_away_parent_and_whom_it_allowed(
    at_home, page, board, kok, noor, anna, piet, block, desk, inside, time
):
    at_home(piet).post(page, **{**OMA, "name": "Vriend van Piet"})
    assert "Vriend van Piet" in desk().get(board).seen and "Piet Bakker" in desk().get(board).seen
    block(piet)
    child = f"/beheer/kinderen/{noor.id}"
    for seen in (desk().get(board).seen, at_home(anna).get(page).seen):
        assert "Piet" not in seen
    assert "Telt nu niet: Piet Bakker beslist niet (meer)" in desk().get(f"{child}/ophalen").seen
    assert "Vriend van Piet" not in desk().get(child).seen
    time.set(time.now.replace(year=2027, month=2))
    assert "Vriend van Piet" in desk().get(board).seen
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=piet.person_id).one().can_decide = False
    assert "Piet" not in desk().get(board).seen


def test_foster_parent_fetches_without_deciding(board, kok, noor, anna, office, inside):
    with inside(kok) as session:
        link = session.query(Guardianship).filter_by(person_id=anna.person_id).one()
        link.role, link.can_decide = "foster", False
    assert "Anna de Vries , pleegouder" in office("manager").get(board).seen


def test_office_adds_for_a_parent_who_decides_and_ends(board, noor, anna, piet, at_home, page, shield, office, post):
    desk, there = office("administratie"), f"/beheer/kinderen/{noor.id}/ophalen"
    assert "Kies een van de mogelijkheden" in desk.post(there, 422, **OMA, granted_by="x").seen
    assert "Kies de ouder die dit vraagt." in desk.post(there, 422, **OMA, granted_by="").seen
    shield(anna)
    desk.post(there, **OMA, granted_by=str(anna.person_id))
    assert len(post.deliver()) == 2
    assert "Truus de Vries , oma" in desk.get(f"/beheer/kinderen/{noor.id}").seen
    assert "Truus" in at_home(anna).get(page).seen and "Truus" not in at_home(piet).get(page).seen
    shown = desk.get(there)
    assert "Gevraagd door Anna de Vries" in shown.seen
    assert "mag Noor niet meer ophalen" in desk.follow(desk.post(end_of(shown))).seen
    assert "Truus" not in desk.get(board).seen and "Gestopt op maandag 23 november" in desk.get(there).seen


def test_colleague_sees_nothing_of_an_own_child_but_as_its_parent(
    board, page, kok, noor, anna, at_home, office, inside
):
    at_home(anna).post(page, **OMA)
    desk = office("manager")
    with inside(kok) as session:
        link = {"organisation_id": kok.id, "child_id": noor.id, "role": "custody", "can_decide": True}
        session.add(Guardianship(person_id=desk.account.person_id, can_see_daily=True, **link))
    for path in (board, f"/beheer/kinderen/{noor.id}"):
        seen = desk.get(path).seen
        assert "Laat een collega kijken wie het mag ophalen" in seen and "Truus" not in seen
    desk.get(f"/beheer/kinderen/{noor.id}/ophalen", 404)
    assert "Truus" in desk.get(page).seen


def test_nobody_is_added_to_a_child_that_has_left(at_home, page, kok, noor, anna, inside):
    browser = at_home(anna)
    with inside(kok):
        db.session.get(Child, noor.id).end_date = date(2026, 11, 22)
    assert "Noor komt hier niet meer" in browser.post(page, 422, **OMA).seen


def test_screen_of_the_group_asks_anew_by_itself(board, noor, anna, office):
    shown = office("manager").get(board)
    (live,) = [attributes for tag, attributes in shown.tags if attributes.get("id") == "today"]
    assert live["data-hx-get"] == board and live["data-hx-trigger"] == "every 20s"
    assert [attributes for tag, attributes in shown.tags if attributes.get("http-equiv") == "refresh"]
