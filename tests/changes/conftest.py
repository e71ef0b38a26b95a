"""A parent and the office, and the forms between them."""

import pytest

from portal.changes.models import EmergencyContact
from portal.db import db

OWN, QUEUE = "/account/gegevens", "/beheer/wijzigingen"
HOME = {
    "street": "Dorpsstraat", "number": "12", "addition": "a", "postcode": "3511ab", "town": "Utrecht", "country": "",
    "effective_on": "2026-12-01",
}  # fmt: skip


@pytest.fixture
def browser(time, visitor, kok, anna):
    browser = visitor(kok)
    browser.log_in(anna)
    return browser


@pytest.fixture
def save_contact(inside, kok, noor):
    def save(account, name, phone, relation=""):
        with inside(kok):
            db.session.add(
                EmergencyContact(
                    organisation_id=kok.id, child_id=noor.id, person_id=account.person_id, position=0, name=name,
                    phone=phone, relation=relation,
                )
            )  # fmt: skip

    return save


def waiting(desk):
    """The addresses of the changes that wait, in the order of the queue."""
    links = [tag.get("href", "") for name, tag in desk.get(QUEUE).tags if name == "a"]
    return [link for link in links if link.startswith(f"{QUEUE}/")]


def agree(desk, path, status=303):
    fields = desk.get(path).form("approve-form")["fields"]
    return desk.post(f"{path}/akkoord", status, seen=fields["seen"])
