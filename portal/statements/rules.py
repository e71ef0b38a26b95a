"""The annual statement: what it comes to, what stands in the way of it, and the number of a child on it.

Money is whole cents and time is whole minutes, so a sum is exact. Only the average rate of an hour is rounded: to a
whole cent, and a half away from zero (10.005 becomes 10.01, and -10.005 becomes -10.01).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, Literal, NamedTuple
from uuid import UUID

from portal.organisations.rules import CARE_NAMES
from portal.sheets import plain, rounded
from portal.text import _, lazy_gettext, source

STATEMENT = "statement"  # the kind of its document


class Counted(NamedTuple):
    """A line of an invoice that counts, or the sum of some; what is credited has a minus."""

    lrk_number: str
    care_type: str
    minutes: int
    cents: int


class Sum(NamedTuple):
    """What a statement says of one kind of care at one place: no difference is made between fixed and extra hours."""

    lrk_number: str
    care_type: str
    minutes: int
    cents: int
    rate_cents: int  # of an hour, on average


def summed(lines: Iterable[Counted]) -> tuple[Sum, ...]:
    """What these lines come to. What was credited whole is left out."""
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for line in lines:
        minutes, cents = totals.get((line.lrk_number, line.care_type), (0, 0))
        totals[line.lrk_number, line.care_type] = minutes + line.minutes, cents + line.cents
    return tuple(
        Sum(*key, minutes, cents, average(minutes, cents))
        for key, (minutes, cents) in sorted(totals.items(), key=lambda total: _place(*total[0]))
        if minutes or cents
    )


def average(minutes: int, cents: int) -> int:
    """Cents for an hour; 0 when there are no hours."""
    return rounded(Fraction(cents * 60, minutes)) if minutes else 0


@dataclass(frozen=True, slots=True)
class Facts:
    """All that stands on one statement, but for the number of the child. What was published is compared by it."""

    year: int
    payer_id: UUID
    child_id: UUID
    payer_name: str
    child_name: str
    child_born: date
    bsn_version: int  # of the number of the child; 0 when it is not known
    sums: tuple[Sum, ...]

    @property
    def minutes(self) -> int:
        return sum(each.minutes for each in self.sums)

    @property
    def cents(self) -> int:
        return sum(each.cents for each in self.sums)


class Personal(NamedTuple):
    """What stands in the PDF only, and no change of which makes a statement wrong but of the number (Facts)."""

    number: str  # of the child; "" when it is not known
    address: str  # of the payer


class Sender(NamedTuple):
    """The organisation, as its letters name it, and in its language."""

    name: str
    email: str
    phone: str
    colour: str
    language: str


State = Literal["new", "changed", "stuck", "published"]
STATES: dict[State, Any] = {
    "new": lazy_gettext("Nog niet klaargezet"),
    "changed": lazy_gettext("Klopt niet meer"),
    "stuck": lazy_gettext("Kan nog niet"),
    "published": lazy_gettext("Klaargezet"),
}


def state_of(facts: Facts, published: Facts | None) -> State:
    if published and is_same(facts, published):
        return "published"
    if problem_of(facts, is_correction=published is not None):
        return "stuck"
    return "changed" if published else "new"


def is_same(facts: Facts, published: Facts) -> bool:
    """Whether what was published still holds. A number that is gone changes nothing: it is forgotten in the end."""
    return facts == (published if facts.bsn_version else replace(published, bsn_version=0))


def problem_of(facts: Facts, is_correction: bool) -> str:
    """Why this cannot be a statement, in one word; "" when it can."""
    if any(each.minutes < 0 or each.cents < 0 for each in facts.sums):
        return "negative"
    if any(not each.minutes for each in facts.sums):
        return "hours"
    return "" if facts.sums or is_correction else "nothing"


def why_not(problem: str) -> str:
    sentences = {
        "negative": _(
            "Er is meer gecrediteerd dan gefactureerd. Een creditfactuur hoort bij het jaar van de opvang: zet die bij"
            " periode."
        ),
        "hours": _("Er is een bedrag zonder uren. Kijk de facturen en creditfacturen na."),
        "nothing": _("Alles van dit jaar is gecrediteerd. Er is niets om een jaaropgave van te maken."),
    }
    return sentences[problem]


def differences(facts: Facts, published: Facts) -> list[str]:
    """What is different by now, in words for the office."""
    said = {
        _("de uren of het bedrag"): facts.sums != published.sums,
        _("het BSN"): facts.bsn_version not in (0, published.bsn_version),
        _("een naam of de geboortedatum"): (
            (facts.payer_name, facts.child_name, facts.child_born)
            != (published.payer_name, published.child_name, published.child_born)
        ),
    }
    return [words for words, is_different in said.items() if is_different]


def is_wanted(facts: Facts, state: State, asked: str, words: str) -> bool:
    """Whether the list of the office shows this: of the state that is asked, and with these words in a name."""
    if (asked == "bsn" and facts.bsn_version) or (asked in STATES and asked != state):
        return False
    names = f"{facts.payer_name} {facts.child_name}".casefold()
    return all(word in names for word in words.casefold().split())


def is_over(year: int, today: date) -> bool:
    """Whether this year can have statements: until its last day more care may come."""
    return year < today.year


# Words and figures

_DAY_CARE, _AFTER_SCHOOL = lazy_gettext("Dagopvang"), lazy_gettext("Buitenschoolse opvang")
_TAX_NAMES = {  # of the six kinds the tax service knows three (Wet kinderopvang, artikel 1.1)
    "kdv": _DAY_CARE, "peuter": _DAY_CARE, "go": lazy_gettext("Gastouderopvang"),
    **dict.fromkeys(("bso", "vso", "nso", "holiday", "study"), _AFTER_SCHOOL),
}  # fmt: skip


def tax_name(care_type: str) -> Any:
    """What the tax service calls this kind of care."""
    return _TAX_NAMES.get(care_type, care_type)


def dutch_tax_name(care_type: str) -> str:
    """As it stands in a form of the tax service, whatever one reads here."""
    words = _TAX_NAMES.get(care_type)
    return source(words) if words else care_type


def title(facts: Facts) -> str:
    """Of its document: two children of one payer are told apart. The number of a child never stands in it."""
    return _("Jaaropgave %(year)s %(child)s", year=facts.year, child=facts.child_name)


def how_rounded() -> str:
    return _(
        "Het gemiddelde uurtarief is het totaalbedrag gedeeld door het aantal uren, afgerond op een hele cent. Een"
        " halve cent gaat naar boven."
    )


def hundredths(minutes: int) -> int:
    """These minutes in hundredths of an hour: 451 hours and 20 minutes is 451.33. A half cannot come up."""
    return rounded(Fraction(minutes * 100, 60))


def typed_hours(minutes: int) -> str:
    """As one types it in a form of the tax service."""
    return plain(hundredths(minutes))


_ORDER = list(CARE_NAMES)


def _place(lrk_number: str, care_type: str) -> tuple[int, str, str]:
    return (_ORDER.index(care_type) if care_type in _ORDER else len(_ORDER), care_type, lrk_number)


# The number of a child (burgerservicenummer)

_BETWEEN = re.compile(r"[\s.-]")


def bsn(typed: str) -> str | None:
    """The nine digits of what was typed, with or without spaces or dots; None when this cannot be a number (F7).

    Of the eleven test: nine times the first digit, eight times the second and so on, and the last one taken off, can
    be divided by eleven.
    """
    digits = _BETWEEN.sub("", typed)
    if not re.fullmatch(r"[0-9]{8,9}", digits) or not int(digits):
        return None
    digits = digits.zfill(9)  # the oldest numbers have eight, and are written with a zero in front
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))
    return digits if total % 11 == 0 else None


def masked(number: str) -> str:
    """*****6789"""
    return f"*****{number[-4:]}"
