"""Answers about addresses, sessions, links and browsers. Facts in, verdict out."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import idna
from itsdangerous import BadData, SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from portal.errors import Refused
from portal.text import _

SEEN_EVERY = timedelta(minutes=5)  # how often a session row is touched
STEP_UP_WINDOW = timedelta(minutes=10)  # how long a typed password counts for sensitive actions
MOST_SESSIONS = 20
MOST_LINES = 100  # wrong passwords that are written down in ten minutes, of a whole organisation
MOST_LINKS = 3
MOST_CODE_TRIES = 5
SKEW = timedelta(seconds=60)  # how far the clock of another node may be ahead
LONGEST_TOKEN = 256
CHOOSE_PASSWORD = ("reset", "activation", "letter")  # links that lead to the page where one chooses a password
STAFF_SHORTEST_PASSWORD = 15
LETTER_LIVES = timedelta(days=14)  # of a link and a code on paper
ASK_AGAIN_AFTER = timedelta(minutes=2)  # a mail that is on its way mostly came by then
FOUR_EYES = timedelta(hours=24)  # how long who changed a parent's address may not send credentials there


# Addresses


def email_key(typed: str) -> str:
    """The one form in which addresses compare: NFC, no space around, small letters (ASCII only), IDNA domain.

    Gives "" for what cannot be an address. Two different mailboxes never get one key: only A to Z is folded
    (CVE-2019-19844), and other letters stay as they are.
    """
    address = unicodedata.normalize("NFC", typed.strip())
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or len(address) > 254 or not address.isprintable() or " " in address:
        return ""
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain.translate(_SMALL)).decode()
    except idna.IDNAError:
        return ""
    return f"{local}@{ascii_domain}".translate(_SMALL)


_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def masked_email(address: str) -> str:
    """o***@v***.nl: enough to recognise one's own address, too little to learn another's."""
    local, _, domain = address.rpartition("@")
    name, _, ending = domain.rpartition(".")
    return f"{local[:1]}***@{name[:1]}***.{ending}"


def split_name(name: str) -> tuple[str, str, str]:
    """Given name, infix and family name of a full Dutch name: "Els van der Berg" -> Els, van der, Berg."""
    given, _, rest = name.strip().partition(" ")
    words = rest.split()
    infix = []
    while len(words) > 1 and words[0].lower() in _INFIXES:
        infix.append(words.pop(0))
    return given, " ".join(infix), " ".join(words) or given


def plain(words: str) -> str:
    """Words as one searches and sorts them: small letters without accents, and nothing but letters and digits."""
    bare = unicodedata.normalize("NFKD", words.casefold().translate(_PLAIN))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in bare if not _is_mark(letter)).split())


def _is_mark(letter: str) -> bool:
    return unicodedata.combining(letter) != 0 or letter in "'’`´"  # O'Brien is found as obrien


# Letters that Unicode does not take apart, as a Dutch keyboard writes them.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ĳ": "ij"})


def sort_name(given: str, infix: str, family: str) -> str:
    """What a list of people goes by: the family name without "van der", wherever that was filled in."""
    words = family.split()
    while len(words) > 1 and words[0].lower() in _INFIXES:
        infix = f"{infix} {words.pop(0)}"
    return f"{plain(' '.join(words))}, {plain(f'{given} {infix}')}"[:240]


_INFIXES = {"de", "den", "der", "het", "'t", "in", "op", "te", "ten", "ter", "van", "von", "el", "la", "le", "du"}


# Sessions


@dataclass(frozen=True)
class Limits:
    idle: timedelta
    whole: timedelta


def session_limits(kind: str, remembered: bool, is_staff: bool) -> Limits:
    """How long a session may rest and live (ASVS 7.3, NIST 800-63B-4 2.1.3; security.md RM9, T4, O6)."""
    if kind == "half":
        return Limits(timedelta(minutes=10), timedelta(minutes=10))
    if kind == "temporary":
        return Limits(timedelta(minutes=30), timedelta(minutes=30))
    if remembered and not is_staff:
        return Limits(timedelta(days=14), timedelta(days=30))
    return Limits(timedelta(hours=1), timedelta(hours=12))


def kind_after_password(role: str, has_second_step: bool) -> str:
    """What the own password opens: everything, or only the second step. Who works here always needs that (O1)."""
    return "half" if role or has_second_step else "full"


def session_is_over(limits: Limits, created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    return now > seen_at + limits.idle or now > created_at + limits.whole


def is_fresh(confirmed_at: datetime, now: datetime) -> bool:
    """Whether the password was typed so recently that a sensitive action need not ask for it."""
    return now <= confirmed_at + STEP_UP_WINDOW


_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Macintosh", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


def browser_label(user_agent: str) -> str:
    """Browser and system in a parent's words, "Chrome, Android"; "" when unknown. An update changes nothing."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def hashed(secret: str) -> str:
    """What is kept of a random secret of 128 bits or more: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def worth_a_line(of_address: int, of_everyone: int) -> bool:
    """Whether a wrong password goes in the access log: the how many-eth in a row for this address, and of everyone
    here in these ten minutes. In a flood only what is aimed at one address does, so that a flood hides nothing."""
    return of_everyone <= MOST_LINES or of_address in (5, 10, 20, 50, 100)


# Links


@dataclass(frozen=True)
class Token:
    """What a link says: the secret of its row, its organisation, and whether its time is over."""

    secret: str
    organisation_id: UUID
    late: bool


def sign_link(keys: list[bytes], purpose: str, secret: str, organisation_id: UUID, moment: datetime) -> str:
    """The part of a link that is secret: a timed itsdangerous token that says no name and no address."""
    return str(_serializer(keys, purpose, moment).dumps({"j": secret, "o": organisation_id.hex}))


def read_link(keys: list[bytes], purpose: str, token: str, max_age: int, now: datetime) -> Token | None:
    """What this token says, or None when it is not ours. `max_age` in seconds; exactly max_age old is still in time."""
    token = clean_token(token)
    if len(token) > LONGEST_TOKEN:
        return None
    serializer = _serializer(keys, purpose, now)
    late = False
    try:
        payload = serializer.loads(token, max_age=max_age)
    except SignatureExpired as expired:
        payload = serializer.load_payload(expired.payload or b"")
        late = expired.date_signed is None or expired.date_signed <= now or expired.date_signed > now + SKEW
    except BadData:
        return None
    return _token(payload, late)


def _token(payload: Any, late: bool) -> Token | None:
    try:
        return Token(str(payload["j"]), UUID(payload["o"]), late)
    except (KeyError, TypeError, ValueError):
        return None


def clean_token(token: str) -> str:
    """A token without what mail programs glue behind it. A token itself never ends in these."""
    token = re.split(r"[?#\s]", unquote(token[: 4 * LONGEST_TOKEN]).strip(), maxsplit=1)[0]
    return re.sub(r"[=.,)>;:\"'\]/]+$", "", token)


class _Signer(TimestampSigner):
    """itsdangerous' signer on the clock of the portal, so that a mail is stamped with the moment it goes out."""

    def __init__(self, *args: Any, moment: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.moment = moment

    def get_timestamp(self) -> int:
        return int(self.moment.astimezone(UTC).timestamp())


def _serializer(keys: list[bytes], purpose: str, moment: datetime) -> URLSafeTimedSerializer:
    # SHA-256 and hmac: the defaults (SHA-1, django-concat) let a salt and a key change places (security.md, R8).
    return URLSafeTimedSerializer(
        keys,
        salt=f"ouderportaal.{purpose}.v1",
        signer=_Signer,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256, "moment": moment},
    )


# Credentials by mail


class NoCredentials(Refused):
    """Nothing was sent. `reason` says why: blocked, closed, "same hand" (security.md, E7), "today" or "this hour"."""

    def __init__(self, reason: str, email: str) -> None:
        super().__init__(_no_credentials(reason, email))
        self.reason = reason


def _no_credentials(reason: str, email: str) -> str:
    if reason == "blocked":
        return _("Het account van %(email)s is geblokkeerd. Hef eerst de blokkade op.", email=email)
    if reason == "closed":
        return _("Het account van %(email)s is gesloten. Open het eerst.", email=email)
    if reason == "same hand":
        return _(
            "U heeft dit adres net zelf gewijzigd. Daarom stuurt een collega de inloggegevens. "
            "Morgen kunt u het zelf weer."
        )
    if reason == "today":
        return _("Vandaag zijn er al drie keer inloggegevens gestuurd naar %(email)s. Bel de ouder.", email=email)
    return _("U heeft dit uur heel veel inloggegevens gestuurd. Wacht een uur.")


def no_credentials_because(
    status: str, changed_by: UUID | None, changed_at: datetime | None, by: UUID | None, now: datetime
) -> str:
    """The reason of NoCredentials, or "". Who has just chosen where credentials go does not send them too (E7)."""
    if status in ("blocked", "closed"):
        return status
    is_same_hand = by is not None and changed_by == by and changed_at is not None and now < changed_at + FOUR_EYES
    return "same hand" if is_same_hand else ""


def held_until(changed_by: UUID | None, changed_at: datetime | None, now: datetime) -> datetime | None:
    """Until when no link goes to an address that somebody of the office gave; None when one may go.

    Or who changed the address to his own would ask that link himself, on the page for who forgot a password (E7). A
    colleague may send credentials meanwhile.
    """
    until = changed_at + FOUR_EYES if changed_by is not None and changed_at is not None else now
    return until if now < until else None


# Where a visitor may go next

_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9_\-./?=&%~+]*")


def safe_path(target: str) -> str:
    """This path when it stays on our own site, else "". The caller checks that a page lives there."""
    if len(target) > 512 or not _PATH.fullmatch(target):
        return ""
    path = target.partition("?")[0]
    once = unquote(path)
    if "//" in once or "/." in once or "\\" in once or not once.isprintable() or not unquote(target).isprintable():
        return ""
    return target


def link_problem(is_used: bool, sent_at: datetime, max_age: timedelta, now: datetime) -> str:
    """Why this link no longer works: "used", "late", or "" when it does."""
    if is_used:
        return "used"
    return "late" if int(now.timestamp()) - int(sent_at.timestamp()) > max_age.total_seconds() else ""
