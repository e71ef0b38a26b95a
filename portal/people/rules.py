"""The words by which people are found: small letters, without accents; and what a phone number looks like."""

import re
from collections.abc import Iterable

from portal.auth.rules import plain

LONGEST_WORD = 40


def full_name(*parts: str) -> str:
    """Given name, infix and family name as one writes them."""
    return " ".join(part for part in parts if part)


def words_of(*names: str) -> list[str]:
    """The words by which a person is found."""
    words: Iterable[str] = (word[:LONGEST_WORD] for name in names for word in plain(name).split())
    return list(dict.fromkeys(words))


MOST_TERMS = 5


def terms(typed: str) -> list[str]:
    """The words one searches by, the longest first: it leaves the fewest people."""
    return sorted(words_of(typed)[:MOST_TERMS], key=len, reverse=True)


def is_phone(words: str) -> bool:
    """Whether this can be a phone number, however it is written."""
    digits = re.sub(r"[ ()+./-]", "", words.strip())
    return digits.isascii() and digits.isdecimal() and 6 <= len(digits) <= 15
