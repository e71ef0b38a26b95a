"""What may be sent as a photo, what is said about one that may not, and when it was taken."""

from datetime import UTC, datetime, timedelta

from portal import clock
from portal.text import _

MOST_BYTES = 12 << 20
MOST_AT_ONCE = 30  # photos in one form (security.md, UP7)
MOST_IN_A_POST = MOST_AT_ONCE * MOST_BYTES + (1 << 20)
ACCEPT = "image/jpeg,image/png,image/webp,image/heic,image/heif"
LONGEST_CAPTION = 500
SIZES = ("klein", "midden", "groot")
SAME_WITHIN = timedelta(hours=1)  # the same bytes for the same group are the same photo
PAGE = 40  # thumbnails on a page (domain.md, D5)
OLDEST = timedelta(days=3650)  # what a camera says of longer ago is a camera that lost its clock

_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def looks_like_a_photo(content: bytes) -> bool:
    """Whether this begins as a photo does. Only so that the sender hears it at once; what it is, opening it tells."""
    return (
        content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")
        or (content[4:8] == b"ftyp" and content[8:12] in _HEIF)
    )


def why_not(problem: str) -> str:
    """The sentence for a photo that cannot be used, by the problem in one word."""
    sentences = {
        "kind": _("Dit is geen foto die wij kennen. Kies een JPEG-, HEIC-, PNG- of WebP-bestand."),
        "heavy": _("Deze foto is groter dan 12 MB. Maak hem kleiner en stuur hem opnieuw."),
        "large": _("Deze foto heeft te veel beeldpunten. Maak hem kleiner en stuur hem opnieuw."),
        "broken": _("Deze foto is beschadigd of niet helemaal aangekomen. Stuur hem opnieuw."),
        "small": _("Deze foto is te klein. Neem er een van minstens 48 beeldpunten breed of hoog."),
        "failed": _("Het lukte ons niet deze foto te verwerken. Stuur hem opnieuw, of neem een andere."),
    }
    return sentences.get(problem, sentences["failed"])


def problem_of(content: bytes) -> str:
    """What can be said of a photo without opening it; "" when nothing."""
    if len(content) > MOST_BYTES:
        return "heavy"
    if not content:
        return "broken"
    return "" if looks_like_a_photo(content) else "kind"


def moment_taken(said: datetime | None, sent_at: datetime) -> datetime:
    """When this photo was taken, by what the camera says; when that cannot be, it counts from when it was sent.

    A camera without a time zone is one of here.
    """
    if said is None:
        return sent_at
    try:
        moment = (said if said.tzinfo else said.replace(tzinfo=clock.AMSTERDAM)).astimezone(UTC)
    except OverflowError:  # at the edge of all time
        return sent_at
    return moment if sent_at - OLDEST < moment <= sent_at + timedelta(minutes=10) else sent_at
