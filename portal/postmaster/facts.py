"""What is known about the mail of an organisation, and what can be found wrong with it. Gathered elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

WRONG, WEAK, UNKNOWN, NOTE, GOOD = "wrong", "weak", "unknown", "note", "good"
SEVERITIES = (WRONG, WEAK, UNKNOWN, NOTE, GOOD)  # the worst first

LONGEST_ANSWER = 300


class Answer(NamedTuple):
    """What the DNS says. found; empty: the name has no such record; none: no such name; failed; silent; unasked."""

    status: str
    values: tuple[str, ...] = ()

    @property
    def is_absent(self) -> bool:
        return self.status in ("empty", "none")

    @property
    def is_unsure(self) -> bool:
        return self.status in ("failed", "silent", "unasked")


class Zone:
    """Answers of the DNS. What is looked up and not among them, is in `wanted`."""

    def __init__(self, answers: Mapping[tuple[str, str], Answer]) -> None:
        self.answers, self.wanted = answers, set[tuple[str, str]]()

    def look(self, name: str, kind: str) -> Answer:
        question = (name.rstrip(".").lower(), kind)
        if question in self.answers:
            return self.answers[question]
        self.wanted.add(question)
        return Answer("unasked")


class Key(NamedTuple):
    """One of our own DKIM keys. state: new (not seen in the DNS yet), active or old."""

    domain: str
    selector: str
    algorithm: str
    public: str
    state: str

    @property
    def name(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def value(self) -> str:
        return f"v=DKIM1; k={self.algorithm}; p={self.public}"


class Said(NamedTuple):
    """What a mail server said; no code when the line fell silent or broke."""

    phase: str  # as of portal.outbox.transport.NotSent; "" when all was well
    code: int | None
    text: str

    @property
    def is_refusal(self) -> bool:
        return self.code is None or self.code >= 500

    @property
    def is_later(self) -> bool:
        return self.code is not None and 400 <= self.code < 500

    @property
    def answer(self) -> str:
        """On one line, and not longer than a person reads: a server may say what it wants."""
        words = " ".join(f"{self.code or ''} {self.text}".split())
        return words if len(words) <= LONGEST_ANSWER else words[:LONGEST_ANSWER] + "…"


@dataclass(frozen=True)
class Setup:
    """What the portal knows by itself."""

    sender: str
    reply_to: str
    envelope: str  # where mail comes back to
    host: str  # of the mail server; empty when there is none
    port: int
    security: str  # starttls, tls or none
    username: str
    is_own: bool  # the organisation's own server, not that of the installation
    keys: tuple[Key, ...] = ()
    uses_verp: bool = False

    @property
    def domain(self) -> str:
        return domain_of(self.sender)


@dataclass(frozen=True)
class Door:
    """How the mail server receives us, as far as we come without sending anything."""

    addresses: tuple[str, ...] = ()  # where its name leads to
    ports: Mapping[int, str] = field(default_factory=dict)  # open, refused, silent or unreachable
    problem: Said | None = None  # what kept us out
    tls: str = ""  # TLSv1.3
    days: int | None = None  # until its certificate ends
    mechanisms: tuple[str, ...] = ()
    size: int | None = None  # bytes of the largest mail it takes
    features: tuple[str, ...] = ()
    sender: Said | None = None  # the answer to our sender address
    verp: Said | None = None  # and to a return address of one mail
    seconds_off: float | None = None  # our clock ahead of the one in its greeting


@dataclass(frozen=True)
class Echo:
    """A mail of ours as it arrived somewhere."""

    arrived_at: datetime | None
    is_ours: bool  # from the sender of now
    signatures: tuple[tuple[str, str], ...]  # per signature for our domain: selector, and good, body, headers or no key
    message_id_is_ours: bool
    results: Mapping[str, str]  # spf, dkim, dmarc as the receiver saw it
    address: str = ""  # of the server that brought it
    seconds: int | None = None  # from us to the mailbox
    seconds_off: float | None = None  # our clock ahead of the first server's
    hops: int = 0


class Record(NamedTuple):
    """One line for the DNS of the domain: add it, change what stands there into this, or remove it."""

    action: str
    name: str
    kind: str
    value: str


class Finding(NamedTuple):
    """One thing that was checked. `code` says what was found; the words for it are in `words`."""

    code: str
    severity: str
    values: dict[str, str] = {}
    records: tuple[Record, ...] = ()

    @property
    def check(self) -> str:
        return self.code.partition(".")[0]


class Texts(NamedTuple):
    """What our mails say that an organisation chose itself."""

    name: str
    subjects: tuple[str, ...]
    origin: str  # of the links


@dataclass(frozen=True)
class Facts:
    setup: Setup
    zone: Zone
    door: Door | None = None  # None: not looked at
    echo: Echo | None = None
    texts: Texts | None = None
    box: Said | None = None  # how the mailbox for returned mail let us in; None when there is none, or not looked at


def domain_of(address: str) -> str:
    return address.strip().rpartition("@")[2].lower().rstrip(".")


def is_under(name: str, domain: str) -> bool:
    return name == domain or name.endswith("." + domain)
