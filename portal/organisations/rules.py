"""What an organisation may look like: its colour, its origin, its short name."""

import colorsys
import re
from urllib.parse import urlsplit

DEFAULT_COLOUR = "#1f6f66"
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,30}")
PHONE = re.compile(r"(?=(?:\D*\d){6})[0-9+(). -]{6,30}")
COLOUR = re.compile(r"#[0-9a-f]{6}")
LIGHT_PAGE, DARK_PAGE = "#fbfaf7", "#1d1c1a"  # the pages and panels of portal.css
READABLE = 4.5  # WCAG 2.2, 1.4.3


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
        _ = parts.port
    except ValueError:
        return "The port of an origin is a number below 65536."
    if parts.scheme == "http" and not is_local(parts.hostname):
        return "An origin is https; only localhost and names ending in .localhost may be http."
    return ""


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
