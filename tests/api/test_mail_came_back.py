"""A mail provider tells that a mail came back, with a token that is good for nothing else."""

import json
from uuid import uuid4

import pytest

from portal.auth.models import Account
from portal.db import db
from portal.outbox.models import Mail
from tests.api.conftest import ANNA, Program, family


@pytest.fixture
def fate(inside, kok, anna, returned):
    """The state, status and text of the mail, and what is known of Anna's address."""

    def look():
        with inside(kok):
            mail = db.session.get(Mail, returned.id)
            return mail.state, mail.bounce_status, mail.bounce_text, db.session.get(Account, anna.id).bounce_state

    return look


SENT = ("sent", "", "", "")


def test_provider_tells_that_a_mail_came_back_and_the_same_again_changes_nothing(provider, returned, fate):
    text = "550 5.1.1 <anna@voorbeeld.nl>:\r\n  no such user"
    told = {"message_id": returned.message_id, "status": "5.1.1", "text": text, "recipient": "anna@VOORBEELD.nl"}
    assert _tell(provider, told).said == {"result": "noted"}
    assert fate() == ("bounced", "5.1.1", "550 5.1.1 <…>: no such user", "gone")
    assert _tell(provider, {**told, "status": "5.2.2"}).said == {"result": "unchanged"}
    assert fate() == ("bounced", "5.1.1", "550 5.1.1 <…>: no such user", "gone")


def _tell(provider, body, status=200):
    return provider.send("/api/v1/bounces", json.dumps(body), "POST", status=status)


def test_message_id_may_come_without_brackets(provider, returned, fate):
    _tell(provider, {"message_id": returned.message_id.strip("<>"), "status": "5.0.0", "text": "user unknown"})
    assert fate()[:2] == ("bounced", "5.1.1")


def test_delay_and_what_is_old_change_nothing(provider, returned, fate, time):
    assert _tell(provider, {"message_id": returned.message_id, "status": "4.2.2"}).said == {"result": "unchanged"}
    time.move(days=7)
    assert _tell(provider, {"message_id": returned.message_id, "status": "5.1.1"}).said == {"result": "unchanged"}
    assert fate() == SENT


def test_mail_that_is_being_sent_is_told_later(provider, returned, fate, inside, kok):
    with inside(kok):
        db.session.get(Mail, returned.id).state = "busy"
    _tell(provider, {"message_id": returned.message_id, "status": "5.1.1"}, 409)
    assert fate()[0] == "busy"


def test_mail_or_recipient_that_is_not_ours_is_unknown(provider, returned, fate):
    for wrong in (
        {"message_id": f"<{uuid4()}@kok.test>"}, {"message_id": returned.message_id.replace("kok", "evil")},
        {"message_id": str(returned.id)}, {"recipient": "piet@voorbeeld.nl"}, {"recipient": "anna"},
    ):  # fmt: skip
        said = _tell(provider, {"message_id": returned.message_id, "status": "5.1.1", **wrong}, 404)
        assert "message_id" in said.detail
    assert fate() == SENT


def test_provider_of_another_organisation_knows_nothing_of_it(app, zon, returned, fate, make_token, save_parent):
    manager = save_parent(zon, "Gijs", "", "Blom", "gijs@zon.test", role="manager")
    other = Program(app, zon.origin, make_token(manager, zon, opens="bounces"))
    _tell(other, {"message_id": returned.message_id, "status": "5.1.1"}, 404)
    assert fate() == SENT


def test_token_is_good_for_one_thing(provider, program, returned, fate, family_rows):
    before = family_rows()
    assert "voor een ander adres" in provider.put("K-1", family(ANNA), 401).detail
    assert "voor een ander adres" in _tell(program, {"message_id": returned.message_id, "status": "5.1.1"}, 401).detail
    assert fate() == SENT and family_rows() == before


WRONG = {
    "": 400, "[]": 422, "{}": 422, '{"message_id": "a", "status": "5.1.1", "message_id": "b"}': 400,
    '{"message_id": "a", "status": 5}': 422, '{"message_id": "a", "status": "5.1"}': 422,
    '{"message_id": "a", "status": "2.0.0"}': 422, '{"message_id": "", "status": "5.1.1"}': 422,
    '{"message_id": "a\\u0000", "status": "5.1.1"}': 422, '{"message_id": "a", "status": "5.1.1", "x": 1}': 422,
    '{"message_id": "a", "status": "5.1.1", "text": []}': 422,
}  # fmt: skip


def test_what_cannot_be_is_a_problem(provider, returned, fate):
    for body, status in WRONG.items():
        answer = provider.send("/api/v1/bounces", body, "POST", status=status)
        assert answer.said["errors"][0]["detail"], body
    provider.send("/api/v1/bounces", "{}", "POST", content_type="text/plain", status=415)
    for method in ("GET", "PUT", "DELETE"):
        provider.send("/api/v1/bounces", "{}", method, status=405)
    assert fate() == SENT


def test_manager_makes_a_token_for_returned_mail(app, office, kok, returned, fate):
    browser = office("manager")
    page = browser.post("/beheer/koppeling/nieuw", 200, name="Mailprovider", opens="bounces")
    assert f"{kok.origin}/api/v1/bounces" in page.seen
    token = page.seen[page.seen.index("ouderportaal_") :].split()[0]
    _tell(Program(app, kok.origin, token), {"message_id": returned.message_id, "status": "5.1.1"})
    assert fate()[0] == "bounced"
    assert "Teruggekomen e-mail" in browser.get("/beheer/koppeling").seen
