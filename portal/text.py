"""Words and filters for templates: dates, ages and translations. Dutch is the source, English a translation."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import flask_babel
from babel import dates, numbers
from babel.support import NullTranslations, Translations
from flask_babel.speaklater import LazyString

from portal import clock

__all__ = [
    "LANGUAGES",
    "_",
    "dag",
    "datum",
    "datumtijd",
    "duur",
    "euro",
    "getal",
    "grootte",
    "language",
    "lazy_gettext",
    "leeftijd",
    "maand",
    "ngettext",
    "one_line",
    "tijd",
    "uren",
    "urental",
    "verjaardag",
]

LANGUAGES = {"nl": "Nederlands", "en": "English"}


def _(text: str, **values: object) -> str:
    """This sentence in the language of the page or mail, with the values filled in: _("Dag %(name)s", name=name)."""
    words = translated(language(), text)
    return words % values if values else words


def lazy_gettext(text: str) -> Any:
    """This sentence in the language of whoever reads it, for what is made before anybody does: a label, a menu."""
    return LazyString(_, text)


def one_line(words: str) -> str:
    """Without line breaks and without what turns the direction of writing or cannot be seen (security.md, F9)."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def source(words: Any) -> str:
    """The Dutch of a lazy sentence, whoever reads: what is kept in a row, to be shown by `translated`."""
    return str(words._args[0])


def translated(spoken: str, text: str) -> str:
    return _catalogue(spoken).gettext(text)


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The sentence for one or for many; num is filled in as %(num)s."""
    return _catalogue(language()).ngettext(one, many, num) % {"num": num, **values}


@cache
def _catalogue(spoken: str) -> NullTranslations:
    """Kept for good: Flask-Babel looks for it at every sentence, which costs a page of sixty sentences a third more."""
    return Translations.load(Path(__file__).parent / "translations", [spoken])


def language() -> str:
    """The language of this page or mail: "nl" or "en"."""
    locale = flask_babel.get_locale()
    return str(locale.language) if locale else "nl"


def datum(day: date) -> str:
    """maandag 23 november 2026"""
    return dates.format_date(day, "EEEE d MMMM y", locale=language())


def verjaardag(birth_date: date) -> str:
    """16 juli"""
    return dates.format_date(birth_date, "d MMMM", locale=language())


def dag(moment: datetime) -> str:
    """23 november 2026, on the calendar of Amsterdam"""
    return dates.format_date(clock.local(moment).date(), "d MMMM y", locale=language())


def datumtijd(moment: datetime) -> str:
    """maandag 23 november 2026 om 14:03, on the clock of Amsterdam"""
    return _("%(day)s om %(time)s", day=datum(clock.local(moment).date()), time=tijd(moment))


def tijd(moment: datetime) -> str:
    """14:03, on the clock of Amsterdam"""
    return clock.local(moment).strftime("%H:%M")


def leeftijd(birth_date: date) -> str:
    """3 jaar, or 7 maanden for a small child"""
    today = clock.today()
    months = (today.year - birth_date.year) * 12 + today.month - birth_date.month - (today.day < birth_date.day)
    if months < 24 and months != 12:
        return ngettext("%(num)s maand", "%(num)s maanden", max(months, 0))
    return ngettext("%(num)s jaar", "%(num)s jaar", months // 12)


def getal(number: int) -> str:
    """2.000"""
    return str(numbers.format_decimal(number, locale=language()))


def uren(hundredths: int) -> str:
    """37,50 uur, of 3750 hundredths: what comes out of a sum and is no whole number of minutes"""
    hours = numbers.format_decimal(Decimal(hundredths) / 100, "#,##0.00", locale=language())
    return _("%(hours)s uur", hours=hours)


def euro(cents: int) -> str:
    """€ 1.926,42"""
    return str(numbers.format_currency(Decimal(cents) / 100, "EUR", locale=language())).replace("\xa0", " ")


def urental(minutes: int) -> str:
    """451,33: hours in hundredths, of which no half can come up"""
    return str(numbers.format_decimal(Decimal(minutes) / 60, "#,##0.00", locale=language()))


def duur(minutes: int) -> str:
    """37 uur en 30 minuten"""
    hours, rest = divmod(abs(minutes), 60)
    spoken = [ngettext("%(num)s uur", "%(num)s uur", hours)] if hours or not rest else []
    spoken += [ngettext("%(num)s minuut", "%(num)s minuten", rest)] if rest else []
    return ("-" if minutes < 0 else "") + _(" en ").join(spoken)


def maand(day: date) -> str:
    """november 2026"""
    return dates.format_date(day, "MMMM y", locale=language())


def grootte(size: int) -> str:
    """84 kB, 1,2 MB or 1,4 GB"""
    if size < 1_000_000:
        return f"{max(round(size / 1000), 1)} kB"
    large, unit = (size / 1_000_000, "MB") if size < 1_000_000_000 else (size / 1_000_000_000, "GB")
    return f"{numbers.format_decimal(round(large, 1), locale=language())} {unit}"
