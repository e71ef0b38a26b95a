"""Where somebody lives, who to call for a child, and what was, is and would be of these beside each other."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from portal import clock
from portal.text import _, lazy_gettext

KINDS = ("address", "care", "contacts")
STATES = ("waiting", "approved", "refused", "withdrawn", "replaced")

Values = Mapping[str, Any]  # as a change keeps them: by the name of the column, or a list of contacts

KIND_NAMES = {
    "address": lazy_gettext("Woonadres"),
    "care": lazy_gettext("Huisarts en gezondheid"),
    "contacts": lazy_gettext("Noodcontacten"),
}
STATE_NAMES = {
    "waiting": lazy_gettext("wacht op de opvang"),
    "approved": lazy_gettext("akkoord"),
    "refused": lazy_gettext("niet akkoord"),
    "withdrawn": lazy_gettext("door u ingetrokken"),
    "replaced": lazy_gettext("vervangen door een nieuwe aanvraag"),
}

# Where somebody lives

ADDRESS = ("street", "number", "addition", "postcode", "town", "country")
EARLIEST, LATEST = timedelta(days=366), timedelta(days=366)  # how far from today the first day of an address may be
_HERE = ("nl", "nederland", "the netherlands", "netherlands")
_POSTCODE = re.compile(r"[1-9][0-9]{3} (?!SA|SD|SS)[A-Z]{2}")


def tidied(address: Mapping[str, str]) -> dict[str, str]:
    """As it is kept: a Dutch postcode as 3511 AB, and no country for the Netherlands."""
    said = {name: " ".join(address[name].split()) for name in ADDRESS}
    if said["country"].casefold() in _HERE:
        said["country"] = ""
    if not said["country"]:
        code = said["postcode"].replace(" ", "").upper()
        said["postcode"] = f"{code[:4]} {code[4:]}".strip()
    return said


def address_problems(address: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with an address that is tidied, by field. Abroad we do not know how addresses are written."""
    problems = {
        name: _("Hier staan geen letters. Schrijf het voluit.")
        for name in ("street", "town", "country")
        if address[name] and not any(sign.isalpha() for sign in address[name])
    }
    if not address["country"] and not _POSTCODE.fullmatch(address["postcode"]):
        problems["postcode"] = _(
            "Een postcode ziet er zo uit: 3511 AB. Woont u in een ander land? Vul dan het land in."
        )
    if not address["country"] and not address["number"][:1].isdecimal():
        problems["number"] = _("Vul het huisnummer in.")
    return problems


def day_problem(day: date, today: date) -> str:
    """Why an address cannot hold from this day, or ""."""
    if not today - EARLIEST <= day <= today + LATEST:
        return _("Kies een dag die hoogstens een jaar geleden is, of hoogstens een jaar later.")
    return ""


def address_line(address: Mapping[str, str]) -> str:
    if not address:
        return ""
    street = " ".join(filter(None, (address["street"], address["number"], address["addition"])))
    town = " ".join(filter(None, (address["postcode"], address["town"])))
    return ", ".join(filter(None, (street, town, address["country"])))


# Of a child

CARE = {
    "doctor": lazy_gettext("Huisarts"),
    "doctor_phone": lazy_gettext("Telefoon van de huisarts"),
    "allergies": lazy_gettext("Allergieën"),
    "medical_notes": lazy_gettext("Medische bijzonderheden"),
}
CONTACT = ("name", "phone", "relation")
MOST_CONTACTS = 4


def sees_contacts(role: str) -> bool:
    """Without custody a parent is told about the child (domain.md, B3), not about people who can be called."""
    return role != "no_custody"


def contact_line(contact: Mapping[str, str]) -> str:
    name = f"{contact['name']} ({contact['relation']})" if contact["relation"] else contact["name"]
    return f"{name}, {contact['phone']}"


# Beside each other


class Compared(NamedTuple):
    """One thing that changes: what it was when the change was asked, what it would be, and what it is now."""

    label: Any
    old: str
    new: str
    now: str

    @property
    def is_overtaken(self) -> bool:
        return self.now not in (self.old, self.new)


def compared(kind: str, old: Values, new: Values, now: Values) -> list[Compared]:
    words = [dict(_words(kind, values)) for values in (old, new, now)]
    return [
        Compared(label, *(each.get(name, "") for each in words))
        for name, label in _LABELS[kind].items()
        if name in words[1]
    ]


_LABELS: dict[str, dict[str, Any]] = {
    "address": {"address": KIND_NAMES["address"]},
    "care": CARE,
    "contacts": {"contacts": KIND_NAMES["contacts"]},
}


def _words(kind: str, values: Values) -> Iterator[tuple[str, str]]:
    if kind == "address":
        yield "address", address_line(values)
    elif kind == "contacts":
        yield "contacts", "\n".join(contact_line(each) for each in values.get("contacts", ()))
    else:
        yield from values.items()


def different(old: Values, new: Values) -> list[str]:
    """The names of what is not the same."""
    return [name for name in new if old.get(name, "") != new[name]]


# Telling the office once a day

MORNING, NOON = time(8), time(12)  # on the clock of Amsterdam


def is_morning(now: datetime) -> bool:
    return MORNING <= clock.local(now).time() < NOON


def days_waited(asked_at: datetime, today: date) -> int:
    return (today - clock.local(asked_at).date()).days


def kept(contacts: Sequence[Mapping[str, str]]) -> dict[str, list[dict[str, str]]]:
    """These contacts as a change keeps them."""
    return {"contacts": [{name: each[name] for name in CONTACT} for each in contacts]}


def mark(values: Values) -> str:
    """The same for the same values: what a page showed, and what is there when its button is pressed."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


# The number of a bank account

IBAN_WAITS = timedelta(hours=48)  # in which whoever it belongs to can stop it (domain.md, F11)
STOPS_IBAN = "stop iban"
# How long an IBAN is in each country of SEPA (European Payments Council, EPC409-09).
_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15,
    "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip


def iban_of(typed: str) -> str:
    """An IBAN in the one form in which it is kept, or "" when this is none (ISO 13616: 97 divides it but for 1)."""
    iban = "".join(typed.split()).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+", iban) or len(iban) != _LENGTHS.get(iban[:2]):
        return ""
    return iban if int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1 else ""


def in_fours(iban: str) -> str:
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def masked(iban: str) -> str:
    """NL** **** **** **** 89: enough to know one's own by."""
    return in_fours(iban[:2] + "*" * (len(iban) - 4) + iban[-2:])
