"""The annual statement: what it comes to, what stands in the way of it, and the number of a child on it.

Money is whole cents and time is whole minutes, so a sum is exact. Only the average rate of an hour is rounded: to a
whole cent, and a half away from zero (10.005 becomes 10.01, and -10.005 becomes -10.01).
"""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from portal.organisations.rules import CARE_NAMES
from portal.sheets import rounded

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
