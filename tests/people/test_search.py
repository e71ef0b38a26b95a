from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.auth.models import Account, Person, StaffGroup
from portal.auth.rules import plain, sort_name
from portal.children import actions, queries
from portal.children.queries import ChildrenShown, children_page
from portal.children.rules import ChildDetails, ParentDetails, RightsDetails
from portal.db import db
from portal.organisations.models import Group
from portal.parents.queries import parents_page
from portal.people.actions import know_names
from portal.people.queries import PAGE
from portal.people.rules import terms
from portal.staff.queries import search

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Zoë", "zoe"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("Jansen-de Boer", "jansen de boer"),
        ("  ÉLISE\u00a0 ", "elise"),
        ("Straße", "strasse"),
        ("IJsbrand Ĳs", "ijsbrand ijs"),
        ("İbrahim Işık", "ibrahim isik"),
        ("李 娜", "李 娜"),
        ("محمد", "محمد"),
        ("!?", ""),
    ],
)
def test_capitals_and_accents_do_not_matter(typed, known):
    assert plain(typed) == known


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (("Anna", "de", "Vries"), "vries, anna de"),
        (("Anna", "", "de Vries"), "vries, anna de"),
        (("Els", "van der", "Berg"), "berg, els van der"),
        (("De", "", "De"), "de, de"),
        (("Noor", "", "El Amrani"), "amrani, noor el"),
    ],
)
def test_people_are_sorted_by_family_name(name, key):
    assert sort_name(*name) == key


def test_longest_word_is_looked_for_first_and_not_too_many():
    assert terms("de vries de") == ["vries", "de"]
    assert len(terms("a b c d e f g h")) == 5


@pytest.fixture
def town(kok, noor, anna, piet, els, inside):
    """Kok with some more families, found by name."""
    with inside(kok) as session:
        know_names(session.scalars(sa.select(Person)).all())
        group = Group(organisation_id=kok.id, location_id=queries.child(noor.id).group.location_id, name="De Rupsen")
        session.add(group)
        session.flush()
        zoe = ParentDetails("zoe.amrani@voorbeeld.nl", "Zoë", "", "El Amrani-Jansen")
        wim = ParentDetails("wim@voorbeeld.nl", "Wim", "de", "Vos", rights=RightsDetails("no_custody"))
        actions.add_child(ChildDetails("Yara", "", "El Amrani", date(2024, 1, 1), group.id, "K-17"), [zoe])
        actions.add_child(ChildDetails("Fenna", "de", "Vos", date(2024, 1, 1)), [wim])
        return group.id


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("vries", ["Anna de Vries"]),
        ("VRÍ", ["Anna de Vries"]),
        ("de v", ["Fenna de Vos", "Wim de Vos", "Anna de Vries"]),
        ("de vo", ["Fenna de Vos", "Wim de Vos"]),
        ("jans", ["Zoë El Amrani-Jansen"]),
        ("amrani zoe", ["Zoë El Amrani-Jansen"]),
        ("amr", ["Yara El Amrani", "Zoë El Amrani-Jansen"]),
        ("zoe.am", ["Zoë El Amrani-Jansen"]),
        ("ANNA@voor", ["Anna de Vries"]),
        ("K-17", ["Yara El Amrani"]),
        ("ries", []),
        ("", []),
        ("%", []),
        ("van der berg", []),
    ],
)
def test_parents_children_and_addresses_are_found(kok, town, inside, words, found):
    with inside(kok):
        assert [hit.name for hit in search(words)] == found


def test_search_stays_within_the_groups_and_the_organisation(kok, town, zon, bram, inside):
    with inside(kok):
        assert [hit.name for hit in search("a", groups=[town], with_parents=False)] == []
        assert [hit.name for hit in search("ya", groups=[town], with_parents=False)] == ["Yara El Amrani"]
        assert search("noor", groups=[town], with_parents=False) == []
        assert search("K-17", groups=[], with_parents=False) == []
        assert search("jansen bram") == []
    with inside(zon) as session:
        know_names(session.scalars(sa.select(Person)).all())
        assert [(hit.kind, hit.id, hit.detail) for hit in search("jansen bram")] == [("parent", bram.id, bram.email)]
        assert search("anna") == [] == search("anna@voorbeeld.nl")


# Lists


def names(page):
    return [row.name for row in page[0]]


def test_children_are_listed_by_group_by_state_and_by_name(kok, noor, town, anna, piet, inside):
    def listed(**how):
        return names(children_page(ChildrenShown(**how), clock.today()))

    with inside(kok) as session:
        assert listed() == ["Yara El Amrani", "Noor Bakker", "Fenna de Vos"]
        assert listed(groups=[town]) == ["Yara El Amrani"]
        assert listed(groups=[]) == []
        assert listed(words="noor") == ["Noor Bakker"]
        assert listed(words="noor", groups=[town]) == []
        assert listed(state="alone") == ["Fenna de Vos"]
        session.get(Account, anna.id).status = "blocked"
        assert listed(state="alone") == ["Fenna de Vos"]
        session.get(Account, piet.id).status = "closed"
        assert listed(state="alone") == ["Noor Bakker", "Fenna de Vos"]
        actions.leave(queries.held_child(noor.id), clock.today() - timedelta(days=1))
        assert listed(state="left") == ["Noor Bakker"]
        assert "Noor Bakker" not in listed() + listed(state="alone")
        rows, _ = children_page(ChildrenShown(words="yara"), clock.today())
        assert [(guardian.name, guardian.status) for guardian in rows[0].guardians] == [
            ("Zoë El Amrani-Jansen", "invited")
        ]


def test_parents_are_listed_by_state_and_by_name_and_staff_only_with_a_child(kok, noor, town, els, anna, inside):
    with inside(kok) as session:
        assert names(parents_page()) == ["Zoë El Amrani-Jansen", "Piet Bakker", "Wim de Vos", "Anna de Vries"]
        assert names(parents_page(state="never")) == ["Zoë El Amrani-Jansen", "Wim de Vos"]
        assert names(parents_page(words="vos", state="never")) == ["Wim de Vos"]
        session.get(Account, anna.id).status = "blocked"
        assert names(parents_page(state="blocked")) == ["Anna de Vries"]
        els_too = ParentDetails(els.email, "Els", "van der", "Berg", is_known=True)
        actions.add_guardianship(queries.held_child(noor.id), els_too)
        rows, _ = parents_page(words="berg")
        assert [(row.name, [child.name for child in row.children]) for row in rows] == [
            ("Els van der Berg", ["Noor Bakker"])
        ]


def test_pages_follow_each_other_without_a_gap_or_a_double(kok, noor, inside):
    with inside(kok) as session:
        for number in range(2 * PAGE + 7):
            person = Person(organisation_id=kok.id, given_name=f"Kind{number % 9}", family_name="Berg")
            session.add(queries.Child(organisation_id=kok.id, person=person))
        session.flush()
        seen, last = [], None
        for _ in range(3):
            rows, last = children_page(ChildrenShown(), clock.today(), last)
            seen += [row.id for row in rows]
        assert last is None
        assert len(seen) == len(set(seen)) == 2 * PAGE + 8


def test_group_of_groepsleiding_is_its_own(kok, noor, town, els, anna, inside):
    with inside(kok) as session:
        account = session.get(Account, els.id)
        assert queries.groups_seen_by(account) == []
        db.session.add(StaffGroup(organisation_id=kok.id, account_id=els.id, group_id=town))
        assert [group.name for group in queries.groups_seen_by(account)] == ["De Rupsen"]
        account.role = "planning"
        assert [group.name for group in queries.groups_seen_by(account)] == ["De Rupsen", "De Vlinders"]


@pytest.mark.parametrize("path", ["kinderen", "kinderen?toon=alone", "ouders", "ouders?toon=late", "zoeken?zoek=vries"])
def test_list_asks_the_database_eight_times_at_most(path, app, office, town):
    desk, asked = office("administratie"), []

    def listen(*given):
        asked.append(given[2])

    desk.get(f"/beheer/{path}")
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        assert "Vries" in desk.get(f"/beheer/{path}").seen or "toon" in path
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)
    assert 3 < len([statement for statement in asked if "FROM" in statement]) <= 8, "\n\n".join(asked)
