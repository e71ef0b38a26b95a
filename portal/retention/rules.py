"""How long what is kept of a child stays after its last day (domain.md, G2): dates in, verdicts out."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from portal.children.rules import months_after
from portal.text import lazy_gettext

LONGEST_REASON = 300
NOTICE = timedelta(days=30)  # between the mail that offers to take all of it along, and the day it goes


class Term(NamedTuple):
    """One class of what is kept: its setting (months after the last day of the child), and how people call it."""

    setting: str
    name: object


TERMS = {
    "days": Term("KEEP_DAYS_MONTHS", lazy_gettext("Dagboek en foto's")),
    "rhythm": Term("KEEP_RHYTHM_MONTHS", lazy_gettext("Dagritme")),
    "child": Term("KEEP_CHILD_MONTHS", lazy_gettext("Papieren en gegevens van het kind")),
}
YEARS = "KEEP_FINANCIAL_YEARS"  # of what is about money: full years after the year it is about (AWR, article 52)


def last_day(end_date: date, months: int) -> date:
    """Until when something is kept of a child whose last day this was."""
    return months_after(end_date, months)


def ended_by(today: date, months: int) -> date:
    """Of whom this was the last day, or an earlier one, the time is over today."""
    return months_after(today, -months) - timedelta(days=1)


def first_year_kept(today: date, years: int) -> date:
    """What is about the years before this day is over."""
    return date(today.year - years, 1, 1)


def offers_for(today: date, months: int) -> date:
    """Whose last day was this or earlier, is told now that the days of the child will go."""
    return min(ended_by(today + NOTICE, months), today - timedelta(days=1))


def months_of(config: Mapping[str, int]) -> dict[str, int]:
    """Months by class, as this installation keeps it."""
    return {code: config[term.setting] for code, term in TERMS.items()}
