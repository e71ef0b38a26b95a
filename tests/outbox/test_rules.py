"""When a mail is tried again, and what an answer of SMTP means."""

from datetime import timedelta

import pytest

from portal.outbox import rules
from portal.outbox.rules import Verdict

WAITS = [0, 30, 120, 300, 900, 1800, 3600, 3600, 3600]


@pytest.mark.parametrize(("tries", "seconds"), list(enumerate(WAITS)))
def test_waits_grow_to_an_hour(tries, seconds):
    assert rules.delay(tries, chance=0.5) == timedelta(seconds=seconds)


def test_waits_are_spread_from_half_to_one_and_a_half():
    assert rules.delay(2, chance=0.0) == timedelta(minutes=1)
    assert rules.delay(2, chance=1.0) == timedelta(minutes=3)


@pytest.mark.parametrize(
    ("phase", "code", "text", "expected"),
    [
        ("connect", None, "refused", Verdict.AGAIN),
        ("connect", 421, "4.3.2 too busy", Verdict.AGAIN),
        ("connect", 554, "5.7.1 no service for you", Verdict.PAUSE),
        ("set-up", None, "certificate verify failed", Verdict.PAUSE),
        ("tls", None, "broken off", Verdict.AGAIN),
        ("tls", 502, "5.5.1 unknown command", Verdict.PAUSE),
        ("auth", 535, "5.7.8 wrong password", Verdict.PAUSE),
        ("auth", 454, "4.7.0 later", Verdict.AGAIN),
        ("from", 553, "5.7.1 not your address", Verdict.PAUSE),
        ("from", 451, "4.3.0 later", Verdict.AGAIN),
        ("from", None, "", Verdict.AGAIN),
        ("rcpt", 550, "5.1.1 no such user", Verdict.REFUSED),
        ("rcpt", 552, "5.2.2 mailbox full", Verdict.REFUSED),
        ("rcpt", 450, "4.2.0 greylisted", Verdict.AGAIN),
        ("rcpt", None, "", Verdict.AGAIN),
        ("rcpt", 530, "5.7.0 authentication required", Verdict.PAUSE),
        ("rcpt", 550, "5.1.8 sender's domain unknown", Verdict.PAUSE),
        ("data", 451, "4.3.0 later", Verdict.AGAIN),
        ("data", 554, "5.5.1 no valid recipients", Verdict.REFUSED),
        ("data", None, "", Verdict.AGAIN),
        ("body", None, "", Verdict.AGAIN),
        ("dot", 452, "4.3.1 disk full", Verdict.AGAIN),
        ("dot", 554, "5.7.1 spam", Verdict.REFUSED),
        ("dot", None, "", Verdict.UNKNOWN),
        ("dot", -1, "gibberish", Verdict.UNKNOWN),
    ],
)
def test_verdict(phase, code, text, expected):
    assert rules.verdict(phase, code, text) is expected


def test_server_that_is_down_is_looked_at_every_minute():
    waits = [rules.silence(Verdict.AGAIN, failures) for failures in range(1, 40)]
    assert waits[:6] == [5, 10, 20, 40, 60, 60]
    assert max(waits) == 60


def test_lease_outlasts_every_step_of_sending():
    assert rules.lease(20) > timedelta(seconds=5 * 20)
