"""A CSV as the office's own software makes it: its characters, its rows, and what its cells mean."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from portal.errors import Refused
from portal.text import _

MOST_BYTES = 10 << 20  # of one with thousands of rows
MOST_LINES = 100_000  # those that are empty counted too
MOST_COLUMNS = 250


Record = tuple[int, list[str] | None]  # line and cells


class Remark(NamedTuple):
    """What there is to say about one line of the file."""

    line: int
    reason: str


# A spreadsheet in which somebody once went all the way down saves a million rows of nothing.
_EMPTY_CELLS = ";,\t \r\n"


def records_of(content: bytes) -> Iterator[Record]:
    """Line and cells of each row that is not empty; None for cells whose quotes are not right. Raises Refused."""
    text = _text(content)
    return _records(text, _separator(text))


def _text(content: bytes) -> str:
    """The characters of a file that is UTF-8 or Windows-1252.

    A file that is UTF-8 but for a few bytes keeps a mark in their place, so that their rows are named.
    """
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused(_("Dit is een Excel-bestand. Sla het in Excel op als CSV (UTF-8) en importeer dat."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("utf-8-sig", "replace")
        if all(character < "\x80" or character == "\ufffd" for character in text):
            text = content.decode("cp1252", "replace")
    first = text.lstrip().partition("\n")[0]
    if "\0" in first or "\ufffd" in first:
        raise Refused(_("Dit is geen tekstbestand. Sla de lijst op als CSV (UTF-8) en importeer dat."))
    text = text.rstrip(_EMPTY_CELLS)
    if not text:
        raise Refused(_("Het bestand is leeg."))
    return text


_FIRST_LINE = re.compile(r"\s*([^\r\n]*)")


def _separator(text: str) -> str:
    """What stands between the cells. Raises Refused for a file that only costs memory and time."""
    found = _FIRST_LINE.match(text)
    first = found[1] if found else ""
    separator = max(";,", key=first.count)
    if first.count(separator) >= MOST_COLUMNS:
        raise Refused(_("Het bestand heeft meer dan 250 kolommen. Laat alleen de kolommen staan die nodig zijn."))
    if max(text.count("\n"), text.count("\r")) > MOST_LINES:
        raise Refused(_("Het bestand heeft meer dan 20.000 rijen. Verdeel het over meer bestanden."))
    return separator


def _records(text: str, separator: str) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def header(record: Record | None, columns: Sequence[str], may_be_empty: Sequence[str]) -> list[str]:
    """The names of the columns, those that we know nothing of among them. Raises Refused when one is missing."""
    names = [name.strip().casefold() for name in (record and record[1]) or []]
    if not set(names) & set(columns):
        raise Refused(_("De eerste regel moet de kolommen noemen: %(names)s.", names="; ".join(columns)))
    missing = [name for name in columns if name not in names and name not in may_be_empty]
    if missing:
        raise Refused(_("In het bestand ontbreekt: %(names)s.", names=", ".join(missing)))
    double = [name for name in columns if names.count(name) > 1]
    if double:
        raise Refused(_("Deze kolom staat er twee keer in: %(names)s.", names=", ".join(double)))
    return names


def values_of(names: list[str], cells: list[str] | None, columns: Sequence[str]) -> dict[str, str] | str:
    """What stands in each of our columns; or a sentence when this cannot be said."""
    if cells is None:
        return _("de aanhalingstekens kloppen niet")
    if any(cell.strip() for cell in cells[len(names) :]):
        return _("er staan meer cellen dan kolomnamen")
    values = dict.fromkeys(columns, "")
    for name, cell in zip(names, cells, strict=False):
        if name in values:
            values[name] = unicodedata.normalize("NFC", cell.strip())
    return values


def shown(name: str) -> str:
    """The name of a column we know nothing of, fit for a screen."""
    return "".join(character if character.isprintable() else "?" for character in name[:40])


# Cells

# Control characters, halves of characters, damage of an earlier conversion, line breaks and turns of direction.
NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd\ufeff\u2028\u2029\u202a-\u202e\u2066-\u2069]")

# An apostrophe before what a spreadsheet would calculate (OWASP, CSV injection). `meant` takes one off again, so that
# a value that has one itself stays what it was.
_CALCULATES = re.compile(r"'*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")


def harmless(value: str) -> str:
    """This value as the cell of an export."""
    return f"'{value}" if _CALCULATES.match(value) else value


def meant(cell: str) -> str:
    """The value behind the cell of an export; a cell that was typed by hand is its own value."""
    return cell[1:] if cell.startswith("'") and _CALCULATES.match(cell) else cell


def as_date(value: str) -> date | None:
    """2023-05-01, 1-5-2023, 01-05-2023 or 01/05/2023."""
    found = _YEAR_FIRST.fullmatch(value) or _DAY_FIRST.fullmatch(value)
    if not found:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
_DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})([-/])(?P<month>[0-9]{1,2})\2(?P<year>[0-9]{4})")


# Money is whole cents and time is whole minutes

MOST_CENTS = 10_000_000_00  # in one cell
_CENTS = re.compile(r"(-?)(?:€ ?)?([0-9]{1,9}|[0-9]{1,3}(?:\.[0-9]{3}){1,2}(?=,|$))(?:[.,]([0-9]{1,2}))?")
_HOURS = re.compile(r"(-?)([0-9]{1,5})(?:[.,]([0-9]{1,4})|:([0-5][0-9]))?")


def cents(value: str) -> int | None:
    """926,42 or 926.42 or 1.926,42 or -30; None for anything else, such as a third of a cent."""
    found = _CENTS.fullmatch(value.strip())
    if not found:
        return None
    amount = int(found[2].replace(".", "")) * 100 + int((found[3] or "").ljust(2, "0"))
    if amount > MOST_CENTS:
        return None
    return -amount if found[1] else amount


def hours_of(value: str) -> Fraction | None:
    """37,50 or 37.5 or 37:30, exactly as it is written."""
    found = _HOURS.fullmatch(value.strip())
    if not found:
        return None
    hours = Fraction(int(found[2])) + Fraction(int(found[4] or 0), 60)
    if found[3]:
        hours += Fraction(int(found[3]), 10 ** len(found[3]))
    return -hours if found[1] else hours


def plain(amount: int) -> str:
    """92642 as 926,42: as it stands in a file."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100},{abs(amount) % 100:02}"


def rounded(exact: Fraction) -> int:
    """The whole number nearest to this; a half goes away from zero."""
    whole = (abs(exact.numerator) * 2 + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole
