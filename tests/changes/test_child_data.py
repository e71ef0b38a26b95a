"""Doctor, health and emergency contacts of a child: asked by who decides, read by who needs them."""

import pytest
import sqlalchemy as sa

from portal import clock
from portal.changes.models import ChildCare, DataChange, EmergencyContact
from portal.children import actions, queries
from portal.children.models import Child, Guardianship
from portal.db import db
from portal.retention.worker import sweep
from tests.changes.conftest import OWN, QUEUE, agree, waiting

CARE = {
    "doctor": "Dokter Smit",
    "doctor_phone": "030-1234567",
    "allergies": "Pinda",
    "medical_notes": "Epipen\r\nin tas",
}
RIET = {"contact1-name": "Oma Riet", "contact1-phone": "06-11112222", "contact1-relation": "oma"}


@pytest.fixture
def child_page(noor):
    return f"{OWN}/kinderen/{noor.id}"


def ask_care(browser, child_page, status=303, **values):
    fields = browser.get(f"{child_page}/gezondheid").form("care-form")["fields"]
    return browser.post(f"{child_page}/gezondheid", status, version=fields["version"], **{**CARE, **values})


def ask_contacts(browser, page, status=303, **values):
    fields = browser.get(page).form("contacts-form")["fields"]
    return browser.post(page, status, seen=fields["seen"], **values)


def at_the_group(office, inside, kok, noor):
    from portal.auth.models import StaffGroup

    group = office("groepsleiding")
    with inside(kok):
        db.session.add(StaffGroup(organisation_id=kok.id, account_id=group.account.id, group_id=noor.group_id))
    return group


def test_what_is_asked_stands_there_once_the_office_agrees(browser, child_page, office, post, time, inside, kok, noor):
    assert child_page in browser.get(OWN).text
    ask_care(browser, child_page)
    time.move(minutes=1)
    ask_contacts(browser, f"{child_page}/noodcontacten", **RIET)
    page = browser.get(child_page).seen
    assert "wacht nog op de opvang" in page and "Smit" not in page and "Riet" not in page
    desk = office("administratie")
    care, contacts = waiting(desk)
    assert "Huisarts en gezondheid: Noor Bakker" in desk.get(QUEUE).seen
    for path, told in ((care, "Pinda"), (contacts, "Oma Riet (oma), 06-11112222")):
        assert told in desk.get(path).seen
        agree(desk, path)
    mails = post.deliver()
    assert len(mails) == 2 and not [
        mail for mail in mails for word in ("Pinda", "Smit", "Riet", "Noor") if word in mail.text
    ]
    group, planner = at_the_group(office, inside, kok, noor), office("planning")
    for seen in (
        browser.get(child_page).seen,
        *(each.get(f"/beheer/kinderen/{noor.id}").seen for each in (desk, group)),
    ):
        assert all(word in seen for word in ("Dokter Smit", "030-1234567", "Pinda", "Epipen in tas", "Oma Riet"))
    seen = planner.get(f"/beheer/kinderen/{noor.id}").seen
    assert not any(word in seen for word in ("Smit", "Pinda", "Epipen", "Riet"))
    assert "Gezondheid gewijzigd" in browser.get("/account/wie-keek-mee").seen
    assert "Wijzigen" not in group.get(f"/beheer/kinderen/{noor.id}").seen


def test_only_what_a_parent_changed_is_asked(time, browser, child_page, office, visitor, kok, piet):
    other, desk = visitor(kok), office("administratie")
    other.log_in(piet)
    ask_care(browser, child_page)
    agree(desk, waiting(desk)[0])
    ask_care(browser, child_page, allergies="Pinda en eieren")
    time.move(minutes=1)
    ask_care(other, child_page, doctor="Dokter Bos")
    mine, others = waiting(desk)
    assert "Smit" not in desk.get(mine).seen and "eieren" not in desk.get(others).seen
    agree(desk, mine)
    agree(desk, others)
    seen = browser.get(child_page).seen
    assert "Pinda en eieren" in seen and "Dokter Bos" in seen
    assert "Pinda en eieren" not in other.get(OWN).seen, "what the other parent asked is not told"


def test_office_sees_that_the_other_parent_was_first(time, browser, child_page, office, visitor, kok, piet):
    other, desk = visitor(kok), office("administratie")
    other.log_in(piet)
    ask_care(browser, child_page)
    time.move(minutes=1)
    ask_care(other, child_page, allergies="Noten")
    mine, others = waiting(desk)
    agree(desk, others)
    assert "Nu staat er: Noten" in desk.get(mine).seen


def test_old_page_does_not_undo_what_the_office_changed(browser, child_page, office, noor):
    page = f"{child_page}/gezondheid"
    version = browser.get(page).form("care-form")["fields"]["version"]
    desk, at = office("administratie"), f"/beheer/kinderen/{noor.id}/gezondheid"
    desk.post(at, version=desk.get(at).form("care-form")["fields"]["version"], **CARE)
    answer = browser.post(page, 422, version=version, **{**CARE, "doctor": ""})
    assert "In het portaal staat nu: Dokter Smit" in answer.seen and "De opvang heeft dit net gewijzigd" in answer.seen
    assert waiting(desk) == []


def test_bad_contacts_are_told_and_kept(browser, child_page, office):
    page = f"{child_page}/noodcontacten"
    assert "Vul dit in" in ask_contacts(browser, page, 422, **{**RIET, "contact1-phone": ""}).seen
    answer = ask_contacts(browser, page, 422, **{**RIET, "contact2-name": "Bep", "contact2-phone": "bel 📞"})
    assert "geen telefoonnummer" in answer.seen and 'value="Oma Riet"' in answer.text
    assert "niets gewijzigd" in ask_contacts(browser, page, 422).seen
    ask_contacts(browser, page, **{**RIET, "contact1-name": "👵 Riet", "contact1-relation": "👵"})
    ask_care(browser, child_page, **dict.fromkeys(("doctor", "allergies", "medical_notes"), "🥜" * 20))
    for path in waiting(desk := office("administratie")):
        agree(desk, path)
    assert "👵 Riet" in browser.get(child_page).seen and "🥜" * 20 in browser.get(child_page).seen


@pytest.mark.parametrize(("role", "sees"), [("foster", True), ("no_custody", False)])
def test_who_does_not_decide_reads_but_asks_nothing(
    role, sees, browser, child_page, save_contact, inside, kok, anna, noor
):
    save_contact(anna, "Oma Riet", "06-11112222")
    with inside(kok) as session:
        db.session.add(ChildCare(organisation_id=kok.id, child_id=noor.id, **CARE))
        link = session.scalars(sa.select(Guardianship).where(Guardianship.person_id == anna.person_id)).one()
        link.role, link.can_decide, link.can_see_daily = role, False, True
    page = browser.get(child_page)
    assert "Pinda" in page.seen and ("Oma Riet" in page.seen) is sees and "U kunt dit niet wijzigen" in page.seen
    for name in ("gezondheid", "noodcontacten"):
        browser.get(f"{child_page}/{name}", 404)
        browser.post(f"{child_page}/{name}", 404, **CARE, **RIET)


def test_contacts_of_a_shielded_parent_are_not_for_the_other(browser, child_page, save_contact, visitor, office, inside, kok, anna, piet, noor):  # fmt: skip
    save_contact(anna, "Oma Riet", "06-11112222")
    save_contact(piet, "Opa Jan", "06-33334444")
    with inside(kok):
        actions.shield_address(queries.guardianship(noor.id, anna.person_id), True)
    other = visitor(kok)
    other.log_in(piet)
    assert "Riet" not in other.get(child_page).seen and "Opa Jan" in other.get(child_page).seen
    assert "Oma Riet" in browser.get(child_page).seen and "Opa Jan" in browser.get(child_page).seen
    assert "Oma Riet" in at_the_group(office, inside, kok, noor).get(f"/beheer/kinderen/{noor.id}").seen


def test_of_another_child_nothing_exists(browser, child_page, visitor, zon, bram, office):
    other = visitor(zon)
    other.log_in(bram)
    for path in ("", "/gezondheid", "/noodcontacten"):
        other.get(f"{child_page}{path}", 404)
    ask_care(browser, child_page)
    office("manager", zon).get(waiting(office("manager"))[0], 404)


def test_parent_who_decides_no_more_is_not_followed(browser, child_page, office, inside, kok, anna):
    desk = office("administratie")
    ask_care(browser, child_page)
    with inside(kok) as session:
        link = session.scalars(sa.select(Guardianship).where(Guardianship.person_id == anna.person_id)).one()
        link.can_decide = False
    [path] = waiting(desk)
    agree(desk, path)
    assert "beslist niet meer mee" in desk.get(QUEUE).seen and waiting(desk) == [path]
    with inside(kok) as session:
        assert session.scalars(sa.select(ChildCare)).all() == []


def test_what_is_known_of_a_child_that_left_goes_in_time(
    browser, child_page, save_contact, time, inside, kok, noor, anna
):
    ask_care(browser, child_page)
    save_contact(anna, "Oma Riet", "06-11112222")
    with inside(kok) as session:
        session.add(ChildCare(organisation_id=kok.id, child_id=noor.id, **CARE))
        actions.leave(session.get(Child, noor.id), clock.today(), months=24)
    for days, left in ((700, [1, 1, 1]), (40, [0, 0, 0])):
        time.move(days=days)
        with inside(kok) as session:
            sweep()
            counts = [len(session.scalars(sa.select(each)).all()) for each in (ChildCare, EmergencyContact, DataChange)]
        assert counts == left


def test_office_changes_contacts_of_a_parent(office, inside, kok, noor, anna, piet):
    desk, page = office("administratie"), f"/beheer/kinderen/{noor.id}/noodcontacten/{anna.person_id}"
    stale = desk.get(page).form("contacts-form")["fields"]["seen"]
    ask_contacts(desk, page, **RIET)
    assert "Oma Riet (oma), 06-11112222" in desk.post(page, 422, seen=stale, **{**RIET, "contact1-name": "X"}).seen
    with inside(kok) as session:
        [contact] = session.scalars(sa.select(EmergencyContact)).all()
        assert (contact.name, contact.person_id) == ("Oma Riet", anna.person_id)
        assert session.get(Child, noor.id) is not None
