"""What a mail that came back says of the address it went to."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.bounces import rules

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        ("5.1.1", "", "5.1.1"),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "5.1.10"),
        ("5.0.0", "550 5.1.1 The email account that you tried to reach does not exist", "5.1.1"),
        ("5.0.0", "550 User unknown", "5.1.1"),
        ("5.0.0", "550 No such user here", "5.1.1"),
        ("5.0.0", "554 delivery error: This user doesn't have a yahoo.com account", "5.1.1"),
        ("5.0.0", "552 Mailbox size limit exceeded: mailbox is full", "5.2.2"),
        ("5.0.0", "550 blocked by our list 12.5.1.1", "5.0.0"),
        ("5.0.0", "554 rejected as spam", "5.0.0"),
        ("5.2.2", "mailbox full", "5.2.2"),
        ("4.2.2", "452 4.2.2 mailbox full", "4.2.2"),
        ("4.0.0", "user unknown for now", "4.0.0"),
        ("550", "5.1.1 no such user", "5.1.1"),
        ("550", "no such user", "5.1.1"),
        ("552", "", "5.2.2"),
        ("552", "5.3.4 message too big", "5.3.4"),
        ("552", "mailbox is over quota", "5.2.2"),
        ("554", "5.7.1 spam", "5.7.1"),
        ("550", "rejected", "5.0.0"),
        ("", "something went wrong", ""),
        ("x", "", ""),
        ("5.1.1.1", "", ""),
    ],
)
def test_status_that_says_most(status, text, expected):
    assert rules.status_of(status, text) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("5.1.0", "gone"), ("5.1.1", "gone"), ("5.1.2", "gone"), ("5.1.3", "gone"), ("5.1.6", "gone"), ("5.1.10", "gone"),
        ("5.2.1", "gone"), ("5.2.2", ""), ("5.1.7", ""), ("5.1.8", ""), ("5.4.4", ""), ("5.4.1", ""), ("5.7.1", ""),
        ("5.3.4", ""), ("5.0.0", ""), ("4.1.1", ""), ("4.2.2", ""), ("4.4.7", ""), ("2.0.0", ""), ("", ""),
    ],
)  # fmt: skip
def test_address_is_gone_only_when_a_server_says_that_nobody_is_there(status, expected):
    assert rules.verdict(status, [], NOW) == expected


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [((), ""), ((1,), ""), ((1, 2), "full"), ((1, 6), "full"), ((1, 7), ""), ((7, 8, 9), ""), ((0, 1, 2, 3), "full")],
)
def test_mailbox_is_full_after_three_in_a_week(days_ago, expected):
    earlier = [("5.2.2", NOW - timedelta(days=days)) for days in days_ago]
    assert rules.verdict("5.2.2", earlier, NOW) == expected
    assert rules.verdict("5.2.2", [("5.7.1", moment) for _, moment in earlier], NOW) == ""


def test_mail_comes_back_within_a_week_or_never():
    assert rules.is_recent(NOW - timedelta(days=6), NOW)
    assert not rules.is_recent(NOW - timedelta(days=7), NOW)
    assert not rules.is_recent(None, NOW)


def test_what_a_server_says_is_kept_without_addresses():
    said = "550 5.1.1 <anna@voorbeeld.nl>:\r\n  Recipient address rejected (piet@voorbeeld.nl)" + "x" * 400
    kept = rules.without_addresses(said)
    assert kept.startswith("550 5.1.1 <…>: Recipient address rejected (…)x") and len(kept) == 300
