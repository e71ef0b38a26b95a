"""What a program may send: JSON that says one thing, in words of a reasonable length."""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from portal.auth.rules import email_key
from portal.children.rules import birth_date_problem, folded, is_address
from portal.sheets import NO_TEXT
from portal.text import _
from portal.throttle.rules import Limit

PER_TOKEN = Limit("api", 300, timedelta(minutes=1))
WRONG_TOKENS = Limit("api_wrong", 30, timedelta(minutes=15))
MOST_PARENTS = 10
MOST_TOKENS = 20
MOST_UNKNOWN = 20  # unknown fields that are named
LONGEST_NAME = 60
LONGEST_TOKEN = 100
EXTERNAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CUSTODY = {"yes": "custody", "no": "no_custody", "guardian": "guardian", "foster": "foster"}
# Name of the field, longest value, and whether it may be left out.
CHILD = {"given_name": (100, False), "infix": (30, True), "family_name": (100, False), "group": (100, True)}
PARENT = {
    "email": (254, False), "given_name": (100, False), "infix": (30, True), "family_name": (100, False),
    "phone": (30, True), "custody": (10, False),
}  # fmt: skip
# The same, of a mail that came back.
BOUNCE = {"message_id": (255, False), "status": (12, False), "text": (1000, True), "recipient": (254, True)}
STATUS = re.compile(r"[45]\.[0-9]{1,3}\.[0-9]{1,3}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Problem(NamedTuple):
    """What is wrong, and where in the body (a JSON pointer)."""

    pointer: str
    detail: str


class Wrong(Exception):
    """What was sent cannot be taken over, and why."""

    status = 422

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


class Unreadable(Wrong):
    """The body is no JSON, or says two things at once."""

    status = 400

    def __init__(self, detail: str) -> None:
        super().__init__([Problem("", detail)])


class Taken(Wrong):
    """It would mix up two children."""

    status = 409

    def __init__(self, detail: str) -> None:
        super().__init__([Problem("", detail)])


@dataclass(frozen=True)
class SentParent:
    email: str
    given_name: str
    infix: str
    family_name: str
    phone: str | None  # None: not said, so it stays as it is
    role: str

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.given_name, self.infix, self.family_name) if part)


@dataclass(frozen=True)
class SentChild:
    """What a program says of a child. None for a group or phone that it does not name."""

    given_name: str
    infix: str
    family_name: str
    birth_date: date
    group: str | None
    parents: list[SentParent]


@dataclass(frozen=True)
class SentBounce:
    """What a program says of a mail that came back. "" for a recipient that it does not name."""

    message_id: str
    status: str
    text: str
    recipient: str


def read_bounce(content: bytes) -> SentBounce:
    """The mail that this body says came back. Raises Wrong with everything that is wrong with it."""
    sent = _parsed(content)
    if not isinstance(sent, dict):
        raise Wrong([Problem("", _("Dit moet een JSON-object zijn."))])
    if isinstance(sent.get("text"), str):  # an answer of a mail server often has more than one line
        sent["text"] = " ".join(sent["text"].split())
    problems: list[Problem] = []
    values = _texts(sent, BOUNCE, "", set(), problems)
    if "status" in values and not STATUS.fullmatch(values["status"]):
        problems.append(Problem("/status", _("Schrijf de status zo: 5.1.1.")))
    if problems:
        raise Wrong(problems)
    return SentBounce(**values)


def read(content: bytes, today: date) -> SentChild:
    """The child that this body tells of. Raises Wrong with everything that is wrong with it."""
    sent = _parsed(content)
    if not isinstance(sent, dict):
        raise Wrong([Problem("", _("Dit moet een JSON-object zijn."))])
    problems: list[Problem] = []
    values = _texts(sent, CHILD, "", {"birth_date", "parents"}, problems)
    birth_date = _birth_date(sent.get("birth_date"), today, problems)
    parents = _parents(sent.get("parents"), problems)
    if problems or birth_date is None:
        raise Wrong(problems)
    group = values["group"] if "group" in sent else None
    return SentChild(
        str(values["given_name"]), values["infix"] or "", str(values["family_name"]), birth_date, group, parents
    )


def _parsed(content: bytes) -> Any:
    if not content.strip():
        raise Unreadable(_("De inhoud is leeg. Stuur een JSON-object."))
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Unreadable(_("De inhoud is geen UTF-8.")) from None
    except (ValueError, RecursionError):
        raise Unreadable(_("De inhoud is geen geldige JSON.")) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable(_("Er staat een veld twee keer in."))
    return found


def _no_number(name: str) -> None:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(name)


def _texts(
    sent: dict[str, Any], fields: dict[str, tuple[int, bool]], at: str, others: set[str], problems: list[Problem]
) -> dict[str, str]:  # fmt: skip
    unknown = [name for name in sent if name not in fields and name not in others]
    problems += [Problem(_pointer(at, name), _("Dit veld kennen wij niet.")) for name in unknown[:MOST_UNKNOWN]]
    values = {}
    for name, (most, is_optional) in fields.items():
        value = sent.get(name, "")
        if isinstance(value, str):
            value = unicodedata.normalize("NFC", value).strip()
        if problem := _text_problem(value, most, is_optional):
            problems.append(Problem(f"{at}/{name}", problem))
        else:
            values[name] = value
    return values


def _pointer(at: str, name: str) -> str:
    """Where this field is (RFC 6901); of a name that is no text, or very long, only where it was found."""
    if len(name) > LONGEST_NAME or NO_TEXT.search(name):
        return at
    return f"{at}/{name.replace('~', '~0').replace('/', '~1')}"


def _text_problem(value: Any, most: int, is_optional: bool) -> str:
    if not isinstance(value, str):
        return _("Dit moet tekst zijn, tussen aanhalingstekens.")
    if len(value) > most:
        return _("Dit is te lang. Gebruik hoogstens %(most)s tekens.", most=most)
    if NO_TEXT.search(value):
        return _("Hier staat een teken dat wij niet kennen. Typ het opnieuw.")
    if not value and not is_optional:
        return _("Dit veld ontbreekt of is leeg.")
    return ""


def _birth_date(value: Any, today: date, problems: list[Problem]) -> date | None:
    found = None
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
    detail = birth_date_problem(found, today) if found else _("Schrijf de datum zo: 2026-11-23.")
    if detail:
        problems.append(Problem("/birth_date", detail))
    return found


def _parents(sent: Any, problems: list[Problem]) -> list[SentParent]:
    if not isinstance(sent, list) or len(sent) > MOST_PARENTS:
        most = _("Noem de ouders in een lijst van hoogstens %(most)s.", most=MOST_PARENTS)
        problems.append(Problem("/parents", most))
        return []
    parents, seen = [], set()
    for number, each in enumerate(sent):
        parent = _parent(each, f"/parents/{number}", problems)
        if parent is None:
            continue
        if email_key(parent.email) in seen:
            same = _("Twee ouders kunnen niet hetzelfde e-mailadres hebben.")
            problems.append(Problem(f"/parents/{number}/email", same))
        seen.add(email_key(parent.email))
        parents.append(parent)
    return parents


def _parent(sent: Any, at: str, problems: list[Problem]) -> SentParent | None:
    if not isinstance(sent, dict):
        problems.append(Problem(at, _("Dit moet een JSON-object zijn.")))
        return None
    before = len(problems)
    values = _texts(sent, PARENT, at, set(), problems)
    if "email" in values and not is_address(values["email"]):
        problems.append(Problem(f"{at}/email", _("Dit is geen e-mailadres. Er hoort een @ in.")))
    if "custody" in values and values["custody"] not in CUSTODY:
        problems.append(Problem(f"{at}/custody", _("Kies een van deze woorden: yes, no, guardian, foster.")))
    if len(problems) > before:
        return None
    phone = values["phone"] if "phone" in sent else None
    return SentParent(
        values["email"], values["given_name"], values["infix"], values["family_name"], phone, CUSTODY[values["custody"]]
    )


def external_id_problem(external_id: str) -> str:
    """Why a child cannot have this number, or ""."""
    if EXTERNAL_ID.fullmatch(external_id):
        return ""
    return _("Een nummer heeft hoogstens 64 letters, cijfers, punten en streepjes.")


def is_another_child(sent: SentChild, given_name: str, birth_date: date | None) -> bool:
    """Names and birthdays are corrected, but not both at once: then a number was given to a second child."""
    return sent.birth_date != birth_date and folded(sent.given_name) != folded(given_name)


def bearer(header: str) -> str:
    """The token in this header, or ""."""
    scheme, _space, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and len(token) <= LONGEST_TOKEN else ""
