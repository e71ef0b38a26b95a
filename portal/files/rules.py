"""What may be sent as a picture, and what is said about one that may not."""

from datetime import timedelta

from portal.text import _

MOST_BYTES = 8 << 20  # of one picture; the photo a phone takes of a logo is half of that
MOST_IN_A_POST = 10 << 20  # so that a picture that is a little too large gets a sentence and not an error page
ACCEPT = "image/png,image/jpeg,image/webp"
DRAFTS_LIVE = timedelta(days=1)
LONGEST_NAME = 100
PDF = "application/pdf"
# Signs that turn the reading direction: "exe.gnp" would be read as "png.exe" backwards.
_TURNERS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_name(name: str) -> str:
    """How a person called this file, fit to be shown: no folders, no signs that cannot be seen, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable() and sign not in _TURNERS).strip()
    if len(shown) <= LONGEST_NAME:
        return shown
    stem, dot, kind = shown.rpartition(".")
    tail = f"{dot}{kind}" if stem and len(kind) <= 5 else ""
    return shown[: LONGEST_NAME - len(tail) - 1] + "…" + tail


def name_of_pdf(name: str) -> str:
    """The same of a PDF. In one may stand a page with a script too: called .html, a computer would run that."""
    shown = clean_name(name)
    return shown if not shown or shown.lower().endswith(".pdf") else clean_name(f"{shown}.pdf")


def why_not(problem: str) -> str:
    """The sentence for a picture that cannot be used (the problems of portal.files.images)."""
    sentences = {
        "kind": _("Dit is geen plaatje dat wij kennen. Kies een PNG-, JPEG- of WebP-bestand."),
        "large": _("Dit plaatje heeft te veel beeldpunten. Maak het kleiner, bijvoorbeeld 1000 beeldpunten breed."),
        "broken": _("Dit bestand is beschadigd of niet helemaal aangekomen. Kies het nog een keer, of neem een ander."),
        "small": _("Dit plaatje is te klein. Neem er een van minstens 48 beeldpunten breed of hoog."),
        "narrow": _("Dit plaatje is te lang en te smal. Kies een ander plaatje."),
        "empty": _("Op dit plaatje staat niets. Kies een ander plaatje."),
        "pale": _("Dit logo is zo licht dat het op een witte bladzijde niet te zien is. Kies een donkerder logo."),
    }
    return sentences[problem]


def busy() -> str:
    return _("Wij zijn nog bezig met een ander plaatje. Probeer het over een minuut nog een keer.")


def full() -> str:
    return _("Het bestand kon niet worden bewaard. Misschien is de schijf vol. Vraag het aan wie het portaal beheert.")
