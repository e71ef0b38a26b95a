"""What is written down of a child's day, in which words, and what cannot be."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from portal import clock
from portal.text import _, datum, language, lazy_gettext

FURTHEST_BACK = timedelta(days=365)
SAME_VISIT = timedelta(minutes=30)
MOST_A_DAY = 60  # of the rhythm of one child: a page of the timeline then always holds whole days

KIND_NAMES = {
    "bottle": lazy_gettext("Fles"),
    "sleep": lazy_gettext("Slapen"),
    "diaper": lazy_gettext("Luier"),
    "food": lazy_gettext("Eten"),
    "drink": lazy_gettext("Drinken"),
    "temperature": lazy_gettext("Temperatuur"),
    "medicine": lazy_gettext("Medicijn"),
    "sunscreen": lazy_gettext("Zonnebrand"),
    "note": lazy_gettext("Notitie"),
}
# What one press of a button says, by kind: "150" is an amount, the rest a choice.
QUICK = {
    "bottle": ("60", "90", "120", "150", "180", "210", "240"),
    "diaper": ("wet", "dirty", "both"),
    "food": ("all", "half", "none"),
    "drink": ("all", "half", "none"),
    "sunscreen": ("done",),
}
CHOICE_NAMES = {
    "wet": lazy_gettext("Nat"),
    "dirty": lazy_gettext("Vies"),
    "both": lazy_gettext("Nat en vies"),
    "all": lazy_gettext("Alles"),
    "half": lazy_gettext("De helft"),
    "none": lazy_gettext("Niets"),
    "done": lazy_gettext("Ingesmeerd"),
}
NEEDS_WORDS = ("medicine", "note")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One thing of a child's rhythm. The amount is millilitres, or tenths of a degree."""

    kind: str
    at: datetime
    until: datetime | None = None
    amount: int | None = None
    choice: str = ""
    note: str = ""


def day_problem(day: date, today: date) -> str:
    """Why nothing can be written about this day, or ""."""
    if day > today:
        return _("Deze dag is er nog niet.")
    if day < today - FURTHEST_BACK:
        return _("Deze dag is te lang geleden.")
    return ""


def rhythm_problem(said: Rhythm, now: datetime) -> str:
    """Why this cannot be written down, or ""."""
    if said.at > now or (said.until and said.until > now):
        return _("Deze tijd is er nog niet.")
    if said.until and said.until <= said.at:
        return _("Het einde ligt voor het begin.")
    if said.until and said.kind != "sleep":
        return _("Alleen slapen heeft een einde.")
    if said.kind == "bottle" and not (said.amount and 5 <= said.amount <= 500):
        return _("Vul in hoeveel er gedronken is: 5 tot 500 ml.")
    if said.kind == "temperature" and not (said.amount and 340 <= said.amount <= 430):
        return _("Vul de temperatuur in: 34 tot 43 graden.")
    if said.kind in ("diaper", "food") and said.choice not in QUICK[said.kind]:
        return _("Kies een van de mogelijkheden.")
    if said.kind in NEEDS_WORDS and not said.note.strip():
        return _("Schrijf erbij wat het was.")
    return ""


def sleep_problem(others: Collection[tuple[datetime, datetime | None]], said: Rhythm) -> str:
    """Why a child cannot sleep then, or "": it slept already."""
    if said.kind != "sleep":
        return ""
    for begin, end in others:
        if (end is None or said.at < end) and (said.until is None or begin < said.until):
            return _("Het kind sliep toen al. Kijk de tijden na.")
    return ""


# Words


class Said(NamedTuple):
    """One thing of the rhythm as a parent reads it."""

    time: str
    words: str


def said(rhythm: Rhythm) -> Said:
    time = clock_time(rhythm.at)
    if rhythm.kind == "sleep":
        return Said(f"{time}–{clock_time(rhythm.until)}", _("geslapen")) if rhythm.until else Said(time, _("slaapt"))
    return Said(time, ", ".join(part for part in (_WORDS[rhythm.kind](rhythm), _more(rhythm)) if part))


def clock_time(moment: datetime) -> str:
    """9:05 on the clock of Amsterdam"""
    there = clock.local(moment)
    return f"{there.hour}:{there.minute:02d}"


def _more(rhythm: Rhythm) -> str:
    return rhythm.note if rhythm.kind not in NEEDS_WORDS else ""


def _bottle(rhythm: Rhythm) -> str:
    return _("fles %(amount)s ml", amount=rhythm.amount)


def _temperature(rhythm: Rhythm) -> str:
    degrees = f"{(rhythm.amount or 0) / 10:.1f}"
    return _("temperatuur %(degrees)s °C", degrees=degrees.replace(".", ",") if language() == "nl" else degrees)


def _chosen(rhythm: Rhythm) -> str:
    names: dict[tuple[str, str], Callable[[], str]] = {
        ("diaper", "wet"): lambda: _("natte luier"),
        ("diaper", "dirty"): lambda: _("vieze luier"),
        ("diaper", "both"): lambda: _("natte en vieze luier"),
        ("food", "all"): lambda: _("alles gegeten"),
        ("food", "half"): lambda: _("de helft gegeten"),
        ("food", "none"): lambda: _("niets gegeten"),
        ("drink", "all"): lambda: _("alles gedronken"),
        ("drink", "half"): lambda: _("de helft gedronken"),
        ("drink", "none"): lambda: _("niets gedronken"),
        ("drink", ""): lambda: _("gedronken"),
    }
    known = names.get((rhythm.kind, rhythm.choice), lambda: "")
    amount = _("%(amount)s ml", amount=rhythm.amount) if rhythm.amount else ""
    return " ".join(part for part in (known(), amount) if part)


_WORDS: dict[str, Callable[[Rhythm], str]] = {
    "bottle": _bottle,
    "diaper": _chosen,
    "food": _chosen,
    "drink": _chosen,
    "temperature": _temperature,
    "medicine": lambda rhythm: _("medicijn: %(note)s", note=rhythm.note),
    "sunscreen": lambda _rhythm: _("ingesmeerd tegen de zon"),
    "note": lambda rhythm: rhythm.note,
}


def day_words(day: date, today: date) -> str:
    """vandaag, maandag 23 november 2026"""
    if day == today:
        return _("Vandaag, %(day)s", day=datum(day))
    return _("Gisteren, %(day)s", day=datum(day)) if day == today - timedelta(days=1) else datum(day)


def in_a_row(names: Sequence[str]) -> str:
    """Noor, Sem en Yara"""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s en %(last)s", names=", ".join(names[:-1]), last=names[-1])


# Pages of the timeline


def whole_days(found: Sequence[tuple[date, bool]], most: int) -> tuple[list[date], bool]:
    """The days to show and whether there are older ones. `found` has every day that was read, and whether it may go on
    behind what was read: such a day waits for the next page, unless it is all there is.
    """
    days = sorted({day for day, _is_cut in found}, reverse=True)
    cut = max((day for day, is_cut in found if is_cut), default=None)
    whole = [day for day in days if cut is None or day > cut] or days[:1]
    return whole[:most], cut is not None or len(whole) > most
