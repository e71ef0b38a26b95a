"""From when to when somebody may fetch a child, and what is wrong with what was filled in."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from portal.text import _, lazy_gettext

ALWAYS, UNTIL, ONCE = "always", "until", "once"
HOW = {
    ALWAYS: lazy_gettext("Altijd, tot u het stopt"),
    UNTIL: lazy_gettext("Tot en met de dag hieronder"),
    ONCE: lazy_gettext("Eén keer: alleen op de dag hieronder"),
}
MOST = 20  # that one parent gives for one child
LONGEST = timedelta(days=366)  # ahead, for once
LAST_AGE = 18  # years ahead, for a last day
FEWEST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may fetch, and when. `day` is the last one, or with "once" the only one."""

    name: str
    relation: str
    phone: str
    how: str = ALWAYS
    day: date | None = None

    @property
    def valid_to(self) -> date | None:
        return self.day if self.how == UNTIL else None

    @property
    def one_time_date(self) -> date | None:
        return self.day if self.how == ONCE else None


def tidy(words: str) -> str:
    """On one line, with single spaces."""
    return " ".join(words.split())


def phone_problem(phone: str) -> str:
    """Somebody calls it when there is doubt at the door, so it is more than a word."""
    if not re.fullmatch(r"[0-9+() ./-]+", phone) or sum(sign.isdigit() for sign in phone) < FEWEST_DIGITS:
        return _("Dit is geen telefoonnummer. Schrijf het bijvoorbeeld zo: 06-12345678.")
    return ""


def day_problem(how: str, day: date | None, today: date) -> str:
    """Why this day does not go with what was chosen, or ""."""
    if how == ALWAYS:
        words = _("U vulde een dag in. Kies hierboven of dit de laatste dag is, of de enige. Of maak dit vak leeg.")
        return words if day else ""
    if day is None:
        return _("Vul de dag in.")
    if day < today:
        return _("Deze dag is al voorbij. Kies vandaag of later.")
    if how == ONCE and day - today > LONGEST:
        return _("Deze dag ligt te ver weg. Kies een dag binnen een jaar.")
    if day.year > today.year + LAST_AGE:
        return _("Deze dag ligt te ver weg.")
    return ""


def problem(said: Permission, today: date) -> str:
    """Why nobody can be put on the list like this, or ""."""
    if not said.name or not said.relation:
        return _("Vul een naam in, en wie dit is van het kind.")
    return phone_problem(said.phone) or day_problem(said.how, said.day, today)
