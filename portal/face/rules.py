"""Which settings are the organisation's own, whose change counts when two make one, and whether a colour reads well."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from portal.organisations.rules import DARK_PAGE, LIGHT_PAGE, READABLE, accents, contrast

SETTINGS = (
    "name", "email", "phone", "phone_hours", "colour", "language", "credentials_mail", "temporary_password_hours",
    "shortest_password", "notice_months", "login_text",
)  # fmt: skip
Settings = Mapping[str, str | int]
LONGEST_DETAIL = 200  # characters of one line in the access log


def seen(values: Settings) -> str:
    """What somebody saw when the form was opened: a mark for each setting, to travel along with the form."""
    return "".join(_mark(values[name]) for name in SETTINGS)


class Merged(NamedTuple):
    """Two who change the same: what is to be in the form now, and which settings somebody else changed meanwhile."""

    values: dict[str, str | int]
    meanwhile: list[str]
    clashing: list[str]  # of those, the ones that both changed, and not to the same


def merged(seen_then: str, now: Settings, typed: Settings) -> Merged:
    """Put the two changes together: what I left as it was follows the other; what I typed stays."""
    marks = {name: seen_then[i * _MARK : (i + 1) * _MARK] for i, name in enumerate(SETTINGS)}
    meanwhile = [name for name in SETTINGS if _mark(now[name]) != marks[name]]
    mine = {name for name in SETTINGS if _mark(typed[name]) != marks[name]}
    return Merged(
        {name: typed[name] if name in mine else now[name] for name in SETTINGS},
        meanwhile,
        [name for name in meanwhile if name in mine and typed[name] != now[name]],
    )


_MARK = 8


def _mark(value: str | int) -> str:
    return hashlib.sha256(str(value).encode()).hexdigest()[:_MARK]


def lines(setting: str, old: str | int, new: str | int) -> list[str]:
    """What the access log says of this change: on one line when it fits, else the old and the new each in full."""
    both = f"{setting}: {old} -> {new}"
    if len(both) <= LONGEST_DETAIL:
        return [both]
    return [*_pieces(f"{setting} was: ", str(old)), *_pieces(f"{setting} is: ", str(new))]


def _pieces(label: str, value: str) -> list[str]:
    room = LONGEST_DETAIL - len(label)
    return [label + value[i : i + room] for i in range(0, max(len(value), 1), room)]


class Legible(NamedTuple):
    """How a colour does on the light and on the dark page, and what is shown in its place."""

    colour: str
    on_light: bool
    on_dark: bool
    shown_on_light: str
    shown_on_dark: str


def legible(colour: str) -> Legible:
    tints = accents(colour)
    return Legible(
        colour, contrast(colour, LIGHT_PAGE) >= READABLE, contrast(colour, DARK_PAGE) >= READABLE,
        tints["light"], tints["dark"],
    )  # fmt: skip


def stylesheet(colour: str) -> str:
    """The colour for what lies on a light and on a dark sample, whatever this screen itself is set to."""
    tint = accents(colour)
    return "".join(
        f".as-{page}{{--accent:{tint[page]};--accent-ink:{tint[f'{page}_ink']};--accent-soft:{tint[f'{page}_soft']}}}"
        for page in ("light", "dark")
    )
