"""What an organisation may look like: its colour, its origin, its short name. And what kinds of care there are."""

import colorsys
import re
from urllib.parse import urlsplit

from portal.text import LANGUAGES, _, lazy_gettext, ngettext

DEFAULT_COLOUR = "#1f6f66"
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,30}")
PHONE = re.compile(r"(?=(?:\D*\d){6})[0-9+(). -]{6,30}")
COLOUR = re.compile(r"#[0-9a-f]{6}")
LIGHT_PAGE, DARK_PAGE = "#fbfaf7", "#1d1c1a"  # the pages and panels of portal.css
LONGEST = {"name": 100, "phone_hours": 200, "login_text": 300}
MOST_NOTICE = 3  # months
WHOLE_NUMBERS = {"temporary_password_hours": (24, 168), "shortest_password": (8, 64), "notice_months": (0, MOST_NOTICE)}
ONE_OF = {"credentials_mail": ("password", "link"), "language": tuple(LANGUAGES)}
READABLE = 4.5  # WCAG 2.2, 1.4.3
CARE_TYPES = {  # the word of a file, and what is kept (domain.md, 3)
    "dagopvang": "kdv", "kdv": "kdv", "peuteropvang": "peuter", "bso": "bso", "voorschools": "vso", "vso": "vso",
    "naschools": "nso", "nso": "nso", "vakantieopvang": "holiday", "studiedag": "study", "gastouder": "go",
}  # fmt: skip
CARE_NAMES = {
    "": lazy_gettext("Geen opvang"), "kdv": lazy_gettext("Dagopvang"), "peuter": lazy_gettext("Peuteropvang"),
    "bso": lazy_gettext("Buitenschoolse opvang"), "vso": lazy_gettext("Voorschoolse opvang"),
    "nso": lazy_gettext("Naschoolse opvang"), "holiday": lazy_gettext("Vakantieopvang"),
    "study": lazy_gettext("Opvang op een studiedag"), "go": lazy_gettext("Gastouderopvang"),
}  # fmt: skip


def is_local(host: str) -> bool:
    """A name of this machine itself, where http is allowed: localhost and *.localhost (RFC 6761)."""
    return host == "localhost" or host.endswith(".localhost") or host in ("127.0.0.1", "[::1]")


def host_of(value: str) -> str:
    """The bare host name of a Host header: lower case, without port and trailing dot."""
    host = value.strip().lower()
    bracketed = host.startswith("[")
    name = host.partition("]")[0] + "]" if bracketed else host.partition(":")[0]
    return name.removesuffix(".")


def origin_problem(origin: str) -> str:
    """Why this cannot be an origin, in English for the command line; empty when it can."""
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "An origin looks like https://portaal.voorbeeld.nl."
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username or "*" in origin:
        return "An origin is only https:// and the host name, nothing after it."
    if not re.fullmatch(r"[a-z0-9.-]+", parts.hostname) or ".." in parts.hostname:
        return "The host name of an origin has only letters, digits, hyphens and dots."
    try:
        parts.port  # noqa: B018 (it is read for its exception)
    except ValueError:
        return "The port of an origin is a number below 65536."
    if parts.scheme == "http" and not is_local(parts.hostname):
        return "An origin is https; only localhost and names ending in .localhost may be http."
    return ""


def tidy(words: str) -> str:
    """What somebody typed or pasted, on one line: single spaces, and without what a word processor hides in it."""
    return " ".join(words.translate(_HIDDEN).split())


def _is_shown(words: str) -> bool:
    """Whether all of it can be seen, on one line. The joiner is in it for emoji of more than one part."""
    return words.replace("\u200d", "").isprintable()


_HIDDEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # soft hyphen, spaces of no width, byte order mark


def setting_problem(name: str, value: str | int) -> str:
    """Why this setting cannot have this value; empty when it can. Addresses are checked elsewhere."""
    if name in WHOLE_NUMBERS:
        low, high = WHOLE_NUMBERS[name]
        is_right = isinstance(value, int) and low <= value <= high
        return "" if is_right else _("Kies een getal van %(low)s tot %(high)s.", low=low, high=high)
    words = str(value)
    if name in ONE_OF:
        return "" if words in ONE_OF[name] else _("Kies een van de mogelijkheden.")
    if name == "colour":
        return "" if COLOUR.fullmatch(words.lower()) else _("Een kleur ziet eruit als #1f6f66.")
    if name == "phone":
        return (
            "" if PHONE.fullmatch(words) else _("Een telefoonnummer heeft minstens 6 cijfers, zoals 010 - 123 45 67.")
        )
    if name == "name":
        return name_problem(words)
    if not _is_shown(words):
        return _("Hier staat een teken dat wij niet kennen. Typ het opnieuw.")
    most = LONGEST[name]
    return _("Dit is te lang. Gebruik hoogstens %(most)s tekens.", most=most) if len(words) > most else ""


def name_problem(words: str) -> str:
    """Why this cannot be the name of an organisation, location or group; empty when it can."""
    is_right = 0 < len(words) <= LONGEST["name"] and _is_shown(words)
    return "" if is_right else _("Een naam heeft 1 tot 100 tekens op één regel.")


def accents(colour: str) -> dict[str, str]:
    """The organisation's colour, made readable: one set of tints for a light page and one for a dark page.

    Takes "#rrggbb". The accents have a contrast of at least 4.5 on their page and with the ink that stands on them.
    """
    light = _shifted(colour, LIGHT_PAGE, step=-0.02)
    dark = _shifted(colour, DARK_PAGE, step=0.02)
    return {
        "light": light,
        "light_ink": _ink_on(light),
        "light_soft": _mix(light, LIGHT_PAGE, 0.09),
        "dark": dark,
        "dark_ink": _ink_on(dark),
        "dark_soft": _mix(dark, DARK_PAGE, 0.16),
    }


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2.2, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _shifted(colour: str, page: str, step: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    while contrast(colour, page) < READABLE + 0.3:  # a little room, for links on a tinted panel
        lightness = min(1.0, max(0.0, lightness + step))
        colour = _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
    return colour


def _ink_on(colour: str) -> str:
    return max("#ffffff", "#101415", key=lambda ink: contrast(ink, colour))


def _mix(colour: str, page: str, share: float) -> str:
    return _hex(tuple(share * a + (1 - share) * b for a, b in zip(_parts(colour), _parts(page), strict=True)))


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


def _hex(parts: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def notice(months: int) -> str:
    """How long before the last day a contract is ended."""
    return ngettext("%(num)s maand", "%(num)s maanden", months) if months else _("geen")
