"""What a guardian may, when two names are one, and what the office is told before it does something that matters."""

import calendar
import unicodedata
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from portal.auth.rules import email_key
from portal.errors import Refused
from portal.text import _, lazy_gettext

OLDEST_CHILD = 18  # years
LONGEST_BLOCK = 366  # days; a court order that lasts longer is entered anew, so that somebody looks at it again


# What a guardian may (domain.md, B2, B3)


class Rights(NamedTuple):
    can_decide: bool
    can_see_daily: bool


# Without custody nothing is seen before the office has recorded a request (domain.md, B3; BW 1:377c).
RIGHTS = {
    "custody": Rights(can_decide=True, can_see_daily=True),
    "guardian": Rights(can_decide=True, can_see_daily=True),
    "foster": Rights(can_decide=False, can_see_daily=True),
    "no_custody": Rights(can_decide=False, can_see_daily=False),
}


ROLE_NAMES = {
    "custody": lazy_gettext("Ouder met gezag"),
    "no_custody": lazy_gettext("Ouder zonder gezag"),
    "foster": lazy_gettext("Pleegouder"),
    "guardian": lazy_gettext("Voogd"),
}
MEANINGS = {
    "custody": lazy_gettext("Ziet alles van de dag en beslist mee."),
    "no_custody": lazy_gettext("Ziet niets, tot u hieronder een verzoek vastlegt. Beslist nooit mee."),
    "foster": lazy_gettext("Ziet alles van de dag. Beslist niet mee."),
    "guardian": lazy_gettext("Ziet alles van de dag en beslist mee."),
}


def rights(details: "RightsDetails") -> Rights:
    """What these details allow. A parent without custody sees (and decides nothing) once its request is recorded."""
    if details.role == "no_custody" and details.legal_basis and details.is_identified:
        return Rights(can_decide=False, can_see_daily=True)
    return RIGHTS[details.role]


def rights_problem(details: "RightsDetails") -> str:
    """Why these rights cannot be recorded like this, or ""."""
    if details.role == "no_custody" and details.legal_basis and not details.is_identified:
        return _("Bekijk eerst het identiteitsbewijs van deze ouder. Zet daarna het vinkje.")
    if details.role == "no_custody" and details.is_identified and not details.legal_basis:
        return _("Schrijf op wat deze ouder vraagt, en wanneer dat was.")
    if details.valid_from and details.valid_to and details.valid_to < details.valid_from:
        return _("De laatste dag ligt voor de eerste dag.")
    return ""


def is_valid(valid_from: date | None, valid_to: date | None, today: date) -> bool:
    return (valid_from is None or valid_from <= today) and (valid_to is None or valid_to >= today)


def is_in_force(confirmed_at: datetime | None, lifted_at: datetime | None, ends_on: date, today: date) -> bool:
    """Whether a block keeps the parent out today: two people saw it, nobody lifted it, its time is not over (B4)."""
    return confirmed_at is not None and lifted_at is None and ends_on >= today


def block_problem(reason: str, document: str, ends_on: date, today: date) -> str:
    """Why a block cannot be asked like this, or ""."""
    if not reason.strip() or not document.strip():
        return _("Een blokkade heeft een reden nodig, en een stuk van de rechter.")
    if ends_on < today:
        return _("De einddatum van de blokkade is al voorbij.")
    if (ends_on - today).days > LONGEST_BLOCK:
        return _("Een blokkade duurt hoogstens een jaar. Daarna vraagt u een nieuwe aan.")
    return ""


def may_confirm(asked_by: UUID, account_id: UUID) -> bool:
    """Nobody confirms a block that he or she asked (B4)."""
    return asked_by != account_id


# What the office fills in


@dataclass(frozen=True, slots=True)
class ChildDetails:
    """A child as the office knows it."""

    given_name: str
    infix: str
    family_name: str
    birth_date: date
    group_id: UUID | None = None
    external_id: str = ""  # the number of this child in the organisation's own software


@dataclass(frozen=True, slots=True)
class RightsDetails:
    """What a parent is to a child, on which ground, and from when to when."""

    role: str = "custody"
    legal_basis: str = ""
    is_identified: bool = False
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class ParentDetails:
    """A parent of a child. `is_known`: yes, the address is of somebody who is here already."""

    email: str
    given_name: str
    infix: str
    family_name: str
    phone: str = ""
    rights: RightsDetails = RightsDetails()
    address_shielded: bool = False
    is_known: bool = False

    @property
    def email_key(self) -> str:
        return email_key(self.email)


class KnownAddress(Refused):
    """The address is that of somebody here already; the office confirms that this is the same person (P3)."""

    def __init__(self, message: str, email_key: str) -> None:
        super().__init__(message)
        self.email_key = email_key


class KnownChild(Refused):
    """A child of this name and birthday is here already: `child_id`."""

    def __init__(self, message: str, child_id: UUID) -> None:
        super().__init__(message)
        self.child_id = child_id


class LastParent(Refused):
    """After this nobody would decide about the child; the office has to say that it means that."""


def is_address(value: str) -> bool:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return email_key(value) != ""


def birth_date_problem(birth_date: date, today: date) -> str:
    if birth_date > today:
        return _("Deze geboortedatum ligt in de toekomst.")
    if (birth_date.year + OLDEST_CHILD, birth_date.month, birth_date.day) < (today.year, today.month, today.day):
        return _("Deze geboortedatum is langer dan 18 jaar geleden.")
    return ""


def end_date_problem(end_date: date, birth_date: date | None, today: date) -> str:
    """Why this cannot be the last day of a child, or ""."""
    if birth_date and end_date < birth_date:
        return _("Deze dag ligt voor de geboorte van het kind.")
    if end_date.year > today.year + OLDEST_CHILD:
        return _("Deze dag ligt te ver weg.")
    return ""


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a month that has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def changed(before: Any, after: Any) -> list[str]:
    """The names of what is different between two of the same details, for the access log: never the values."""
    return [each.name for each in fields(before) if getattr(before, each.name) != getattr(after, each.name)]


# Names

ChildKey = tuple[str, str, date]


def folded(name: str) -> str:
    """A name in the one form in which names compare: NFC, without capitals, single spaces."""
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(name.split())


def child_key(given_name: str, family_name: str, birth_date: date) -> ChildKey:
    """What makes two rows speak of one child. The family name is the whole of it, with "van der"."""
    return folded(given_name), folded(family_name), birth_date


def is_someone_else(given_name: str, family_name: str, known_given_name: str, known_family_name: str) -> bool:
    """People marry and drop initials, but nobody gets another given name and another family name at once."""
    last_word, known_last_word = folded(family_name).split()[-1:], folded(known_family_name).split()[-1:]
    return last_word != known_last_word and folded(known_given_name) != folded(given_name)
