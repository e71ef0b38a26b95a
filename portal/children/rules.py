"""What a guardian may, and when two names are one. Facts in, verdict out."""

import unicodedata
from datetime import date
from typing import NamedTuple


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

ChildKey = tuple[str, str, date]


def folded(name: str) -> str:
    """A name in the one form in which names compare: NFC, without capitals, single spaces."""
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(name.split())


def child_key(given_name: str, family_name: str, birth_date: date) -> ChildKey:
    """What makes two rows speak of one child. The family name is the whole of it, with "van der"."""
    return folded(given_name), folded(family_name), birth_date
