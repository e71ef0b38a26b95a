"""Where a mail comes back to when it cannot arrive: the sender of the envelope."""

import re

import pytest

from portal import keys
from portal.outbox import rules
from tests.outbox.relay import Relay

BOX = "terug@portaal.test"


@pytest.mark.parametrize(
    ("address", "verp", "expected"),
    [
        ("", True, r"portaal@kok\.test"),
        (BOX, False, r"terug@portaal\.test"),
        (BOX, True, r"terug\+[a-z2-7]{26}\.[a-z2-7]{16}@portaal\.test"),
    ],
)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_mail_comes_back_to_its_sender_or_the_box(address, verp, expected, relay, put, work, settings):
    settings(BOUNCE_ADDRESS=address, BOUNCE_VERP=verp)
    put(), put()
    work()
    senders = [sender for sender, *_ in relay.seen]
    assert all(re.fullmatch(expected, sender) for sender in senders)
    assert len(set(senders)) == (2 if address and verp else 1)
    assert max(len(sender.partition("@")[0]) for sender in senders) <= 64 - 15  # RFC 5321; the name may have 20 letters


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_own_server_sends_in_its_own_name_only(put, work, settings, own_server, authority, kok, inside):
    with Relay(starttls=authority.server_context()) as relay:
        own_server(kok, relay.port)
        settings(BOUNCE_ADDRESS=BOX, BOUNCE_VERP=False)
        put()
        work()
        settings(BOUNCE_ADDRESS="terug@kok.test")
        put()
        work()
        assert [sender for sender, *_ in relay.seen] == ["portaal@kok.test", "terug@kok.test"]


def test_token_is_of_one_mail_at_one_moment(app, put, row, work, relay, settings, time):
    settings(BOUNCE_ADDRESS=BOX, BOUNCE_VERP=True)
    mail_id = put()
    work()
    token = relay.seen[0][0].partition("+")[2].partition("@")[0]
    mail = row(mail_id)
    with app.app_context():
        key = keys.key(rules.RETURN_PATH)
    assert rules.mail_of_token(token) == mail_id
    assert rules.return_token(mail_id, mail.stamped_at, key) == token  # also as the database gives the moment back
    time.move(seconds=1)
    assert rules.return_token(mail_id, time.now, key) != token
    assert [rules.mail_of_token(words) for words in ("", "a", "é", token[1:], "1" * 26)] == [None] * 5
