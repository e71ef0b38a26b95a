"""What a contract says: its days, hours and price, what that comes to, and when it can end.

Money is whole cents and time is whole minutes. What a contract comes to in a month is rounded once, at the end: hours
to two decimals, amounts to a cent. A half goes up: 37.505 hours is 37.51 (domain.md, F4).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from portal.children.rules import months_after
from portal.organisations.rules import CARE_NAMES
from portal.sheets import hours_of, rounded
from portal.text import _, lazy_gettext

CONTRACT = "contract"  # the kind of its document
LONGEST_NUMBER = 40
LONGEST_DAYS = 600  # characters
LONGEST_WORDS = 500
WEEKS = (40, 41, 46, 48, 50, 52)  # in a year; a contract without is flexible
REQUESTS = ("end", "change")
STATES = ("draft", "asked", "approved", "refused", "withdrawn")  # of a request
PARITIES = ("every", "even", "odd")  # weeks, as ISO 8601 numbers them
MOST_CENTS_AN_HOUR = 100_00
OLDEST, NEWEST = 15, 3  # years before and after today in which a date may lie
LEAVES_AT = {"kdv": 4, "peuter": 4}  # years: then this care ends by itself (F3)
NUMBER = re.compile(r"[^\W_][\w./ -]*")
LRK = re.compile(r"[0-9]{1,12}")
CARES = {code: name for code, name in CARE_NAMES.items() if code}
DAYS = (
    lazy_gettext("maandag"), lazy_gettext("dinsdag"), lazy_gettext("woensdag"), lazy_gettext("donderdag"),
    lazy_gettext("vrijdag"), lazy_gettext("zaterdag"), lazy_gettext("zondag"),
)  # fmt: skip
WEEK_WORDS = {"every": "", "even": lazy_gettext("even weken"), "odd": lazy_gettext("oneven weken")}


class Slot(NamedTuple):
    """A day of the week on which the child comes: from when to when, or only how long."""

    weekday: int  # 1 is Monday
    parity: str
    starts: time | None
    ends: time | None
    minutes: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed, as the portal knows it. The PDF says it in full."""

    number: str
    care_type: str
    lrk_number: str
    slots: tuple[Slot, ...]
    weeks: int | None  # in a year; None: flexible, on no fixed days
    minutes_a_year: int | None  # of a flexible contract, when it says so
    rate_cents: int
    starts_on: date
    ends_on: date | None = None
    notice_months: int | None = None  # None: as the organisation does

    def fingerprint(self, party_id: UUID, payer_id: UUID, signers: Iterable[UUID]) -> str:
        """The same for the same agreement. When it ends is no part of it: that is told later."""
        slots = sorted((each.weekday, each.parity, str(each.starts), each.minutes) for each in self.slots)
        said = (
            self.number, self.care_type, self.lrk_number, slots, self.weeks, self.minutes_a_year, self.rate_cents,
            str(self.starts_on), self.notice_months, str(party_id), str(payer_id), sorted(map(str, signers)),
        )  # fmt: skip
        return hashlib.sha256(repr(said).encode()).hexdigest()


# What it comes to


def minutes_a_year(slots: Sequence[Slot], weeks: int | None, flexible: int | None) -> Fraction | None:
    """Exactly; None for a flexible contract that does not say. Half of the weeks are even, half odd."""
    if weeks is None:
        return Fraction(flexible) if flexible else None
    return sum((each.minutes * Fraction(1 if each.parity == "every" else Fraction(1, 2)) for each in slots),
               Fraction(0)) * weeks  # fmt: skip


class Month(NamedTuple):
    """What a contract comes to in a month: hours in hundredths, and cents."""

    hours: int
    cents: int


def in_a_month(slots: Sequence[Slot], weeks: int | None, flexible: int | None, rate_cents: int) -> Month | None:
    """Hours a day x weeks a year x days / 12, on two decimals; and that times the price of an hour, in cents."""
    minutes = minutes_a_year(slots, weeks, flexible)
    if minutes is None:
        return None
    hours = rounded(minutes / 12 / 60 * 100)
    return Month(hours, rounded(Fraction(hours * rate_cents, 100)))


# When it ends


def notice_of(own: int | None, usual: int) -> int:
    """Months between asking to end a contract and its last day."""
    return usual if own is None else own


def first_last_day(today: date, months: int) -> date:
    """The first day that can be the last one, for who asks it today: any day of a month will do (F3)."""
    return months_after(today, months)


def last_day(kind: str, day: date) -> date:
    """Until when the contract is as it is now. Its month is that of the last invoice of it."""
    return day if kind == "end" else day - timedelta(days=1)


def day_problem(day: date, today: date, months: int, starts_on: date, ends_on: date | None) -> str:
    """Why a contract cannot end or change on this day, or ""; it names the day from which it can."""
    first = max(first_last_day(today, months), starts_on)
    if day < first:
        return _("Dat is te vroeg. De eerste dag die kan, is %(day)s.", day=f"{first:%d-%m-%Y}")
    if ends_on and day >= ends_on:
        return _("Dit contract stopt al op %(day)s.", day=f"{ends_on:%d-%m-%Y}")
    if day.year > today.year + NEWEST:
        return _("Deze dag ligt te ver weg.")
    return ""


def leaves_on(care_type: str, birth_date: date | None) -> date | None:
    """The birthday on which this care ends by itself."""
    years = LEAVES_AT.get(care_type)
    return months_after(birth_date, 12 * years) if years and birth_date else None


# What is wrong with what was filled in


def problems(terms: Terms, today: date) -> Iterator[tuple[str, str]]:
    """The name of a field, and what is wrong with it, in words that begin small."""
    if not NUMBER.fullmatch(terms.number):
        yield "number", _("%(value)s is geen contractnummer: het begint met een letter of cijfer", value=terms.number)
    if terms.lrk_number and not LRK.fullmatch(terms.lrk_number):
        yield "lrk_number", _("%(value)s is geen LRK-nummer: dat zijn hoogstens 12 cijfers", value=terms.lrk_number)
    if not 0 < terms.rate_cents <= MOST_CENTS_AN_HOUR:
        yield "rate", _("de prijs van een uur ligt tussen 0,01 en 100,00 euro")
    if terms.weeks and not terms.slots:
        yield "days", _("zonder dagen kan alleen een flexibel contract")
    if terms.weeks and terms.minutes_a_year:
        yield "hours_a_year", _("uren per jaar vult u alleen in bij een flexibel contract")
    if terms.minutes_a_year and terms.minutes_a_year > 366 * 24 * 60:
        yield "hours_a_year", _("zoveel uren heeft een jaar niet")
    for name, day in (("starts_on", terms.starts_on), ("ends_on", terms.ends_on)):
        if day and not today.year - OLDEST <= day.year <= today.year + OLDEST:
            yield name, _("%(day)s ligt te ver van vandaag", day=f"{day:%d-%m-%Y}")
    if terms.ends_on and terms.ends_on < terms.starts_on:
        yield "ends_on", _("de laatste dag ligt voor de eerste dag")


# Days, as the office writes them


def slots_of(words: str) -> tuple[list[Slot], list[str]]:
    """The days of "maandag 8:00-18:00", each on its own line or behind a plus; and what cannot be read."""
    slots: list[Slot] = []
    wrong: list[str] = []
    for part in (each.strip() for each in re.split(r"[\n+]", words)):
        if not part:
            continue
        slot = _slot(part)
        if isinstance(slot, str):
            wrong.append(slot)
        elif clash := next((each for each in slots if _clash(each, slot)), None):
            wrong.append(_("%(day)s staat er twee keer", day=DAYS[clash.weekday - 1]))
        else:
            slots.append(slot)
    return sorted(slots, key=lambda each: (each.weekday, each.parity, each.starts or time())), wrong


_PART = re.compile(
    r"(?P<day>[a-z]+)\.? +"
    r"(?:(?P<starts>[0-9]{1,2}(?:[:.][0-9]{2})?) *(?:-|–|tot) *(?P<ends>[0-9]{1,2}(?:[:.][0-9]{2})?)"
    r"|(?P<hours>[0-9]{1,2}(?:[.,:][0-9]{1,2})?))(?: *(?:uur|u))?(?: +(?P<parity>even|oneven)(?: we(?:ek|ken))?)?"
)
_DAY_WORDS = {
    word: number
    for number, words in enumerate(
        ("ma maandag", "di dinsdag", "wo woensdag", "do donderdag", "vr vrijdag", "za zaterdag", "zo zondag"), start=1
    )
    for word in words.split()
}
_PARITY_WORDS = {"even": "even", "oneven": "odd", None: "every"}


def _slot(part: str) -> Slot | str:
    found = _PART.fullmatch(part.casefold())
    weekday = _DAY_WORDS.get(found["day"]) if found else None
    if found is None or weekday is None:
        return _("%(part)s lezen wij niet; schrijf een dag zo: maandag 8:00-18:00", part=part[:40])
    parity = _PARITY_WORDS[found["parity"]]
    if found["hours"]:
        minutes = rounded((hours_of(found["hours"]) or Fraction(0)) * 60)
        slot = Slot(weekday, parity, None, None, minutes)
    else:
        starts, ends = _time(found["starts"]), _time(found["ends"])
        if starts is None or ends is None:
            return _("%(part)s lezen wij niet; schrijf een dag zo: maandag 8:00-18:00", part=part[:40])
        slot = Slot(weekday, parity, starts, ends, _minute(ends) - _minute(starts))
    if not 0 < slot.minutes <= 24 * 60:
        return _("%(part)s kan niet: een dag duurt meer dan nul en hoogstens 24 uur", part=part[:40])
    return slot


def _time(words: str) -> time | None:
    hour, _mark, minute = words.replace(".", ":").partition(":")
    return time(int(hour), int(minute or 0)) if int(hour) < 24 and int(minute or 0) < 60 else None


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _clash(one: Slot, two: Slot) -> bool:
    """Whether both are on the same day of the same week, and not clearly one after the other."""
    if one.weekday != two.weekday or {one.parity, two.parity} == {"even", "odd"}:
        return False
    if one.starts is None or one.ends is None or two.starts is None or two.ends is None:
        return True
    return one.starts < two.ends and two.starts < one.ends


def written(slots: Iterable[Slot]) -> str:
    """These days as `slots_of` reads them, one on each line."""
    words = {number: word for word, number in _DAY_WORDS.items()}
    parities = {parity: word for word, parity in _PARITY_WORDS.items()}
    lines = []
    for each in slots:
        hours = f"{each.minutes // 60}:{each.minutes % 60:02}"
        span = f"{each.starts:%H:%M}-{each.ends:%H:%M}" if each.starts and each.ends else hours
        lines.append(" ".join(part for part in (words[each.weekday], span, parities[each.parity]) if part))
    return "\n".join(lines)
