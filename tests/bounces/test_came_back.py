"""A mail that comes back to our mailbox lands on the mail that left, and on no other."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from portal.auth.models import Account
from portal.bounces import worker
from portal.bounces.actions import trust_address
from portal.bounces.mailbox import NoMailbox
from portal.outbox import rules
from portal.outbox.actions import retry
from portal.outbox.models import Mail
from portal.parents.actions import change_address
from tests.bounces.conftest import BOX
from tests.bounces.samples import AWAY, COMPLAINT, EXIM, GMAIL, POSTFIX, QMAIL, report


@pytest.fixture
def fates(rows):
    """What the database tells of mails and accounts; lines of the log too."""
    return lambda: {name: found for name, found in rows().items() if name in ("mail", "account", "access_log")}


@pytest.mark.parametrize("verp", [True, False], ids=["verp", "fixed"])
def test_mail_that_came_back_is_that_mail_and_flags_its_address(
    verp, sent, row, look, anna, piet, address_of, time, box
):
    first, ours, other = sent(anna, verp), sent(anna, verp), sent(piet, verp, to="piet@voorbeeld.nl")
    time.move(minutes=1)
    came = report(POSTFIX, ours.to, id=ours.message_id, text="550 5.1.1 <anna@voorbeeld.nl>: user unknown")
    assert look(came) == {"noted": 1}
    mail = row(ours.id)
    assert (mail.state, mail.bounced_at, mail.bounce_status) == ("bounced", time.now, "5.1.1")
    assert mail.bounce_text == "550 5.1.1 <…>: user unknown"
    assert (row(first.id).state, row(other.id).state) == ("sent", "sent")
    assert address_of(anna) == ("gone", [("address_flagged", "gone")])
    assert address_of(piet) == ("", [])
    assert (box.mails, box.left) == ({}, [])


def test_mail_that_is_late_or_answered_has_not_come_back(sent, look, anna, fates, box):
    ours = sent(anna)
    before = fates()
    away, late = report(AWAY, ours.to), report(EXIM, ours.to, status="4.4.1", text="timed out", action="delayed")
    assert look(away, late, report(COMPLAINT, ours.to)) == {"other": 1, "delayed": 1, "complaint": 1}
    assert fates() == before
    assert box.left == [away]  # somebody may want to read it


def test_mail_that_was_tried_for_days_came_back_but_its_address_is_good(sent, row, look, anna, address_of):
    ours = sent(anna)
    assert look(report(POSTFIX, ours.to, status="4.4.7", text="delivery time expired")) == {"noted": 1}
    assert (row(ours.id).state, row(ours.id).bounce_status) == ("bounced", "4.4.7")
    assert address_of(anna) == ("", [])


def test_mailbox_that_was_full_three_times_gets_no_more_mail(sent, row, put, work, look, anna, address_of):
    mails = [sent(anna) for _ in range(3)]
    full = [report(EXIM, mail.to, status="5.0.0", text="552 5.2.2 mailbox full") for mail in mails]
    assert look(full[0], full[0], full[1]) == {"noted": 2, "known": 1}
    assert address_of(anna)[0] == ""
    assert look(full[2]) == {"noted": 1}
    assert address_of(anna) == ("full", [("address_flagged", "full")])
    held = put(account_id=anna.id)
    work()
    assert row(held).state == "suppressed"


# Who is not believed


def forged(ours, theirs):
    token = rules.return_token(uuid4(), datetime.now(UTC), b"key")
    swapped = theirs.to.partition("+")[2].partition(".")[0] + ours.to[ours.to.index(".") : ours.to.index("@")]
    for made in (token, swapped, f"{'a' * 26}.{'a' * 16}", "a.a"):
        yield report(POSTFIX, f"terug+{made}@portaal.test", id=ours.message_id)


def unknown(ours, theirs):
    """Without our token: not a report, or of a mail or a reader we do not know."""
    yield report(QMAIL, BOX, id=ours.message_id)
    yield report(POSTFIX, BOX, id=f"<{uuid4()}@kok.test>")
    yield report(GMAIL, BOX, id=ours.message_id.replace("@kok.test", "@evil.test"))
    yield report(POSTFIX, BOX, id="")
    yield report(POSTFIX, BOX, id=f"<{ours.id}@kok.test>")  # as who knows only its number would write
    yield report(POSTFIX, BOX, id=ours.message_id, reader="iemand@voorbeeld.nl")
    yield report(POSTFIX, BOX, id=theirs.message_id)  # Anna is not who got that mail
    yield report(POSTFIX, BOX, id=ours.message_id, reader="")


@pytest.mark.parametrize("lie", [forged, unknown])
def test_lie_changes_nothing_and_is_counted(lie, sent, look, anna, bram, zon, fates, caplog, box):
    ours = sent(anna, verp=lie is forged)
    theirs = sent(bram, verp=lie is forged, organisation=zon, to="bram@voorbeeld.nl")
    before, lies = fates(), list(lie(ours, theirs))
    with caplog.at_level(logging.INFO, "portal.bounces"):
        found = look(*lies)
    assert set(found) <= {lie.__name__, "other"} and sum(found.values()) == len(lies), found
    assert fates() == before
    assert len(box.left) == len(lies)
    assert "anna" not in caplog.text and f"{found[lie.__name__]} {lie.__name__}" in caplog.text


def test_report_that_comes_again_changes_nothing(sent, look, row, anna, els, fates, inside, kok, time, work, command):
    ours = sent(anna)
    came = report(GMAIL, ours.to, id=ours.message_id)
    look(came)
    before = fates()
    assert look(came, came) == {"known": 2}
    assert fates() == before
    with inside(kok) as session:  # the office sends it once more
        trust_address(session.get(Account, anna.id), by=session.get(Account, els.id))
        retry(session.get(Mail, ours.id))
    time.move(minutes=1)
    work()
    assert (row(ours.id).state, row(ours.id).bounced_at) == ("sent", None)
    assert look(came) == {"forged": 1}
    assert row(ours.id).state == "sent"


def test_report_of_long_ago_changes_nothing(sent, look, anna, fates, time):
    ours, fixed = sent(anna), sent(anna, verp=False)
    before = fates()
    time.move(days=7, seconds=1)
    assert look(report(POSTFIX, ours.to), report(POSTFIX, BOX, id=fixed.message_id)) == {"old": 2}
    assert fates() == before


def test_report_about_an_old_address_says_nothing_of_the_new_one(sent, look, row, anna, els, address_of, inside, kok):
    ours = sent(anna)
    with inside(kok) as session:
        change_address(session.get(Account, anna.id), "anna@nieuw.example", by=session.get(Account, els.id))
    look(report(POSTFIX, ours.to))
    assert row(ours.id).state == "bounced"
    assert address_of(anna) == ("", [("address_changed", "")])


def test_report_of_a_mail_that_a_worker_still_holds_waits(sent, look, anna, inside, kok, row, box):
    ours = sent(anna)
    with inside(kok) as session:
        session.get(Mail, ours.id).state = "busy"
    assert look(report(POSTFIX, ours.to)) == {"later": 1}
    assert len(box.mails) == 1
    with inside(kok) as session:
        session.get(Mail, ours.id).state = "sent"
    assert look() == {"noted": 1}


def test_worker_that_stops_after_the_commit_counts_nothing_twice(sent, look, box, anna, address_of, rows):
    mails = [sent(anna) for _ in range(2)]
    box.is_stuck = True
    for mail in mails:
        with pytest.raises(NoMailbox):
            look(report(EXIM, mail.to, status="5.2.2", text="full"))
    box.is_stuck = False
    assert address_of(anna)[0] == ""
    assert look() == {"known": 1, "noted": 1}
    assert address_of(anna)[0] == ""


def test_two_workers_that_read_the_same_report_count_it_once(sent, app, anna, address_of):
    came = report(GMAIL, sent(anna).to)

    def see_to(_number):
        with app.app_context():
            return worker._see_to(came)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(see_to, range(4)))
    assert sorted(found) == ["known", "known", "known", "noted"]
    assert address_of(anna) == ("gone", [("address_flagged", "gone")])


def test_mail_without_an_account_comes_back_too(sent, look, row):
    ours = sent(None)
    assert look(report(POSTFIX, ours.to)) == {"noted": 1}
    assert row(ours.id).state == "bounced"


def test_what_a_database_does_not_take_costs_that_mail_only(sent, row, look, anna, piet, address_of, box):
    """PostgreSQL keeps no NUL, and somebody who got a mail of ours can put one in what his mail server says."""
    first, second = sent(anna), sent(piet, to="piet@voorbeeld.nl")
    odd = report(POSTFIX, first.to, text="550 5.1.1 \x00\x1b[31m gone")
    assert look(odd, report(POSTFIX, second.to)) == {"noted": 2}
    assert row(first.id).bounce_text == "550 5.1.1 [31m gone"
    assert (address_of(anna)[0], address_of(piet)[0], box.mails) == ("gone", "gone", {})
