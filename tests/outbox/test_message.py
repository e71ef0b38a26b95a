"""The bytes of a mail: as receivers like it, the same every time, and with no way in for a header of somebody else."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr
from uuid import UUID

import pytest
from flask_mail import BadHeaderError
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.outbox.transport import Message, one_address
from portal.text import one_line

MAIL_ID = UUID("11111111-2222-4333-8444-555555555555")
MOMENT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LONG = "Stichting Kinderopvang Rotterdam-Noord en Bergschenhoek, Dagverblijf De Vrolijke Krekel"


def message(**values):
    return Message(
        **{
            "mail_id": MAIL_ID, "message_id": f"<{MAIL_ID}@kok.test>", "stamped_at": MOMENT, "folder": "kok",
            "sender": ("Kok Kinderopvang", "portaal@kok.test"), "recipient": ("Anna de Vries", "anna@voorbeeld.nl"),
            "reply_to": ("Kok Kinderopvang", "kantoor@kok.test"), "subject": "Kok Kinderopvang: kies een wachtwoord",
            "body": "Dag Anna,\n", "html": "<p>Dag Anna,</p>\n", **values,
        }
    )  # fmt: skip


def opened(made):
    return message_from_bytes(made.as_bytes(), policy=policy.default)


def person(content, field):
    """Name and address. With the old parser: the new one puts spaces between the pieces of a long encoded name."""
    name, address = parseaddr(message_from_bytes(content)[field].replace("\r\n", ""))
    return decoded(name), address


def decoded(words):
    return str(make_header(decode_header(words.replace("\r\n", "")))) if "=?" in words else words.replace("\r\n", "")


def test_headers():
    head = message().as_bytes().partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert sorted(head) == sorted([
        'Content-Type: multipart/alternative; boundary="=_1111111122224333"',
        "MIME-Version: 1.0",
        'From: "Kok Kinderopvang" <portaal@kok.test>',
        'To: "Anna de Vries" <anna@voorbeeld.nl>',
        'Reply-To: "Kok Kinderopvang" <kantoor@kok.test>',
        "Subject: Kok Kinderopvang: kies een wachtwoord",
        "Date: Mon, 23 Nov 2026 10:30:00 +0100",
        f"Message-ID: <{MAIL_ID}@kok.test>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
    ])  # fmt: skip


def test_parts_are_text_and_html_in_quoted_printable():
    parts = list(opened(message(body="Dag Zoë,\n", html="<p>Dag Zoë,</p>\n")).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"quoted-printable"}
    assert [part.get_content().replace("\r\n", "\n") for part in parts] == ["Dag Zoë,\n", "<p>Dag Zoë,</p>\n"]


def test_same_mail_has_the_same_bytes():
    assert message().as_bytes() == message().as_bytes()


names = st.text(max_size=100).map(one_line)


@settings(max_examples=300, deadline=None)
@given(name=names, subject=names, body=st.text(max_size=300))
def test_any_words_survive_and_lines_stay_short(name, subject, body):
    made = message(sender=(name, "portaal@kok.test"), recipient=(name, "anna@voorbeeld.nl"), subject=subject, body=body)
    assert not made.has_bad_headers()
    content = made.as_bytes()
    longest_word = max((len(word) for word in f"{name} {subject}".split()), default=0)
    assert max(map(len, content.split(b"\r\n"))) <= max(76, longest_word + 12)
    assert b"\n" not in content.replace(b"\r\n", b"")
    read = opened(made)
    assert set(read.keys()) == set(opened(message()).keys())
    assert person(content, "To") == (name, "anna@voorbeeld.nl")
    assert decoded(message_from_bytes(content)["Subject"] or "") == subject


@pytest.mark.parametrize(
    "name", ["", "Zoë", LONG, "Łukasz " * 10, 'Jan "de Krekel" O\\Neil, (oma)', "=?utf-8?q?a?=", "👩‍👧 Gezin"]
)
def test_names_are_read_back(name):
    name = one_line(name)
    for header, field in (("sender", "From"), ("recipient", "To"), ("reply_to", "Reply-To")):
        content = message(**{header: (name, "wie@voorbeeld.nl")}).as_bytes()
        assert max(map(len, content.split(b"\r\n"))) <= 76
        assert person(content, field) == (name, "wie@voorbeeld.nl")


def test_ascii_names_are_not_encoded():
    assert b"=?" not in message(sender=(LONG, "portaal@kok.test"), subject=LONG).as_bytes()


POISON = ["a\r\nBcc: evil@voorbeeld.nl", "a\nX: y", "a\rX: y", "a\x00b", "a\u2028b", "\u202egnp", "a\x85b", "a\x0bX: y"]


@pytest.mark.parametrize("poison", POISON)
@pytest.mark.parametrize("field", ["subject", "message_id", "sender", "recipient", "reply_to"])
def test_line_breaks_in_a_header_are_refused(field, poison):
    value = (poison, "wie@voorbeeld.nl") if field in ("sender", "recipient", "reply_to") else poison
    assert message(**{field: value}).has_bad_headers()


@pytest.mark.parametrize("poison", [*POISON, "👩‍👧\r\nTo: x"])
def test_names_come_on_one_line(poison):
    assert not message(recipient=(one_line(poison), "wie@voorbeeld.nl"), subject=one_line(poison)).has_bad_headers()


@pytest.mark.parametrize(
    "address",
    ["a@b.nl,evil@c.nl", "a@b.nl evil@c.nl", "a@b.nl;evil@c.nl", "<a@b.nl>", "A <a@b.nl>", "a@b.nl\r\nBcc: c@d.nl",
     "a@b.nl\n", "a\x00@b.nl", '"a b"@c.nl', "a@[127.0.0.1]", "zoë@b.nl", "@b.nl", "a@", "", "a@b@c.nl", "a@b..nl"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(address):
    for field in ("sender", "recipient", "reply_to"):
        with pytest.raises(BadHeaderError):
            message(**{field: ("", address)})


@pytest.mark.parametrize(
    ("address", "as_sent"), [("O'Neil+kok@Voorbeeld.NL", "O'Neil+kok@voorbeeld.nl"), ("a@zoë.nl", "a@xn--zo-ija.nl")]
)
def test_address_is_sent_in_ascii(address, as_sent):
    assert one_address(address) == as_sent
