"""Reading a mail of ours as it arrived somewhere: what happened to it on the way (mail.md D5, 14)."""

import ipaddress
import re
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from portal.postmaster.facts import Answer, Echo, Setup, domain_of

MOST_SIGNATURES = 8
_OURS = re.compile(r"<[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9a-f]{16}@([^>]+)>")
_FROM_WHERE = re.compile(
    r"(?:client-ip=|designates |smtp\.remote-ip=|sender ip is |policy\.iprev=)\"?\[?([0-9a-f.:]*[0-9a-f])", re.I
)


def read(content: bytes, setup: Setup, look: Callable[[str, str], Answer]) -> Echo:
    content = _with_line_ends(content)
    message = message_from_bytes(content)
    arrivals = [moment for line in message.get_all("Received", []) if (moment := _moment(line.rpartition(";")[2]))]
    sent = _moment(str(message.get("Date", "")))
    return Echo(
        arrived_at=arrivals[0] if arrivals else None,
        is_ours=parseaddr(str(message.get("From", "")))[1].lower() == setup.sender.lower(),
        signatures=tuple(_signatures(content, message, setup.domain, look)),
        message_id_is_ours=_is_ours(str(message.get("Message-ID", "")), setup.domain),
        results=_results(message),
        address=_address(message),
        seconds=max(0, int((arrivals[0] - sent).total_seconds())) if arrivals and sent else None,
        seconds_off=(sent - arrivals[-1]).total_seconds() if arrivals and sent and sent > arrivals[-1] else None,
        hops=len(arrivals),
    )


def _with_line_ends(content: bytes) -> bytes:
    """As it went over the line. A file of a mail program may begin with an empty line or the envelope."""
    lines = content.lstrip().split(b"\n")
    if lines[0].startswith(b"From "):
        lines = lines[1:]
    return b"\r\n".join(line.rstrip(b"\r") for line in lines)


def _moment(words: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(words.strip())
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _is_ours(message_id: str, domain: str) -> bool:
    found = _OURS.fullmatch(message_id.strip())
    return found is not None and found[1].lower() == domain


def _results(message: Message) -> dict[str, str]:
    """What the receiver itself says in the line on top; lower ones come from servers on the way, or from anyone."""
    lines = message.get_all("Authentication-Results", [])
    return (
        {name.lower(): result.lower() for name, result in re.findall(r"\b(spf|dmarc)=(\w+)", str(lines[0]), re.I)}
        if lines
        else {}
    )


def _address(message: Message) -> str:
    """The server that brought the mail to the receiver, as the receiver names it."""
    for name in ("Received-SPF", "Authentication-Results"):
        for line in message.get_all(name, [])[:1]:
            if found := _FROM_WHERE.search(str(line)):
                return _public(found[1])
    for line in message.get_all("Received", []):
        for found in re.findall(r"\[(?:IPv6:)?([0-9a-f.:]+)\]", str(line), re.I):
            if address := _public(found):
                return address
    return ""


def _public(words: str) -> str:
    try:
        address = ipaddress.ip_address(words)
    except ValueError:
        return ""
    return str(address) if address.is_global else ""


def _signatures(
    content: bytes, message: Message, domain: str, look: Callable[[str, str], Answer]
) -> list[tuple[str, str]]:
    """Selector and result of each signature for our own domain: good, body, headers or no key."""
    import dkim

    found = []
    for number, line in enumerate(message.get_all("DKIM-Signature", [])[:MOST_SIGNATURES]):
        tags = dict(re.findall(r"\b([ds])\s*=\s*([^;\s]+)", str(line)))
        if domain_of(tags.get("d", "")) != domain:
            continue
        record = look(f"{tags.get('s', '')}._domainkey.{domain}", "TXT").values
        if not record:
            found.append((tags.get("s", ""), "no key"))
            continue
        try:
            is_good = dkim.DKIM(content).verify(number, dnsfunc=_only(record[0]))
            found.append((tags["s"], "good" if is_good else "headers"))
        except dkim.ValidationError as wrong:
            found.append((tags["s"], "body" if "body hash" in str(wrong) else "headers"))
        except (dkim.DKIMException, ValueError):
            found.append((tags["s"], "headers"))
    return found


def _only(record: str) -> Callable[..., bytes]:
    return lambda *_, **__: record.encode()
