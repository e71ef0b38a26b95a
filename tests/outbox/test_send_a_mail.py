"""A mail and the moods of mail servers: nothing is lost, and nothing that may have arrived is sent in two shapes."""

import logging
import re
import time as clocks
from datetime import timedelta
from email import message_from_bytes

import pytest

from portal import clock
from portal.audit.actions import record
from portal.audit.models import AccessLog
from portal.db import db, scope
from portal.outbox import worker
from portal.outbox.actions import prepare_with
from tests.outbox import letters
from tests.outbox.relay import Relay


def message_id(content):
    return message_from_bytes(content)["Message-ID"]


def levels(caplog):
    return [record.levelname for record in caplog.records if record.name == "portal.outbox"]


def sent(relay):
    return [content for *_, content in relay.seen]


def test_mail_is_sent(relay, put, row, work, time):
    mail_id = put(address="anna@voorbeeld.nl")
    assert work() == 1
    ((sender, recipient, content),) = relay.seen
    assert (sender, recipient) == ("portaal@kok.test", "anna@voorbeeld.nl")
    mail = row(mail_id)
    assert (mail.state, mail.tries, mail.smtp_code, mail.smtp_text) == ("sent", 1, 250, "2.0.0 Ok")
    assert (mail.sent_at, mail.address, mail.owner, mail.lease_until) == (time.now, "", "", None)
    assert mail.message_id == message_id(content)
    assert re.fullmatch(rf"<{mail_id}\.[0-9a-f]{{16}}@kok\.test>", mail.message_id)


def test_refused_mail_ends_at_once(relay, put, row, work, time):
    relay.script["RCPT"] = ["550 5.1.1 <anna@voorbeeld.nl> unknown here"]
    mail_id = put(address="anna@voorbeeld.nl")
    work()
    time.move(days=2)
    assert work() == 0
    mail = row(mail_id)
    assert (mail.state, mail.smtp_code, mail.smtp_text) == ("refused", 550, "5.1.1 <…> unknown here")
    assert mail.address == ""


def test_greylisted_mail_comes_through_at_the_second_try(relay, put, row, work, time):
    relay.script["RCPT"] = ["451 4.7.1 come back later"]
    mail_id = put()
    work()
    mail = row(mail_id)
    assert (mail.state, mail.tries, mail.stamped_at, relay.seen) == ("new", 1, None, [])
    assert 15 <= (mail.due_at - time.now).total_seconds() <= 45
    time.move(seconds=46)
    work()
    mail = row(mail_id)
    assert (mail.state, mail.tries, mail.stamped_at) == ("sent", 2, time.now)
    assert len(relay.seen) == 1


@pytest.mark.parametrize("mood", ["hang", "drip"])
def test_server_that_hangs_holds_up_no_other_mail(relay, put, row, work, mood):
    relay.script["RCPT"] = [mood]
    slow, quick = put(), put()
    began = clocks.monotonic()
    assert work() == 2
    assert clocks.monotonic() - began < 3
    assert {row(slow).state, row(quick).state} == {"new", "sent"}


def test_line_that_breaks_before_the_final_dot_costs_no_second_copy(relay, put, row, work, time):
    relay.script["DATA"] = ["drop"]
    mail_id = put()
    work()
    assert row(mail_id).state == "new"
    time.move(minutes=1)
    work()
    assert row(mail_id).state == "sent"
    assert len(relay.seen) == 1


def test_line_that_breaks_after_the_final_dot_gives_the_same_bytes_again(relay, put, row, work, time):
    relay.script["DOT"] = ["drop"]
    mail_id = put()
    work()
    assert (row(mail_id).state, row(mail_id).stamped_at) == ("new", time.now)
    time.move(minutes=1)
    work()
    assert row(mail_id).state == "sent"
    first, second = sent(relay)
    assert first == second


def test_mail_that_may_have_arrived_keeps_its_shape_until_the_end(relay, put, row, work, time):
    relay.script["DOT"] = ["drop", "451 4.3.0 later"]
    put()
    for _ in range(3):
        work()
        time.move(minutes=10)
    first, second, third = sent(relay)
    assert first == second == third


def test_mail_that_surely_did_not_arrive_is_stamped_anew(relay, put, work, time):
    relay.script["DOT"] = ["451 4.3.0 later"]
    put()
    work()
    time.move(minutes=10)
    work()
    first, second = sent(relay)
    assert first != second
    assert message_id(first) == message_id(second)


def test_server_that_is_down_costs_no_try(relay, settings, put, row, work, time):
    settings(MAIL_PORT=1)
    mail_id = put()
    assert work() == 0
    assert (row(mail_id).state, row(mail_id).tries) == ("new", 0)
    settings(MAIL_PORT=relay.port)
    assert work() == 1
    assert row(mail_id).state == "sent"


def test_connection_is_used_for_fifty_mails(relay, put, work):
    for _ in range(52):
        put()
    assert work(limit=100) == 52
    assert relay.sessions == [50, 2]


def test_refused_mail_leaves_the_connection_usable(relay, put, work):
    relay.script["RCPT"] = ["550 5.1.1 unknown"]
    put(), put()
    work()
    assert (len(relay.seen), relay.connections) == (1, 1)


def test_server_that_hangs_up_is_called_again(relay, put, row, work):
    relay.script["MAIL"] = ["421 4.7.0 that was enough for one connection"]
    first, second = put(), put()
    work()
    assert {row(first).state, row(second).state} == {"new", "sent"}
    assert relay.connections == 2


# The set-up


BAD_CERTIFICATES = {
    "signed by nobody": {"by_nobody": True},
    "for another address": {"address": "127.0.0.2"},
    "too old": {"days": -1},
}


@pytest.mark.parametrize("flaw", BAD_CERTIFICATES)
@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_bad_certificate_pauses_the_queue(way, flaw, authority, settings, put, row, work, caplog):
    mail_id = put()
    with Relay(**{way: authority.server_context(**BAD_CERTIFICATES[flaw])}) as relay:
        settings(MAIL_PORT=relay.port, MAIL_CA_FILE=str(authority.file), MAIL_USE_TLS=way == "starttls")
        settings(MAIL_USE_SSL=way == "tls")
        assert work() == 0
        assert relay.seen == []
    assert (row(mail_id).state, row(mail_id).tries) == ("new", 0)
    assert levels(caplog) == ["ERROR"]
    assert "certificate verify failed" in caplog.text
    with Relay(**{way: authority.server_context()}) as relay:
        settings(MAIL_PORT=relay.port)
        assert work() == 1
    assert row(mail_id).state == "sent"


def test_server_without_starttls_gets_no_mail(relay, settings, put, row, work, caplog):
    settings(MAIL_USE_TLS=True)
    mail_id = put()
    assert work() == 0
    assert (relay.seen, row(mail_id).tries) == ([], 0)
    assert "STARTTLS" in caplog.text


@pytest.mark.parametrize("password", ["wrong", "wróng"])
def test_wrong_password_pauses_the_queue_and_says_so_once(password, app, settings, put, row, work, caplog):
    mail_id = put()
    with Relay(password="right") as relay, app.app_context():
        settings(MAIL_PORT=relay.port, MAIL_USERNAME="kok", MAIL_PASSWORD=password)
        sender = worker.Worker()
        assert not any([sender.send_one(), sender.send_one(), sender.send_one()])
        assert relay.connections == 1
        sender.line(None).silent_until = 0.0
        assert not sender.send_one()
        assert relay.connections == 2
        assert levels(caplog) == ["ERROR"]
        assert password not in caplog.text
        assert (row(mail_id).state, row(mail_id).tries) == ("new", 0)
        settings(MAIL_PASSWORD="right")
        assert work() == 1
    assert row(mail_id).state == "sent"


def test_sender_that_is_not_taken_stops_one_organisation_only(relay, put, row, work, kok, zon, caplog):
    relay.script["MAIL"] = ["553 5.7.1 portaal@kok.test is not yours"]
    first, second, other = (
        put(due_at=clock.now() - timedelta(seconds=age), organisation=organisation)
        for age, organisation in ((3, kok), (2, kok), (1, zon))
    )
    assert work() == 2
    assert [row(mail_id).state for mail_id in (first, second, other)] == ["new", "new", "sent"]
    assert {row(first).tries, row(second).tries} == {0}
    assert {row(first).stamped_at, row(second).stamped_at} == {None}
    assert levels(caplog) == ["ERROR"]


def test_trouble_that_comes_back_is_logged_again(relay, app, put, time, caplog):
    put(), put(), put()
    with app.app_context():
        sender = worker.Worker()
        for answers in (["553 5.7.1 not yours"], [], ["553 5.7.1 not yours"]):
            relay.script["MAIL"] = answers
            sender.line(None).silenced.clear()
            assert sender.send_one()
        sender.hang_up()
    assert levels(caplog) == ["ERROR", "ERROR"]


def test_without_a_server_everything_waits(settings, put, row, work, time):
    settings(MAIL_SERVER="")
    mail_id = put()
    time.move(days=2)
    assert work() == 0
    assert row(mail_id).state == "new"


# What the subjects do


def test_letter_without_reader_is_cancelled(relay, put, row, work):
    mail_id = put(to="nobody", address="someone@voorbeeld.nl")
    work()
    assert (row(mail_id).state, row(mail_id).address, relay.seen) == ("cancelled", "", [])


def test_unknown_kind_is_refused_and_the_next_mail_goes(relay, put, row, work, caplog):
    unknown, known = put(kind="test/nobody-knows"), put()
    assert work() == 2
    assert (row(unknown).state, row(known).state) == ("refused", "sent")
    assert "unknown kind: test/nobody-knows" in caplog.text


def test_letter_that_cannot_be_made_is_tried_again_and_the_next_mail_goes(relay, put, row, work, time, caplog):
    code = "-".join(("ABCD", "EFGH"))

    def broken(mail, organisation, moment):
        record("never", None)
        db.session.flush()
        raise ValueError(code)

    prepare_with("test/broken", broken)
    failing, whole = put(kind="test/broken"), put()
    assert work() == 2
    mail = row(failing)
    assert (mail.state, mail.tries, mail.smtp_text, mail.stamped_at) == ("new", 1, "not prepared: ValueError", None)
    assert mail.due_at > time.now
    assert row(whole).state == "sent"
    assert "test_send_a_mail.py" in caplog.text
    assert "ABCD-EFGH" not in caplog.text


def test_letter_writes_its_rows_before_the_mail_goes(relay, put, work, inside, kok):
    relay.script["RCPT"] = ["550 5.1.1 unknown"]
    mail_id = put()
    work()
    with inside(kok) as session:
        assert [log.detail for log in session.query(AccessLog)] == [mail_id.hex]


@pytest.mark.parametrize(
    "address", ["anna@voorbeeld.nl,evil@voorbeeld.nl", "anna", "a@b.nl\r\nBcc: x@y.nl", "", "é@b.nl"]
)
def test_address_is_checked_again(address, relay, put, row, work):
    mail_id = put(to=address)
    work()
    assert (row(mail_id).state, relay.seen) == ("refused", [])


def test_letter_sees_its_own_organisation_only(relay, put, work, kok, zon):
    seen = {}

    def curious(mail, organisation, moment):
        seen[organisation.slug] = scope()
        return letters.letter(mail, organisation, moment)

    prepare_with("test/curious", curious)
    put(kind="test/curious"), put(kind="test/curious", organisation=zon)
    work()
    assert seen == {"kok": kok.id, "zon": zon.id}


def test_log_tells_no_address_and_no_secret(relay, put, work, caplog):
    put()
    with caplog.at_level(logging.DEBUG):
        work()
    own = "".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    assert "ABCD-EFGH" not in own
    assert "anna@voorbeeld.nl" not in own


@pytest.mark.parametrize(("phase", "state"), [("DOT", "sent"), ("RCPT", "refused")])
def test_answer_with_signs_that_are_no_text_is_kept_without_them(phase, state, relay, put, row, work, time):
    """An organisation brings its own mail server, and PostgreSQL keeps no NUL: such a mail went out again and again."""
    relay.script[phase] = ["250 2.0.0 Ok\0\x1b[31m" if phase == "DOT" else "550 5.7.1 no\0\x1b[31m"]
    mail_id = put()
    assert work() == 1
    mail = row(mail_id)
    assert (mail.state, len(relay.seen)) == (state, int(phase == "DOT"))
    assert mail.smtp_text == ("2.0.0 Ok [31m" if phase == "DOT" else "5.7.1 no [31m")
