"""Somebody at the office who writes, and parents in another group and at another location."""

import re
from datetime import date
from uuid import UUID

import pytest

from portal.auth.models import StaffGroup
from portal.children.models import Child
from portal.db import db
from portal.organisations.models import Group, Location


@pytest.fixture
def kim(kok, save_child, save_parent):
    """A parent in another group of the same location."""
    return save_parent(
        kok, "Kim", "van", "Meer", "kim@voorbeeld.nl", save_child(kok, "Sem", "Meer", date(2024, 3, 1), "De Rupsen")
    )


@pytest.fixture
def far(kok, noor, kim, save_child, save_parent, inside):
    """A parent at another location."""
    child = save_child(kok, "Teun", "Ver", date(2024, 4, 1), "De Egels")
    with inside(kok):
        north = Location(organisation_id=kok.id, name="Noord")
        db.session.add(north)
        db.session.flush()
        db.session.get(Group, child.group_id).location_id = north.id
    return save_parent(kok, "Femke", "", "Ver", "femke@voorbeeld.nl", child)


@pytest.fixture
def place(kok, noor, inside):
    """place("group") is how a form says the group of Noor, and so on."""
    with inside(kok):
        location_id = db.session.get(Child, noor.id).group.location_id
    return {
        "group": f"group:{noor.group_id}", "location": f"location:{location_id}", "organisation": "organisation"
    }.get  # fmt: skip


@pytest.fixture
def desk(time, office):
    return office("planning")


@pytest.fixture
def tablet(time, office, inside, kok, noor):
    """The browser of who works on the group of Noor."""
    browser = office("groepsleiding")
    with inside(kok):
        db.session.add(StaffGroup(organisation_id=kok.id, account_id=browser.account.id, group_id=noor.group_id))
    return browser


@pytest.fixture
def write(desk, place):
    """write("Studiedag", to="group") gives the id of a message that is published; publish=False keeps it a draft."""

    def send(title, to="organisation", by=None, publish=True, body="Wij zijn dicht.", **fields):
        browser = by or desk
        token = browser.get("/beheer/nieuws/nieuw").form("news-form")["fields"]["token"]
        page = browser.post(
            "/beheer/nieuws/nieuw", token=token, audience=place(to), title=title, body=body, **fields
        )  # fmt: skip
        item_id = UUID(re.search(r"/beheer/nieuws/([0-9a-f-]{36})$", page.response.location)[1])
        if publish:
            browser.post(f"/beheer/nieuws/{item_id}/publiceren")
        return item_id

    return send


@pytest.fixture
def phone(visitor, kok):
    """phone(anna) is her browser."""

    def open_browser(account, organisation=kok):
        browser = visitor(organisation)
        browser.log_in(account)
        return browser

    return open_browser
