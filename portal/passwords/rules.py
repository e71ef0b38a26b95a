"""What a password may be, and how the portal makes one up. Text in, verdict or text out."""

import hashlib
import hmac
import re
import secrets
import string
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from enum import Enum
from functools import cache
from pathlib import Path

LONGEST = 256  # code points. In UTF-8 that is never more than 1024 bytes, so this one number bounds both.
TEMPORARY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # 16 of these 31 are 79 bits; no 0, o, 1, l or i
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
PASSPHRASE_WORDS = 4  # with at least 2,048 words in words.txt: 44 bits or more
HASH_BYTES = 5  # of each SHA-256 in blocklist.bin


class Refusal(Enum):
    """Why a password is refused. The sentences are with the form."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    COMMON = "common"
    PERSONAL = "personal"
    TEMPORARY = "temporary"


def normalise(typed: str) -> str:
    """The text that is measured and hashed: NFC, never trimmed (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFC", typed)


def refusal(password: str, minimum: int, own_words: Iterable[str] = ()) -> Refusal | None:
    """Why this may not be a new password, or None when it may.

    `own_words` are what others know of this person: organisation, e-mail address, names of parent and
    children. Only the whole password counts: a blocked word inside a longer text is fine, and no kind of
    character is asked for (NIST SP 800-63B-4, 3.1.1.2; ASVS 5.0, 6.2.4, 6.2.5 and 6.2.11).
    """
    password = normalise(password)
    if len(password) > LONGEST:
        return Refusal.TOO_LONG
    if not _is_text(password):
        return Refusal.NOT_TEXT
    if len(password) < minimum:
        return Refusal.TOO_SHORT
    if looks_temporary(password):
        return Refusal.TEMPORARY
    readings = _readings(password)
    pieces = _pieces(own_words)
    if any(_is_made_of(reading, pieces) for reading in readings):
        return Refusal.PERSONAL
    if _is_a_pattern(password) or any(_is_listed(reading) for reading in readings):
        return Refusal.COMMON
    return None


def cannot_be_hashed(typed: str) -> bool:
    """True for what no password of ours can be: too long, or not text. Login asks before hashing (L6, L8)."""
    password = normalise(typed)
    return len(password) > LONGEST or not _is_text(password)


def new_temporary_password() -> str:
    """A fresh password to mail: xxxx-xxxx-xxxx-xxxx."""
    return temporary_password_from(secrets.token_bytes(32))


def temporary_password_from(seed: bytes) -> str:
    """The one temporary password that belongs to this secret seed of 32 bytes or more."""
    return _in_fours(_letters_from(seed, b"temporary password", TEMPORARY_LETTERS, 16))


def looks_temporary(typed: str) -> bool:
    """Whether this has the shape of a temporary password, in capitals or with spaces too (T1, T5)."""
    return _TEMPORARY.fullmatch(typed) is not None


def canonical_temporary(typed: str) -> str:
    """The temporary password as it was hashed, or "" for what does not have its shape."""
    return _in_fours(re.sub(_GAP, "", typed).lower()) if looks_temporary(typed) else ""


def code_from(seed: bytes, letters: int = 8) -> str:
    """The one code XXXX-XXXX (5 bits a letter) that belongs to this secret seed of 32 bytes or more."""
    return _in_fours(_letters_from(seed, b"code", CODE_LETTERS, letters))


def canonical_code(typed: str, letters: int = 8) -> str:
    """The code as `code_from` gives it, or "" for what is none. Reads O as 0, I and L as 1 (Crockford)."""
    code = re.sub(_GAP, "", typed)
    code = code.upper().translate(_MISREAD) if code.isascii() else ""
    return _in_fours(code) if len(code) == letters and set(code) <= set(CODE_LETTERS) else ""


def new_passphrase() -> str:
    """Some Dutch words with hyphens between them, to offer on the page. Never one that `refusal` refuses."""
    while True:
        phrase = "-".join(secrets.SystemRandom().sample(_words(), PASSPHRASE_WORDS))
        if refusal(phrase, 15) is None:
            return phrase


def blocklist_hash(word: str) -> bytes:
    """How a folded and squeezed word stands in blocklist.bin (see README.md and build_blocklist.py)."""
    return hashlib.sha256(word.encode()).digest()[:HASH_BYTES]


# The hyphens are all those a mail program or word processor may have made of ours.
_GAP = r"[\s\-\u2010-\u2015\u2212]"
_FOUR = "[2-9a-hjkmnp-zA-HJKMNP-Z]{4}"
_TEMPORARY = re.compile(rf"\s*{_FOUR}(?:{_GAP}+{_FOUR}){{3}}\s*")
_MISREAD = str.maketrans("OIL", "011")

# What people write for a letter. The 1 stands for two letters, so there are two ways to read it.
_LEET_L = str.maketrans("013457@$!", "oleastasi")
_LEET_I = str.maketrans("013457@$!", "oieastasi")
_PADDING = string.digits + string.punctuation + string.whitespace

_FIELD_WORDS = """
    ouderportaal ouder ouders portaal portal kinderopvang opvang kind kinderen kinder dagverblijf kdv bso
    kinderdagverblijf buitenschoolse gastouder gastouderbureau peuterspeelzaal peuteropvang peuters peuter
    crèche juf leidster groep inloggen login mijn van de het een en
"""

_ROWS = """
    1234567890 abcdefghijklmnopqrstuvwxyz qwertyuiop asdfghjkl zxcvbnm azertyuiop qsdfghjklm wxcvbn qwertzuiop
    1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0 a1b2c3d4e5f6g7h8i9 1a2b3c4d5e6f7g8h9i qazwsxedcrfvtgbyhnujmikolp
    1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p !@#$%^&*()_+
"""
_RUNS = "\n".join(run for row in _ROWS.split() for run in (row * 2, row[::-1] * 2))


def _is_text(password: str) -> bool:
    """No control characters (Cc), which no password field sends, and no lone surrogates (Cs)."""
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in password)


def _folded(text: str) -> str:
    """Small letters without accents. For comparing only: what is hashed keeps them."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def _squeezed(text: str) -> str:
    """Without spaces and punctuation. Emoji stay: a passphrase may be made of them."""
    return "".join(c for c in text if c.isalnum() or unicodedata.category(c) == "So")


def _without_separators(text: str) -> str:
    """Squeezed, unless that throws away most of it: then the punctuation is the password."""
    squeezed = _squeezed(text)
    return squeezed if 2 * len(squeezed) >= len(text) else text


def _unit(text: str) -> str:
    """What is repeated from end to end ("welkomwelkomwel" gives "welkom"), or else the text itself."""
    for size in range(1, len(text) // 2 + 1):
        if text.startswith(text[size:]):
            return text[:size]
    return text


def _readings(password: str) -> set[str]:
    """The plain words someone who knows the usual tricks would read in this password.

    The tricks: capitals, punctuation, digits around it, the word twice, digits for letters.
    """
    folded = _folded(password)
    texts = {folded, folded.rstrip(_PADDING), folded.strip(_PADDING)}
    texts |= {text.translate(leet) for text in texts for leet in (_LEET_L, _LEET_I)}
    units = {_unit(_without_separators(text)) for text in texts}
    return {reading for unit in units for reading in (unit, _unit(unit.strip(string.digits))) if reading}


def _pieces(own_words: Iterable[str]) -> set[str]:
    """Each own word whole ("kokkinderopvang") and in parts ("kok"), and the words of the field."""
    pieces = set()
    for word in (*own_words, *_FIELD_WORDS.split()):
        folded = _folded(word)
        parts = re.findall(r"[^\W_]+", folded)
        pieces |= {_squeezed(folded), *(part.strip(string.digits) for part in parts)}
    return {piece for piece in pieces if len(piece) > 1}


def _is_made_of(text: str, pieces: set[str]) -> bool:
    """Whether the whole text is nothing but pieces, one after another."""
    ends = {0}
    for start in range(len(text)):
        if start in ends:
            ends |= {start + len(piece) for piece in pieces if text.startswith(piece, start)}
    return len(text) in ends


def _is_a_pattern(password: str) -> bool:
    """One short thing over and over, or only runs such as qwerty and 1234."""
    texts = {_folded(password), _without_separators(_folded(password))}
    return any(len(_unit(text)) < min(8, len(text)) or _is_runs(text) for text in texts)


def _is_runs(text: str) -> bool:
    """Whether the text falls apart into runs of three or more; the last may be shorter."""
    start = end = 0
    while end < len(text):
        end += 1
        run = text[start:end]
        if run in _RUNS or run == run[0] * len(run):
            continue
        if len(run) < 4:
            return False
        start = end = end - 1
    return text != ""


def _is_listed(word: str) -> bool:
    rows, wanted = _blocklist(), blocklist_hash(word)
    at = HASH_BYTES * bisect_left(range(len(rows) // HASH_BYTES), wanted, key=lambda row: _row(rows, row))
    return rows[at : at + HASH_BYTES] == wanted


def _row(rows: bytes, number: int) -> bytes:
    return rows[number * HASH_BYTES : (number + 1) * HASH_BYTES]


@cache
def _blocklist() -> bytes:
    return Path(__file__).with_name("blocklist.bin").read_bytes()


@cache
def _words() -> tuple[str, ...]:
    return tuple(Path(__file__).with_name("words.txt").read_text("ascii").split())


def _letters_from(seed: bytes, purpose: bytes, alphabet: str, count: int) -> str:
    """Letters from an HMAC-SHA256 counter stream. Bytes that would favour the first letters are skipped."""
    if len(seed) < 32:
        raise ValueError("The seed must be at least 32 secret bytes.")
    fair = 256 - 256 % len(alphabet)
    letters = ""
    block = 0
    while len(letters) < count:
        stream = hmac.digest(seed, purpose + block.to_bytes(4, "big"), "sha256")
        letters += "".join(alphabet[byte % len(alphabet)] for byte in stream if byte < fair)
        block += 1
    return letters[:count]


def _in_fours(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
