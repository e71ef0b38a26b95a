"""Locations and groups: everyone who works here sees them, managers change them."""

import threading
from datetime import date

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.children.models import Child
from portal.db import db, within, writing
from portal.errors import Refused
from portal.organisations.models import Group, Location
from portal.places import actions

PAGE = "/beheer/locaties"


@pytest.fixture
def manager(office, noor):
    browser = office("manager")
    browser.get(PAGE)
    return browser


def place(inside, kok, name="Kok Kinderopvang"):
    with inside(kok):
        return db.session.scalars(sa.select(Location.id).where(Location.name == name)).one()


def group(inside, kok, name="De Vlinders"):
    with inside(kok):
        return db.session.scalars(sa.select(Group).where(Group.name == name)).one()


def log(inside, kok):
    with inside(kok):
        rows = db.session.execute(sa.select(AccessLog.action, AccessLog.detail).order_by(AccessLog.number))
        return [(action, detail) for action, detail in rows if action.startswith(("group_", "location_"))]


def test_manager_makes_locations_and_groups(manager, inside, kok):
    manager.post(f"{PAGE}/nieuw", name="  Locatie Noord ")
    north = place(inside, kok, "Locatie Noord")
    form = manager.get(f"{PAGE}/groepen/nieuw?locatie={north}")
    assert f'value="{north}" selected' in form.text
    page = manager.follow(manager.post(f"{PAGE}/groepen/nieuw", name="De Rupsen", location=north))
    assert "Locatie Noord" in page.seen and "De Rupsen" in page.seen
    manager.post(f"{PAGE}/{north}", name="Locatie West", seen="Locatie Noord")
    assert log(inside, kok) == [
        ("location_added", "Locatie Noord"), ("group_added", "De Rupsen (Locatie Noord)"),
        ("location_renamed", "Locatie Noord -> Locatie West"),
    ]  # fmt: skip


def test_group_gets_another_name_and_another_location(manager, inside, kok, visitor, anna):
    manager.post(f"{PAGE}/nieuw", name="Noord")
    north, vlinders = place(inside, kok, "Noord"), group(inside, kok)
    path = f"{PAGE}/groepen/{vlinders.id}"
    seen = manager.get(path).form("group-form")["fields"]["seen"]
    manager.post(path, name="De Libellen", location=north, seen=seen)
    parent = visitor(kok)
    parent.log_in(anna)
    assert "De Libellen" in parent.get("/").seen
    assert log(inside, kok)[1:] == [
        ("group_renamed", "De Vlinders -> De Libellen"), ("group_moved", "De Libellen: Kok Kinderopvang -> Noord"),
    ]  # fmt: skip
    page = manager.post(path, 422, name="De Bijen", location=north, seen=seen)
    assert "Iemand anders heeft dit intussen gewijzigd in De Libellen" in page.seen
    manager.post(path, name="De Bijen", location=north, seen=page.form("group-form")["fields"]["seen"])


@pytest.mark.parametrize("name", ["De Vlinders", " de vlinders ", "DE  VLINDERS"])
def test_two_groups_never_have_the_same_name(name, manager, inside, kok):
    here = place(inside, kok)
    assert "Er is al een groep" in manager.post(f"{PAGE}/groepen/nieuw", 422, name=name, location=here).seen
    manager.post(f"{PAGE}/groepen/nieuw", name="De Rupsen", location=here)
    rupsen = f"{PAGE}/groepen/{group(inside, kok, 'De Rupsen').id}"
    seen = manager.get(rupsen).form("group-form")["fields"]["seen"]
    assert "al een groep" in manager.post(rupsen, 422, name=name, location=here, seen=seen).seen
    again = manager.post(rupsen, name="De rupsen", location=here, seen=seen)
    assert again.status == 303, "its own name in other letters"


@pytest.mark.parametrize("name", ["Kok Kinderopvang", "kok kinderopvang"])
def test_two_locations_never_have_the_same_name(name, manager, inside, kok):
    assert "Er is al een locatie" in manager.post(f"{PAGE}/nieuw", 422, name=name).seen
    manager.post(f"{PAGE}/nieuw", name="Noord")
    north = place(inside, kok, "Noord")
    assert "al een locatie" in manager.post(f"{PAGE}/{north}", 422, name=name, seen="Noord").seen
    page = manager.post(f"{PAGE}/{north}", 422, name="Zuid", seen="West")
    assert "intussen gewijzigd in Noord" in page.seen


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_name_has_one_to_a_hundred_characters(name, manager, inside, kok):
    manager.post(f"{PAGE}/nieuw", 422, name=name)
    manager.post(f"{PAGE}/groepen/nieuw", 422, name=name, location=place(inside, kok))
    assert log(inside, kok) == []


def test_group_with_children_does_not_end(manager, inside, kok, noor):
    vlinders = group(inside, kok)
    path = f"{PAGE}/groepen/{vlinders.id}"
    assert "nog 1 kind" in manager.get(path).seen
    assert "nog 1 kind" in manager.follow(manager.post(f"{path}/stoppen")).seen
    with inside(kok):
        db.session.get(Child, noor.id).group_id = None
    assert "De Vlinders" not in manager.follow(manager.post(f"{path}/stoppen")).seen.replace(
        "De groep De Vlinders is", ""
    )
    manager.get(path, status=404)
    manager.post(f"{path}/stoppen", 404)
    assert log(inside, kok) == [("group_ended", "De Vlinders")]


def test_child_that_left_does_not_keep_a_group_open(manager, inside, kok, noor):
    with inside(kok):
        db.session.get(Child, noor.id).end_date = date(2020, 1, 31)
    assert "De Vlinders 0" in manager.get(PAGE).seen
    manager.post(f"{PAGE}/groepen/{group(inside, kok).id}/stoppen")
    assert log(inside, kok) == [("group_ended", "De Vlinders")]


def test_group_that_ended_is_there_again_when_it_is_needed(manager, inside, kok, noor):
    vlinders = group(inside, kok)
    with inside(kok):
        db.session.get(Child, noor.id).group_id = None
    manager.post(f"{PAGE}/groepen/{vlinders.id}/stoppen")
    manager.post(f"{PAGE}/nieuw", name="Noord")
    manager.post(f"{PAGE}/groepen/nieuw", name="de vlinders", location=place(inside, kok, "Noord"))
    again = group(inside, kok)
    assert (again.id, again.ended_at, again.location_id) == (vlinders.id, None, place(inside, kok, "Noord"))
    assert log(inside, kok)[-1] == ("group_reopened", "De Vlinders (Noord)")


def test_location_ends_when_nothing_is_in_it_and_is_there_again_when_needed(manager, inside, kok, noor):
    first = place(inside, kok)
    assert "nog groepen" in manager.get(f"{PAGE}/{first}").seen
    assert "nog groepen" in manager.follow(manager.post(f"{PAGE}/{first}/stoppen")).seen
    manager.post(f"{PAGE}/nieuw", name="Noord")
    north, vlinders = place(inside, kok, "Noord"), f"{PAGE}/groepen/{group(inside, kok).id}"
    seen = manager.get(vlinders).form("group-form")["fields"]["seen"]
    manager.post(vlinders, name="De Vlinders", location=north, seen=seen)
    assert "De locatie Kok Kinderopvang is gestopt." in manager.follow(manager.post(f"{PAGE}/{first}/stoppen")).seen
    manager.get(f"{PAGE}/{first}", status=404)
    manager.post(f"{PAGE}/groepen/nieuw", 422, name="De Rupsen", location=first)
    with inside(kok):
        db.session.get(Child, noor.id).group_id = None
    manager.post(f"{vlinders}/stoppen")
    assert "de enige locatie" in manager.follow(manager.post(f"{PAGE}/{north}/stoppen")).seen
    assert (
        "is of was al een locatie" in manager.post(f"{PAGE}/{north}", 422, name="kok kinderopvang", seen="Noord").seen
    )
    manager.post(f"{PAGE}/nieuw", name="kok kinderopvang")
    assert place(inside, kok) == first and "Kok Kinderopvang" in manager.get(PAGE).seen
    assert [action for action, _ in log(inside, kok)][-2:] == ["group_ended", "location_reopened"]


def test_two_who_press_at_once_make_one_group(manager, app, inside, kok, els):
    here, heard = place(inside, kok), []

    def press():
        with app.app_context(), within(kok.id), writing():
            try:
                actions.add_group(db.session.get_one(Location, here), "De Rupsen", by=els)
                db.session.commit()
                heard.append("made")
            except Refused:
                heard.append("refused")

    both = [threading.Thread(target=press) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(heard) == ["made", "refused"]


@pytest.mark.parametrize("role", ["groepsleiding", "planning", "administratie"])
def test_everyone_who_works_here_sees_how_many_children_there_are(role, office, noor, save_child, kok, inside):
    browser = office(role)
    page = browser.get(PAGE)
    assert "Kok Kinderopvang" in page.seen and "De Vlinders 1" in page.seen
    assert "/groepen/" not in page.text
    for path in (f"{PAGE}/nieuw", f"{PAGE}/groepen/nieuw", f"{PAGE}/{place(inside, kok)}"):
        browser.get(path, status=404)
    browser.post(f"{PAGE}/groepen/{group(inside, kok).id}/stoppen", 404)


def test_neighbour_finds_nothing_here(manager, visitor, office, zon, bram, inside, kok):
    neighbour, elsewhere = visitor(zon), office("manager", zon)
    neighbour.log_in(bram)
    neighbour.get(PAGE, status=404)
    ours = group(inside, kok)
    page = elsewhere.get(PAGE)
    assert "De Madeliefjes" in page.seen and "De Vlinders" not in page.seen
    elsewhere.get(f"{PAGE}/groepen/{ours.id}", status=404)
    elsewhere.get(f"{PAGE}/{ours.location_id}", status=404)
    theirs = place(inside, zon, "De Zonnebloem")
    manager.post(f"{PAGE}/groepen/nieuw", 422, name="Binnendringers", location=theirs)
    visitor(kok).get(PAGE, status=303)


def test_import_brings_an_ended_group_back(manager, inside, kok, noor, command, tmp_path):
    with inside(kok):
        db.session.get(Child, noor.id).group_id = None
    manager.post(f"{PAGE}/groepen/{group(inside, kok).id}/stoppen")
    manager.post(f"{PAGE}/nieuw", name="Noord")
    manager.post(f"{PAGE}/{place(inside, kok)}/stoppen")
    file = tmp_path / "ouders.csv"
    file.write_text(
        "email;voornaam;tussenvoegsel;achternaam;telefoon;kind_voornaam;kind_achternaam;kind_geboortedatum;groep;gezag\n"
        f"bo@voorbeeld.nl;Bo;;Smit;;Lot;Smit;{date(2024, 5, 1):%d-%m-%Y};de vlinders;ja\n"
    )
    done = command("parents", "import", file, "--organisation", "kok")
    assert done.code == 0, done.err
    assert group(inside, kok).ended_at is None
    assert "De Vlinders 1" in manager.get(PAGE).seen
