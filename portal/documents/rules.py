"""What may be kept as a document, and what is said about a file that may not."""

import re

from portal.files import rules as files
from portal.text import _, lazy_gettext

CHILD_PAPER = "child_paper"
MOST_BYTES = 15 << 20
MOST_IN_A_POST = MOST_BYTES + (1 << 20)  # so that a file that is a little too large gets a sentence, not an error page
PDF = files.PDF
LONGEST_TITLE = 100
# How long it is kept, by what its care or its contract ends with (domain.md, G2).
RETENTION = ("child", "financial", "organisation")
# Who of the guardians of a child sees a paper of it (domain.md, B2 and B3).
AUDIENCES = {
    "daily": lazy_gettext("Alle ouders die de dagen van dit kind zien"),
    "deciding": lazy_gettext("Alleen ouders en voogden met gezag"),
}

_TAIL = 2048  # bytes; in what comes last a whole PDF says where its index is
_PROTECTED = re.compile(rb"/Encrypt\s{0,9}(?:\d{1,10}\s{1,9}\d{1,5}\s{1,9}R|<<)")


def problem_of(content: bytes) -> str:
    """Why this cannot be a document, in one word; "" when it can. Nothing in it is opened or unpacked here.

    What is protected cannot be read by who forgot the password, nor on every phone, in ten years.
    """
    if len(content) > MOST_BYTES:
        return "heavy"
    if not content:
        return "broken"
    if not content.startswith(b"%PDF-"):
        return "kind"
    if b"startxref" not in content[-_TAIL:] or b"%%EOF" not in content[-_TAIL:]:
        return "broken"
    return "protected" if _PROTECTED.search(content) else ""


def why_not(problem: str) -> str:
    sentences = {
        "heavy": _("Dit bestand is te groot. Het mag hoogstens 15 MB zijn."),
        "broken": _("Dit bestand is beschadigd of niet helemaal aangekomen. Kies het nog een keer, of neem een ander."),
        "kind": _("Dit is geen PDF-bestand. Sla het eerst op als PDF, en kies dan dat bestand."),
        "protected": _("Dit PDF-bestand is beveiligd. Sla het op zonder wachtwoord, en kies het dan opnieuw."),
    }
    return sentences[problem]


def file_name(title: str) -> str:
    """How the file is called for who downloads it. Not as the sender called it: there anything may stand."""
    return " ".join(re.sub(r'[\\/:*?"<>|\x00-\x1f]', " ", title).split()).strip(". ") + ".pdf"
