"""A mail that the server refuses at once says something of its address, as one that comes back does."""

import pytest

from portal.outbox import actions

NOBODY, FULL = "550 5.1.1 <anna@voorbeeld.nl>: no such user", "552 5.2.2 mailbox full"


@pytest.fixture
def send(relay, put, row, work, time):
    """send(anna, "550 5.1.1 …") sends one mail, to which the server answers so; gives its row."""

    def send_one(account, answer="250 2.0.0 Ok", **values):
        relay.script["RCPT"] = [answer]
        mail_id = put(account_id=account.id, **values)
        work()
        relay.script["RCPT"].clear()
        return row(mail_id)

    return send_one


def test_address_that_does_not_exist_gets_no_more_mail(send, relay, anna, piet, address_of, rows):
    refused = send(anna, NOBODY)
    assert (refused.state, refused.bounce_status, refused.bounce_text) == (
        "refused",
        "5.1.1",
        "5.1.1 <…>: no such user",
    )
    assert address_of(anna) == ("gone", [("address_flagged", "gone")])
    seen, lines = len(relay.seen), len(rows()["access_log"])
    held = send(anna)
    assert (held.state, held.account_id, held.sent_at, held.smtp_code) == ("suppressed", anna.id, None, None)
    assert len(relay.seen) == seen
    assert len(rows()["access_log"]) == lines  # nor was a link made for it
    assert send(piet, to="piet@voorbeeld.nl").state == "sent"
    assert send(anna, to="anna@elders.example").state == "sent"  # to confirm another address


def test_full_mailbox_stops_mail_after_three_in_a_week(send, anna, time, address_of):
    for days, state in ((0, ""), (4, ""), (4, ""), (1, "full")):
        time.move(days=days)
        send(anna, FULL)
        assert address_of(anna)[0] == state
    assert send(anna).state == "suppressed"


@pytest.mark.parametrize("answer", ["451 4.7.1 later", "554 5.7.1 spam", "550 5.4.4 no route", "550 5.1.8 your domain"])
def test_other_answers_say_nothing_of_the_address(answer, send, anna, address_of):
    send(anna, answer)
    assert address_of(anna) == ("", [])


def test_mistake_of_a_subject_does_not_make_a_refused_mail_go_again(send, anna, address_of, monkeypatch, caplog):
    monkeypatch.setattr(actions, "AFTER_REFUSAL", [actions.AFTER_REFUSAL[0], lambda *_: 1 / 0])
    refused = send(anna, NOBODY)
    assert (refused.state, refused.owner, refused.bounce_status) == ("refused", "", "")
    assert address_of(anna) == ("", [])
    assert "a subject stumbled" in caplog.text and "anna" not in caplog.text


def test_mail_to_an_old_address_says_nothing_of_the_new_one(send, anna, address_of, row):
    old = send(anna, NOBODY, to="anna@oud.example")
    assert (old.state, old.bounce_status) == ("refused", "5.1.1")
    assert address_of(anna) == ("", [])
