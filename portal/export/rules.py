"""How long what was made can be fetched, and how things in it are called."""

import re
import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

from portal import clock

LIVES = timedelta(hours=72)
REMEMBERED = timedelta(days=7)  # that there was one
BEGUN = timedelta(hours=6)  # so long a download that broke off may go on without saying again who one is
FORMAT = "ouderportaal-kind-1"

_NOT_IN_A_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')  # not on Windows, in a folder or file
_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))}


def folder_name(given_name: str, organisation: str) -> str:
    """Noor - Kok Kinderopvang, as every computer takes it."""
    return f"{_name(given_name) or 'Kind'} - {_name(organisation) or 'Opvang'}"


def _name(words: str) -> str:
    shown = "".join(sign for sign in unicodedata.normalize("NFC", words) if sign.isprintable())
    name = " ".join(_NOT_IN_A_NAME.sub(" ", shown).split())[:60].strip(" .")
    return f"{name} 1" if name.lower() in _DEVICES else name


def photo_name(taken_at: datetime, photo_id: UUID) -> str:
    """2026-11-24_0932_1f0c3a5b.jpg: it sorts by when it was taken, and is the same in every export."""
    return f"{clock.local(taken_at):%Y-%m-%d_%H%M}_{photo_id.hex[:8]}.jpg"


def dated_name(moment: datetime, file_id: UUID, name: str) -> str:
    """2026-11-24_1f0c3a5b_Nieuwsbrief.pdf"""
    stem, dot, kind = name.rpartition(".")
    shown = f"{_name(stem)}.{_name(kind)}" if dot and len(kind) <= 5 else _name(name)
    return f"{clock.local(moment):%Y-%m-%d}_{file_id.hex[:8]}_{shown}"
