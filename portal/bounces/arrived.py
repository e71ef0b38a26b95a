"""Reading what came in the mailbox for returned mail: reports (RFC 3464), and whatever else lands there."""

import re
from collections.abc import Iterator
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import getaddresses
from itertools import takewhile

from portal.bounces.rules import Report, status_of

SENT_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
LONGEST_WORDS = 20_000  # characters of a mail in which we look for a status
MOST_PARTS = 50  # that a report has: in its headers "boundary" stands about so often
# Longer than any mail server writes it. Python takes minutes for one of a mail that was made to hold us up.
_ENDLESS_TYPE = re.compile(rb"(?:^|[\r\n])content-type:(?:[^\r\n]|[\r\n]+[ \t]){2000}", re.I)


class Endless(ValueError):
    """This mail was made to be read for ever."""


def read(content: bytes, box: str) -> Report:
    """What this mail tells; `box` is the address that mails come back to. Whoever knows that can send us anything."""
    if _ENDLESS_TYPE.search(content) or content.lower().count(b"boundary") > MOST_PARTS:
        raise Endless
    message = message_from_bytes(content)
    token = _token(message, box)
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type") or "").lower()
        if kind == "feedback-report":
            return Report("complaint", token)
        if kind in ("delivery-status", "") and (found := _delivery_report(message, token)):
            return found
    if token and _is_of_a_mail_server(message):
        return _in_words(message, token)
    return Report("other", token)


def _token(message: Message, box: str) -> str:
    """Only from where it was delivered: what stands further on anybody can write."""
    local, _, domain = box.partition("@")
    ours = re.compile(rf"{re.escape(local)}\+([a-z2-7]+\.[a-z2-7]+)@{re.escape(domain)}")
    lines = [str(line) for name in SENT_TO for line in message.get_all(name, [])]
    for _, address in getaddresses(lines):
        if found := ours.fullmatch(address.lower()):
            return found[1]
    return ""


def _delivery_report(message: Message, token: str) -> Report | None:
    parts = [part for part in message.get_payload() if isinstance(part, Message)] if message.is_multipart() else []
    blocks = [block for part in parts if part.get_content_subtype() in STATUSES for block in _blocks(part)]
    people = [block for block in blocks if block.get("Final-Recipient") or block.get("Original-Recipient")]
    if not people:
        return None
    failed = [block for block in people if _field(block, "Action").lower() == "failed"]
    block = (failed or people)[0]
    text = _field(block, "Diagnostic-Code").partition(";")[2].strip() or _field(block, "Diagnostic-Code")
    status = status_of(_field(block, "Status").partition(" ")[0], text)
    return Report(
        "failed" if failed else "delayed", token, _original_id(parts), tuple(_recipients(block)), status, text
    )


STATUSES = ("delivery-status", "global-delivery-status")


def _blocks(part: Message) -> list[Message]:
    """The groups of fields in a report. Python reads them as messages, unless the part was encoded."""
    content = part.get_payload()
    if isinstance(content, list):
        return [block for block in content if isinstance(block, Message)]
    words = part.get_payload(decode=True)
    text = words.decode(errors="replace") if isinstance(words, bytes) else ""
    return [message_from_string(block) for block in re.split(r"\r?\n\s*\r?\n", text.strip())]


def _field(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _recipients(block: Message) -> Iterator[str]:
    for name in ("Final-Recipient", "Original-Recipient"):
        kind, semicolon, address = _field(block, name).partition(";")
        if semicolon and kind.strip().lower() in ("rfc822", "utf-8"):
            yield address.strip().strip("<>")


def _original_id(parts: list[Message]) -> str:
    """The Message-ID of the mail that came back, from the headers of it that a report brings along."""
    for part in parts:
        kind, content = part.get_content_type(), part.get_payload()
        if kind in ("message/rfc822", "message/global") and isinstance(content, list):
            return next((_field(each, "Message-ID") for each in content if isinstance(each, Message)), "")
        if kind in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            words = part.get_payload(decode=True)
            return _field(message_from_bytes(words), "Message-ID") if isinstance(words, bytes) else ""
    return ""


def _is_of_a_mail_server(message: Message) -> bool:
    """Not somebody's answer, or a machine that says its owner is on holiday."""
    automatic = _field(message, "Auto-Submitted").lower().partition(";")[0].strip()
    is_empty = _field(message, "Return-Path") in ("<>", "")
    is_daemon = re.search(r"mailer-daemon|postmaster", _field(message, "From"), re.I) is not None
    return is_empty and is_daemon and automatic != "auto-replied"


def _in_words(message: Message, token: str) -> Report:
    """A report of a server that writes it in words only. Of which mail it is, the return path told already."""
    lines = [line.strip() for line in _words(message)]
    status = status_of("", "\n".join(lines))
    if not status:
        return Report("other", token)
    lines = [line for line in lines if status_of("", line) == status]
    return Report("failed" if status.startswith("5") else "delayed", token, "", (), status, " ".join(lines[:2]))


def _words(message: Message) -> Iterator[str]:
    """The lines of its text, up to the copy of our own mail."""
    for part in message.walk():
        if part.get_content_maintype() == "message":
            return
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            words = content[:LONGEST_WORDS].decode(errors="replace") if isinstance(content, bytes) else ""
            yield from takewhile(lambda line: not _COPY.match(line), words.splitlines())


# "------ This is a copy of the message, including all the headers. ------", or the first of its headers.
_COPY = re.compile(r"-+ .{0,80}\b(copy|original|returned) .{0,80}-+$|(subject|received|message-id): ", re.I)
