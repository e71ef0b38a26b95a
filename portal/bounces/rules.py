"""What a mail that came back says of its address. Facts in, verdict out (mail.md, D4; RFC 3463)."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from portal.text import one_line

LIVES = timedelta(days=7)  # how long after a mail left we believe that it came back: mail servers try for five days
FULL_TIMES, FULL_WITHIN = 3, timedelta(days=7)
LONGEST_TEXT = 300

GONE = {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"}  # no such mailbox or domain, or closed
FULL = {"5.2.2"}
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[\s-])")
_ADDRESS = re.compile(r"(?<![^\s<>;:,()\"'])[^\s<>;:,()\"']+@[^\s<>;:,()\"']+")
_NOBODY = re.compile(
    r"user unknown|unknown (user|recipient|mailbox|local part)|no such (user|recipient|mailbox|person|address)"
    r"|(user|mailbox|recipient|address|account)( \S+)?( was| is)? (not found|unknown)|does(n't| not) (exist|have an? )"
    r"|invalid (recipient|mailbox)|no mailbox (here )?by that name|not a valid (mailbox|recipient)",
    re.I,
)
_TOO_FULL = re.compile(r"(mailbox|mail box|inbox|quota|storage).{0,30}(full|exceeded|over)|over( its)? quota", re.I)


class Report(NamedTuple):
    """What a mail in the mailbox for returned mail tells."""

    kind: str  # failed; delayed: nothing is lost yet; complaint: somebody called a mail of ours spam; other
    token: str = ""  # of the return path it came back to, whatever the mail itself says
    message_id: str = ""  # of the mail that came back
    recipients: tuple[str, ...] = ()  # for whom that was
    status: str = ""
    text: str = ""  # what a server said


def status_of(status: str, text: str = "") -> str:
    """The status that says most: what a server says in words counts where the status itself says only that it failed.

    `status` is that of a report, or the three digits of SMTP; "" when neither says anything.
    """
    given = _STATUS.fullmatch(status.strip())
    if given and given[0][1:] != ".0.0":
        return given[0]
    for found in _STATUS.finditer(text):
        if found[1] != "2" and found[0][1:] != ".0.0":
            return found[0]
    code = status.strip() if re.fullmatch(r"[45]\d\d", status.strip()) else (_CODE.search(text) or [""])[0]
    family = given[1] if given else code[:1]
    if family == "5" and _TOO_FULL.search(text):
        return "5.2.2"
    if family == "5" and _NOBODY.search(text):
        return "5.1.1"
    if code == "552" and not text[3:].strip():
        return "5.2.2"
    return f"{family}.0.0" if family else ""


def verdict(status: str, earlier: Collection[tuple[str, datetime]], now: datetime) -> str:
    """What the address is after this status: "gone", "full" or "" (nothing follows).

    `earlier` are the status and moment of other mails to the same address that came back. One mail to an address that
    does not exist is enough; a full mailbox is emptied again, so that takes three in a week.
    """
    if status in GONE:
        return "gone"
    if status not in FULL:
        return ""
    recently = [moment for other, moment in earlier if other in FULL and moment > now - FULL_WITHIN]
    return "full" if len(recently) + 1 >= FULL_TIMES else ""


def mail_of(message_id: str) -> UUID | None:
    """Which mail a Message-ID of ours is of."""
    found = re.fullmatch(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.[0-9a-f]{16})?@[^<>@\s]+>", message_id)
    return UUID(found[1]) if found else None


def is_recent(sent_at: datetime | None, now: datetime) -> bool:
    """Whether a mail that left then can come back now."""
    return sent_at is not None and sent_at > now - LIVES


def without_addresses(text: str) -> str:
    """What a server says, on one line and without addresses of people."""
    return _ADDRESS.sub("…", one_line(text))[:LONGEST_TEXT]
