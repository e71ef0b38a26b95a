"""What the many ways in which mail servers write a report come to."""

from contextlib import suppress
from time import thread_time

import pytest

from portal.bounces import arrived, rules
from tests.bounces.samples import AWAY, COMPLAINT, PERSON, QMAIL, STANDARD, report

BOX, TOKEN = "terug@portaal.test", f"{'a' * 26}.{'b' * 16}"
OURS = f"terug+{TOKEN}@portaal.test"
ID = "<00000000-0000-4000-8000-000000000001@kok.test>"


@pytest.mark.parametrize("sample", STANDARD.values(), ids=STANDARD)
def test_report_tells_of_which_mail_to_whom_and_why(sample):
    found = arrived.read(report(sample, BOX, id=ID), BOX)
    assert (found.kind, found.token, found.message_id, found.status) == ("failed", "", ID, "5.1.1")
    assert set(found.recipients) == {"anna@voorbeeld.nl"}
    assert found.text.startswith("550 5.1.1 no such user")


@pytest.mark.parametrize("sample", [*STANDARD.values(), QMAIL], ids=[*STANDARD, "qmail"])
@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [("5.0.0", "552 5.2.2 mailbox full", "5.2.2"), ("5.0.0", "550 User unknown", "5.1.1"), ("5.7.1", "550 5.7.1 spam", "5.7.1")],
)  # fmt: skip
def test_reason_comes_out_however_it_is_said(sample, status, text, expected):
    found = arrived.read(report(sample, OURS.upper(), id=ID, status=status, text=text), BOX)
    assert (found.kind, found.token, found.status) == ("failed", TOKEN, expected)


@pytest.mark.parametrize(
    ("sample", "to", "kind"),
    [(AWAY, OURS, "other"), (PERSON, OURS, "other"), (COMPLAINT, OURS, "complaint"), (QMAIL, BOX, "other")],
    ids=["on holiday", "a person", "a complaint", "words without our token"],
)
def test_what_is_no_report_is_none(sample, to, kind):
    assert arrived.read(report(sample, to, id=ID), BOX).kind == kind


@pytest.mark.parametrize("sample", STANDARD.values(), ids=STANDARD)
def test_mail_that_is_only_late_has_not_failed(sample):
    found = arrived.read(report(sample, OURS, status="4.4.1", text="connection timed out", action="delayed"), BOX)
    assert found.kind == "delayed"


def test_token_counts_only_where_the_mail_was_delivered():
    other = report(STANDARD["postfix"], BOX, id=ID).replace(b"Dag Anna", f"To: {OURS}".encode())
    assert arrived.read(other, BOX).token == ""
    for to in (
        f"elders+{TOKEN}@portaal.test",
        f"terug+{TOKEN}@evil.test",
        f"xterug+{TOKEN}@portaal.test",
        "terug+@portaal.test",
    ):
        assert arrived.read(report(STANDARD["postfix"], to), BOX).token == ""


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00\xff\xfe", b"Subject: \xe9\r\n\r\n", b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nx",
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\r\n--b--",
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--",
        b"To: " + b"terug+a@portaal.test, " * 5000 + b"\r\n\r\n",
        report(STANDARD["gmail"], OURS)[:700],
    ],
)  # fmt: skip
def test_rubbish_says_nothing(content):
    assert arrived.read(content, BOX).kind == "other"


HELD_UP = {
    "a type of many parameters": b'Content-Type: multipart/report; report-type="' + b"\\;" * 100_000 + b"\r\n\r\n",
    "the same in folds": b'Content-Type: multipart/report; a="' + b"\\;\r\n " * 50_000 + b"\r\n\r\n",
    "parts in parts": "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(300)).encode()
    + b"x\n" * 100_000,
    "almost the copy of a mail": report(QMAIL, OURS).replace(b"--- Below", b"- " + b"copy -" * 40_000 + b"\n--- Below"),
}


@pytest.mark.parametrize("content", HELD_UP.values(), ids=HELD_UP)
def test_mail_of_a_stranger_does_not_hold_up_the_worker(content):
    """Each of these took a minute or more, in which the whole process did nothing else."""
    began = thread_time()
    with suppress(arrived.Endless):
        arrived.read(content, BOX)
    assert thread_time() - began < 10


@pytest.mark.parametrize("text", ["a" * 250_000, "a@" * 100_000, " @" * 100_000])
def test_words_of_any_length_lose_their_addresses_at_once(text):
    began = thread_time()
    assert len(rules.without_addresses(text)) <= rules.LONGEST_TEXT
    assert thread_time() - began < 10
