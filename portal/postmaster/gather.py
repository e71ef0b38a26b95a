"""Looking at the world outside: the DNS, and the mail server as far as one comes without sending anything.

What is looked up follows from the rules: they run on what is known, and what they lacked is asked in the next round.
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask_mail import BadHeaderError

from portal import clock
from portal.bounces.mailbox import Mailbox, NoMailbox
from portal.organisations.models import Organisation
from portal.outbox.compose import bounce_box, sender_of, server_of, subjects_of
from portal.outbox.smtp import addresses_of
from portal.outbox.transport import NotSent, Server, mail, one_address
from portal.postmaster import arrived, queries, rules
from portal.postmaster.domain import signature
from portal.postmaster.facts import GOOD, Answer, Door, Facts, Finding, Key, Said, Setup, Texts, Zone

ROUNDS = 12  # as deep as SPF may nest, and the name of a mail server after it
MOST_QUESTIONS = 200  # a domain that leads to more of them is up to something
DNS_SECONDS, ALL_SECONDS = 4.0, 20.0
PORT_SECONDS, STEP_SECONDS = 4.0, 8
PORTS = (25, 465, 587)
_LOOK_ELSEWHERE = "postmaster.world"

Look = Callable[[str, str], Answer]
Knock = Callable[[Setup, Server | None], Door]


def look_elsewhere(app: Flask, look: Look, knock: Knock) -> None:
    """Let the demo answer for the internet: nothing leaves that machine."""
    app.extensions[_LOOK_ELSEWHERE] = (look, knock)


def setup_of(organisation: Organisation) -> tuple[Setup, Server | None]:
    """What the portal knows by itself, and the organisation's own server when it has one."""
    config, row = current_app.config, queries.own_server()
    sender = _in_ascii(sender_of(organisation))
    bounces = bounce_box(sender, is_own=row is not None)
    keys = tuple(
        Key(k.domain, k.selector, k.algorithm, k.public, queries.state_of(k, clock.now())) for k in queries.all_keys()
    )
    security = "tls" if config["MAIL_USE_SSL"] else "starttls" if config["MAIL_USE_TLS"] else "none"
    setup = Setup(
        sender=sender, reply_to=_in_ascii(organisation.email), envelope=bounces or sender,
        host=row.host if row else config["MAIL_SERVER"], port=row.port if row else config["MAIL_PORT"],
        security=row.security if row else security, username=row.username if row else config["MAIL_USERNAME"],
        is_own=row is not None, keys=keys, uses_verp=bool(bounces) and config["BOUNCE_VERP"],
    )  # fmt: skip
    return setup, server_of(row, organisation) if row else None


def _in_ascii(address: str) -> str:
    """As it goes to mail servers and name servers. What cannot be written so stays: the rules tell of it."""
    try:
        return one_address(address)
    except BadHeaderError:
        return address


def texts_of(organisation: Organisation) -> Texts:
    """The subjects of all our mails; `Texts` in the words of the reader of this moment."""
    folder = Path(current_app.root_path) / "templates" / "mail"
    templates = sorted(str(path.parent.relative_to(folder)) for path in folder.glob("*/*/subject.txt"))
    return Texts(organisation.name, tuple(subjects_of(templates, organisation)), organisation.origin)


def examine(setup: Setup, texts: Texts, server: Server | None, mail_source: bytes = b"") -> list[Finding]:
    """Look at everything, and judge it. In no transaction: this takes seconds."""
    door = _knock()(setup, server) if setup.host else None
    facts = Facts(setup, Zone({}), door, texts=texts, box=_box(setup))
    facts = _look_up(facts)
    if mail_source:
        facts = _look_up(replace(facts, echo=arrived.read(mail_source, setup, _look())))
    return rules.examine(facts)


def _box(setup: Setup) -> Said | None:
    config = current_app.config
    if not config["BOUNCE_IMAP_SERVER"] or setup.envelope != config["BOUNCE_ADDRESS"]:
        return None
    try:
        with Mailbox(config):
            return Said("", None, "")
    except NoMailbox as problem:
        return Said(problem.phase, None, problem.text)


def seen(setup: Setup) -> list[str]:
    """The selectors of our keys that stand in the DNS as they should."""
    facts = _look_up(Facts(setup, Zone({})))
    return [key.selector for key in setup.keys if signature(facts.zone, key).severity == GOOD]


def _look_up(facts: Facts) -> Facts:
    answers, last = dict(facts.zone.answers), time.monotonic() + ALL_SECONDS
    look = _look()
    with ThreadPoolExecutor(16) as pool:
        for _ in range(ROUNDS):
            zone = Zone(answers)
            facts = replace(facts, zone=zone)
            rules.examine(facts)
            if not zone.wanted:
                break
            wanted = sorted(zone.wanted)
            if len(answers) + len(wanted) > MOST_QUESTIONS or time.monotonic() > last:
                answers |= dict.fromkeys(wanted, Answer("silent"))
            else:
                answers |= dict(zip(wanted, pool.map(lambda question: look(*question), wanted), strict=True))
    return replace(facts, zone=Zone(answers))


# The DNS


def _look() -> Look:
    elsewhere = current_app.extensions.get(_LOOK_ELSEWHERE)
    if elsewhere:
        look: Look = elsewhere[0]
        return look
    import dns.exception

    try:
        return partial(ask, _resolver(current_app.config["DNS_SERVER"]))
    except dns.exception.DNSException:  # this machine knows no name server
        return lambda *_: Answer("failed")


def _resolver(server: str) -> Any:
    import dns.resolver  # takes a while to load; the other pages need none

    resolver = dns.resolver.Resolver(configure=not server)
    if server:
        host, _, port = server.partition(":") if server.count(":") == 1 else (server, "", "53")
        resolver.nameservers, resolver.port = [host], int(port)
    resolver.lifetime, resolver.timeout = DNS_SECONDS, DNS_SECONDS / 2
    return resolver


def ask(resolver: Any, name: str, kind: str) -> Answer:
    import dns.exception
    import dns.name
    import dns.resolver

    try:
        answer = resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
    except dns.resolver.NXDOMAIN:
        return Answer("none")
    except dns.exception.Timeout:
        return Answer("silent")
    except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong, UnicodeError):
        return Answer("none")
    except dns.exception.DNSException:
        return Answer("failed")
    values = tuple(_text(record) for record in answer.rrset or ())
    return Answer("found" if values else "empty", values)


def _text(record: Any) -> str:
    if hasattr(record, "strings"):
        return b"".join(record.strings).decode(errors="replace")
    return str(record.to_text())


# The mail server


def _knock() -> Knock:
    elsewhere = current_app.extensions.get(_LOOK_ELSEWHERE)
    return elsewhere[1] if elsewhere else knock


def door_of(setup: Setup, server: Server | None) -> Door:
    return _knock()(setup, server)


def knock(setup: Setup, server: Server | None, ports: tuple[int, ...] = PORTS) -> Door:
    """How this server receives us. `server` is an organisation's own; None is that of the installation."""
    public_only = server is not None and not current_app.config["MAIL_PRIVATE_SERVERS"]
    try:
        addresses = tuple(addresses_of(setup.host, setup.port, public_only))
    except ValueError as problem:
        return Door(addresses=("",), problem=Said("set-up", None, str(problem)))
    except OSError:
        return Door()
    if ipaddress.ip_address(addresses[0]).is_loopback:
        ports = ()
    wanted = tuple(dict.fromkeys((setup.port, *ports)))
    with ThreadPoolExecutor(len(wanted)) as pool:
        states = dict(zip(wanted, pool.map(lambda port: _port(addresses, port), wanted), strict=True))
    door = Door(addresses=addresses, ports=states)
    return _talked(door, setup, server) if states[setup.port] == "open" else door


def _port(addresses: tuple[str, ...], port: int) -> str:
    state = "unreachable"
    for address in addresses[:2]:
        try:
            socket.create_connection((address, port), PORT_SECONDS).close()
        except TimeoutError:
            state = "silent"
        except ConnectionRefusedError:
            state = "refused"
        except OSError:
            pass
        else:
            return "open"
    return state


def _talked(door: Door, setup: Setup, server: Server | None) -> Door:
    line = mail.connect(server, STEP_SECONDS)
    try:
        line.open()
        host = line.host
        if host is None:
            return door
        return replace(door, **_heard(host, setup), seconds_off=_seconds_off(line.greeting))
    except NotSent as problem:
        return replace(door, problem=Said(problem.phase, problem.code, problem.text))
    except (OSError, EOFError, ValueError) as problem:  # what smtplib raises, and a number or date that is none
        return replace(door, problem=Said("connect", None, str(problem)))
    finally:
        line.close()


def _heard(host: Any, setup: Setup) -> dict[str, Any]:
    features = {name.lower(): value for name, value in host.esmtp_features.items()}
    certificate = host.sock.getpeercert() if isinstance(host.sock, ssl.SSLSocket) else None
    ends = certificate and datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    local, _, domain = setup.envelope.rpartition("@")
    recipient = setup.reply_to if setup.reply_to.isascii() else setup.sender
    return {
        "tls": (host.sock.version() or "") if certificate else "",
        "days": (ends - clock.now()).days if ends else None,
        "mechanisms": tuple(features.get("auth", "").split()),
        "size": int(features["size"]) if features.get("size", "").isdecimal() else None,
        "features": tuple(sorted(features)),
        "sender": _tried(host, setup.envelope, recipient),
        "verp": _tried(host, f"{local}+controle@{domain}", recipient) if setup.uses_verp else None,
    }


def _tried(host: Any, sender: str, recipient: str) -> Said:
    """What the server says of a sender. Some keep it until they hear for whom the mail is; then we hang up on it."""
    code, text = host.mail(sender)
    if code < 400:
        later_code, later_text = host.rcpt(recipient)
        if later_code >= 500 and _blames_sender(later_code, later_text.decode(errors="replace")):
            code, text = later_code, later_text
    host.rset()
    return Said("", code, " ".join(text.decode(errors="replace").split()))


def _blames_sender(code: int, text: str) -> bool:
    return (
        code in (530, 535, 553)
        or re.search(r"\b5\.1\.[78]\b|sender|not owned|send as|relay|authenticat", text, re.I) is not None
    )


_DATE = re.compile(r"(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")


def _seconds_off(greeting: str) -> float | None:
    """How far our clock is ahead of the one in a greeting; many servers tell no time."""
    found = _DATE.search(greeting)
    try:
        moment = parsedate_to_datetime(found[0]) if found else None
    except ValueError:  # looks like a date
        return None
    return (clock.now() - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))).total_seconds() if moment else None
