"""The planning system of Kok, and the manager who gave it a token."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from portal.api import actions
from portal.auth.models import Account
from portal.bounces.actions import digests_of
from portal.db import db
from portal.outbox.actions import enqueue

JSON = "application/json"
NOOR = {"given_name": "Noor", "family_name": "Bakker", "birth_date": "2023-05-01", "group": "De Vlinders"}
ANNA = {"email": "anna@voorbeeld.nl", "given_name": "Anna", "infix": "de", "family_name": "Vries", "custody": "yes"}
PIET = {"email": "piet@voorbeeld.nl", "given_name": "Piet", "family_name": "Bakker", "custody": "yes"}


def family(*parents, **child):
    return {**NOOR, **child, "parents": [*parents]}


class Program:
    """What talks to the portal at one organisation, with one token. Answers have .status .said .problem .headers"""

    def __init__(self, app, origin, token):
        self.client, self.origin, self.token = app.test_client(), origin, token

    def put(self, external_id, body, status=None):
        return self.send(f"/api/v1/children/{external_id}", json.dumps(body), status=status)

    def leave(self, external_id, status=204):
        return self.send(f"/api/v1/children/{external_id}", method="DELETE", content_type=None, status=status)

    def send(self, path, body="", method="PUT", content_type=JSON, headers=(), status=None):
        given = {"Authorization": f"Bearer {self.token}", **dict(headers)}
        answer = self.client.open(
            path, method=method, data=body, content_type=content_type, base_url=self.origin, buffered=True,
            headers={name: value for name, value in given.items() if value is not None},
        )  # fmt: skip
        assert status in (None, answer.status_code), answer.text
        said = json.loads(answer.text) if answer.mimetype.endswith("json") and answer.text else {}
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json", answer.text
            assert (said["status"], said["type"]) == (answer.status_code, "about:blank") and said["title"]
        return SimpleNamespace(status=answer.status_code, said=said, detail=said.get("detail"), headers=answer.headers)


@pytest.fixture
def keeper(kok, save_parent):
    return save_parent(kok, "Mira", "", "Blom", "mira@kok.test", role="manager")


@pytest.fixture
def make_token(inside, kok):
    def make(by, organisation=kok, name="Planning", opens="children"):
        with inside(organisation):
            return actions.make_token(name, db.session.get(Account, by.id), opens).token

    return make


@pytest.fixture
def program(app, kok, keeper, make_token):
    return Program(app, kok.origin, make_token(keeper))


@pytest.fixture
def family_rows(rows):
    """All rows but those of tokens, which tell when they were last used."""
    return lambda: {name: found for name, found in rows().items() if name != "api_token"}


@pytest.fixture
def provider(app, kok, keeper, make_token):
    """The mail provider of Kok, which tells of mail that came back."""
    return Program(app, kok.origin, make_token(keeper, name="Mailprovider", opens="bounces"))


@pytest.fixture
def returned(inside, kok, anna, time):
    """A mail to Anna that a server took, and that comes back."""
    with inside(kok) as session:
        mail = enqueue("auth/password_changed", timedelta(days=1), anna.id)
        mail.state, mail.sent_at, mail.stamped_at = "sent", time.now, time.now
        mail.message_id, mail.digest = f"<{mail.id}@kok.test>", digests_of("anna@voorbeeld.nl")[-1]
        session.flush()
        session.refresh(mail)
        session.expunge(mail)
        return mail
