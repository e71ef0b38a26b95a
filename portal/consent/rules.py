"""The purposes every organisation asks about, and when a child has consent."""

from collections.abc import Iterable
from typing import NamedTuple

from portal.text import lazy_gettext, source


class Shipped(NamedTuple):
    """A purpose the portal itself asks about. Its Dutch words are what is kept; English is a translation of them."""

    code: str
    name: str
    text: str


PHOTO_OWN, PHOTO_TOGETHER, GROUP_NAME = "photo_own", "photo_together", "group_name"
SHIPPED = [
    Shipped(
        PHOTO_OWN,
        source(lazy_gettext("Foto's van uw kind")),
        source(lazy_gettext("Wij zetten foto's van uw kind in dit portaal. Alleen de ouders van uw kind zien ze.")),
    ),
    Shipped(
        PHOTO_TOGETHER,
        source(lazy_gettext("Foto's samen met andere kinderen")),
        source(
            lazy_gettext("Uw kind staat op foto's met andere kinderen. Ook de ouders van die kinderen zien die foto's.")
        ),
    ),
    Shipped(
        GROUP_NAME,
        source(lazy_gettext("Voornaam in een verhaal van de groep")),
        source(
            lazy_gettext(
                "De voornaam van uw kind staat in een verhaal over meer kinderen."
                " Ook de ouders van die kinderen lezen de naam."
            )
        ),
    ),
]


def has_consent(answers: Iterable[bool]) -> bool:
    """One who decides says yes, and nobody who decides says no (domain.md, B8)."""
    said = list(answers)
    return bool(said) and all(said)
