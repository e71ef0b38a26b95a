"""A group with children whose parents said what is allowed, and who writes there."""

from datetime import date

import pytest

from portal.auth.models import StaffGroup
from portal.children.models import Child
from portal.consent import actions as consent
from portal.consent.rules import GROUP_NAME
from portal.db import db
from portal.photos import worker


@pytest.fixture
def allow(inside, kok, time):
    """allow(account, child, False): this parent says yes or no to the name of this child in a story."""

    def say(account, child, value=True):
        time.move(seconds=1)
        with inside(kok):
            consent.answer(db.session.get(Child, child.id), GROUP_NAME, 1, value, by=account)

    return say


@pytest.fixture
def sem(kok, noor, save_child, inside):
    """Of another family, in the group of Noor."""
    sem = save_child(kok, "Sem", "Meer", date(2024, 3, 1), "Nog een groep")
    with inside(kok):
        db.session.get(Child, sem.id).group_id = noor.group_id
    return sem


@pytest.fixture
def kim(kok, sem, save_parent):
    return save_parent(kok, "Kim", "van", "Meer", "kim@voorbeeld.nl", sem)


@pytest.fixture
def tablet(time, office, inside, kok, noor):
    """The browser of who works on the group of Noor; .board is the address of that group."""
    browser = office("groepsleiding")
    with inside(kok):
        db.session.add(StaffGroup(organisation_id=kok.id, account_id=browser.account.id, group_id=noor.group_id))
    browser.board = f"/beheer/dagboek/{noor.group_id}"
    return browser


@pytest.fixture
def write(tablet):
    """write("Wij zaaiden.", noor, sem) puts a story in the diary; publish=False keeps it as a draft."""

    def send(body, *children, publish=True, status=303, **fields):
        token = tablet.get(tablet.board).form("story-form")["fields"]["token"]
        sent = {"publish": "1"} if publish else {}
        ids = [str(child.id) for child in children]
        path = fields.pop("path", tablet.board)
        return tablet.post(
            path,
            status,
            body=body,
            children=ids if "files" not in fields else ids[0],
            **{"token": token, **sent, **fields},
        )

    return send


@pytest.fixture
def phone(visitor, kok):
    """phone(anna) is her browser."""

    def open_browser(account, organisation=kok):
        browser = visitor(organisation)
        browser.log_in(account)
        return browser

    return open_browser


@pytest.fixture
def work(app):
    """work() lets the worker make the sizes of all photos that wait."""

    def make():
        with app.app_context():
            while worker.run_next("test"):
                pass

    return make
