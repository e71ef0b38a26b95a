from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.auth.models import Account
from portal.children.models import Block, Child, Guardianship
from portal.db import db
from portal.imports import actions as imports
from portal.imports.models import PastImport

START = "/beheer"
QUIET = "Er wacht niets op u."


@pytest.fixture
def trouble(kok, noor, anna, piet, inside):
    """Anna got another address; Piet never came in; of Noor nobody is in; a court order waits; an import has doubts."""
    with inside(kok) as session:
        now, long_ago = clock.now(), clock.now() - timedelta(days=9)
        by_id = {account.id: account for account in session.scalars(sa.select(Account))}
        by_id[piet.id].status, by_id[piet.id].created_at = "invited", long_ago
        by_id[anna.id].email_changed_at, by_id[anna.id].email_changed_by = now, piet.id
        session.execute(
            sa.update(Guardianship).where(Guardianship.person_id == anna.person_id).values(valid_to=long_ago)
        )
        session.get(Child, noor.id).created_at = long_ago
        session.add(
            Block(
                organisation_id=kok.id, child_id=noor.id, person_id=anna.person_id, reason="contactverbod",
                document="vonnis", ends_on=clock.today() + timedelta(days=9), asked_by=piet.id,
            )
        )  # fmt: skip
        done = imports.remember(imports.ImportResult(), "ouders.csv")
        session.execute(sa.update(PastImport).where(PastImport.id == done.id).values(doubt_count=2))


def links(page):
    return {
        attributes["href"] for tag, attributes in page.tags if tag == "a" and "button" in attributes.get("class", "")
    }


def test_start_page_says_what_needs_a_hand_and_each_has_its_button(office, trouble, noor, kok):
    page = office("administratie").get(START)
    for words in (
        "1 Ouders die met hun nieuwe e-mailadres nog niet inlogden Anna de Vries",
        "1 Ouders die na drie dagen nog niet zijn ingelogd Piet Bakker",
        "1 Kinderen van wie nog geen ouder is ingelogd Noor Bakker",
        "2 Twijfels na het importeren ouders.csv",
        "Blokkade voor Anna de Vries bij Noor Bakker",
    ):
        assert words in page.seen
    assert QUIET not in page.seen and "contactverbod" not in page.text
    wanted = [f"{START}/ouders?toon=moved", f"{START}/ouders?toon=late", f"{START}/kinderen?toon=alone"]
    assert {*wanted, f"{START}/kinderen/{noor.id}"} <= links(page)


@pytest.mark.parametrize(("role", "sees"), [("planning", True), ("groepsleiding", False)])
def test_start_page_shows_each_role_its_own(role, sees, office, trouble):
    seen = office(role).get(START).seen
    assert ("Piet Bakker" in seen) is sees and (QUIET in seen) is not sees
    assert "Blokkade" not in seen and "Twijfels" not in seen


def test_start_page_is_friendly_when_nothing_waits_and_searches(office, kok, noor, anna, inside):
    desk = office("manager")
    page = desk.get(START)
    assert QUIET in page.seen
    form = page.form("search-form")["attributes"]
    assert (form["method"], form["action"], form["data-hx-target"]) == ("get", f"{START}/zoeken", "#hits")
    assert "hits" in page.ids and "hits" in desk.get(f"{START}/zoeken?zoek=x").ids


def test_child_that_was_added_today_does_not_need_a_hand_yet(office, kok, noor, anna, inside):
    with inside(kok):
        db.session.get(Account, anna.id).status = "invited"
    assert QUIET in office("manager").get(START).seen
