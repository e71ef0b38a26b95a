"""The office's file of parents: what each row says, and why a row (or the whole file) cannot be taken over."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from portal.auth.rules import email_key
from portal.children.rules import OLDEST_CHILD, ChildKey, child_key, folded, is_address
from portal.errors import Refused
from portal.text import _

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_LINES = 100_000  # those that are empty counted too
MOST_COLUMNS = 250
LONGEST = {  # as the columns of the database
    "email": 254, "voornaam": 100, "tussenvoegsel": 30, "achternaam": 100, "telefoon": 30,
    "kind_voornaam": 100, "kind_achternaam": 100, "kind_geboortedatum": 30, "groep": 100, "gezag": 30,
}  # fmt: skip
COLUMNS = tuple(LONGEST)
EXAMPLE = "\r\n".join((  # with the mark that lets Excel read it as UTF-8
    "\ufeff" + ";".join(COLUMNS),
    "anna@voorbeeld.nl;Anna;de;Vries;06 12345678;Noor;Bakker;1-5-2023;De Vlinders;ja",
    "piet@voorbeeld.nl;Piet;;Bakker;;Noor;Bakker;1-5-2023;De Vlinders;ja",
    "",
))  # fmt: skip
CHILD_COLUMNS = ("kind_voornaam", "kind_achternaam", "kind_geboortedatum")
MAY_BE_EMPTY = ("tussenvoegsel", "telefoon", "groep")
GEZAG = {
    "ja": "custody", "j": "custody", "nee": "no_custody", "n": "no_custody",
    "voogd": "guardian", "pleegouder": "foster",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParentRow:
    """One row that is right: one parent of one child."""

    line: int
    email: str
    email_key: str
    given_name: str
    infix: str
    family_name: str
    phone: str
    child_given_name: str
    child_family_name: str
    birth_date: date
    group: str
    role: str

    @property
    def name(self) -> dict[str, str]:
        return {"given_name": self.given_name, "infix": self.infix, "family_name": self.family_name}

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.given_name, self.infix, self.family_name) if part)

    @property
    def child_name(self) -> str:
        return f"{self.child_given_name} {self.child_family_name}"

    @property
    def child_key(self) -> ChildKey:
        return child_key(self.child_given_name, self.child_family_name, self.birth_date)


class Remark(NamedTuple):
    """What there is to say about one line of the file."""

    line: int
    reason: str


@dataclass
class Sheet:
    """What a file says. With one bad row nothing of it is taken over."""

    rows: list[ParentRow] = field(default_factory=list)
    bad_rows: list[Remark] = field(default_factory=list)
    extra_columns: list[str] = field(default_factory=list)


def read(content: bytes, today: date) -> Sheet:
    """The rows of this file, each checked by itself and against the rows above it. Raises Refused for no such file."""
    if len(content) > MOST_BYTES:
        raise Refused(_("Het bestand is groter dan 5 MB. Verdeel het over meer bestanden."))
    text = _text(content)
    separator = _separator(text)
    records = _records(text, separator)
    names = _header(next(records, None))
    sheet = Sheet(extra_columns=[_shown(name) for name in names if name and name not in COLUMNS])
    seen = _Seen()
    for count, (line, cells) in enumerate(records, start=1):
        if count > MOST_ROWS:
            raise Refused(_("Het bestand heeft meer dan 20.000 rijen. Verdeel het over meer bestanden."))
        _take(sheet, seen, line, names, cells, today)
    if not sheet.rows and not sheet.bad_rows:
        raise Refused(_("Onder de kolomnamen staat geen enkele rij."))
    return sheet


# The file

# A spreadsheet in which somebody once went all the way down saves a million rows of nothing.
_EMPTY_CELLS = ";,\t \r\n"


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


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str] | None]]:
    """Line and cells of each row that is not empty; None for cells whose quotes are not right."""
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


def _header(record: tuple[int, list[str] | None] | None) -> list[str]:
    names = [name.strip().casefold() for name in (record and record[1]) or []]
    if not set(names) & set(COLUMNS):
        raise Refused(_("De eerste regel moet de kolommen noemen: %(names)s.", names="; ".join(COLUMNS)))
    missing = [name for name in COLUMNS if name not in names and name not in MAY_BE_EMPTY]
    if missing:
        raise Refused(_("In het bestand ontbreekt: %(names)s.", names=", ".join(missing)))
    double = [name for name in COLUMNS if names.count(name) > 1]
    if double:
        raise Refused(_("Deze kolom staat er twee keer in: %(names)s.", names=", ".join(double)))
    return names


def _shown(name: str) -> str:
    """The name of a column we know nothing of, fit for a screen."""
    return "".join(character if character.isprintable() else "?" for character in name[:40])


# One row


def _take(
    sheet: Sheet, seen: "_Seen", line: int, names: list[str], cells: list[str] | None, today: date
) -> None:  # fmt: skip
    if cells is None:
        sheet.bad_rows.append(Remark(line, _("de aanhalingstekens kloppen niet")))
        return
    if any(cell.strip() for cell in cells[len(names) :]):
        sheet.bad_rows.append(Remark(line, _("er staan meer cellen dan kolomnamen")))
        return
    values = dict.fromkeys(COLUMNS, "")
    for name, cell in zip(names, cells, strict=False):
        if name in values:
            values[name] = unicodedata.normalize("NFC", cell.strip())
    birth_date = _date(values["kind_geboortedatum"])
    problems = list(_problems(values, today))
    if birth_date and not problems:
        row = _row(line, {name: meant(value) for name, value in values.items()}, birth_date)
        problems = [problem] if (problem := seen.problem(row)) else []
        sheet.rows.append(row)
    sheet.bad_rows += [Remark(line, problem) for problem in problems]


def _row(line: int, values: Mapping[str, str], birth_date: date) -> ParentRow:
    return ParentRow(
        line=line, email=values["email"], email_key=email_key(values["email"]),
        given_name=values["voornaam"], infix=values["tussenvoegsel"], family_name=values["achternaam"],
        phone=values["telefoon"], child_given_name=values["kind_voornaam"],
        child_family_name=values["kind_achternaam"], birth_date=birth_date,
        group=values["groep"], role=GEZAG[values["gezag"].casefold()],
    )  # fmt: skip


def _problems(values: Mapping[str, str], today: date) -> Iterator[str]:
    has_child = any(values[column] for column in CHILD_COLUMNS)
    if not has_child:
        yield _("er staat geen kind bij deze ouder")
    for column in COLUMNS:
        if not has_child and column in CHILD_COLUMNS:
            continue
        value = values[column]
        problem = _text_problem(column, value) if value else _empty_problem(column)
        if not problem and value and column in _CHECKS:
            problem = _CHECKS[column](meant(value), today)
        if problem:
            yield problem


def _empty_problem(column: str) -> str:
    if column in MAY_BE_EMPTY:
        return ""
    if column == "gezag":
        return _("gezag is leeg: vul in ja, nee, voogd of pleegouder")
    return _("%(column)s is leeg", column=column)


# Control characters, halves of characters, damage of an earlier conversion, line breaks and turns of direction.
NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd\ufeff\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_INTERNATIONAL_PHONE = re.compile(r"\+[0-9][0-9 ()./-]*")


def _text_problem(column: str, value: str) -> str:
    if NO_TEXT.search(value):
        return _("in %(column)s staat een teken dat wij niet kennen", column=column)
    if len(meant(value)) > LONGEST[column]:
        return _("%(column)s is langer dan %(most)s tekens", column=column, most=LONGEST[column])
    is_phone = column == "telefoon" and _INTERNATIONAL_PHONE.fullmatch(value)
    if value[0] in "=+-@" and not is_phone:
        return _("%(column)s begint met %(character)s, als een formule", column=column, character=value[0])
    return ""


# An apostrophe before what a spreadsheet would calculate (OWASP, CSV injection). `read` takes one off again, so that a
# value that has one itself stays what it was.
_CALCULATES = re.compile(r"'*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")


def csv_lines(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A file as Excel opens it here: semicolons, and a mark that it is UTF-8. `read` reads the same values."""
    yield "\ufeff"
    for some in _in_parts([COLUMNS, *rows]):
        part = io.StringIO()
        csv.writer(part, delimiter=";").writerows([harmless(value) for value in row] for row in some)
        yield part.getvalue()


def _in_parts(rows: list[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    for start in range(0, len(rows), 500):
        yield rows[start : start + 500]


def harmless(value: str) -> str:
    """This value as the cell of an export."""
    return f"'{value}" if _CALCULATES.match(value) else value


def meant(cell: str) -> str:
    """The value behind the cell of an export; a cell that was typed by hand is its own value."""
    return cell[1:] if cell.startswith("'") and _CALCULATES.match(cell) else cell


def _email_problem(value: str, _today: date) -> str:
    return "" if is_address(value) else _("%(value)s is geen e-mailadres", value=value)


def _date_problem(value: str, today: date) -> str:
    found = _date(value)
    if found is None:
        return _("%(value)s is geen datum, zoals 1-5-2023", value=value)
    if found > today:
        return _("kind_geboortedatum %(value)s ligt in de toekomst", value=value)
    if (found.year + OLDEST_CHILD, found.month, found.day) < (today.year, today.month, today.day):
        return _("kind_geboortedatum %(value)s is langer dan 18 jaar geleden", value=value)
    return ""


def _date(value: str) -> date | None:
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


def _gezag_problem(value: str, _today: date) -> str:
    return "" if value.casefold() in GEZAG else _("gezag is ja, nee, voogd of pleegouder, niet %(value)s", value=value)


_CHECKS = {"email": _email_problem, "kind_geboortedatum": _date_problem, "gezag": _gezag_problem}


# One row against the others


class _Seen:
    """The rows above: one name per address, one group per child, and each parent once with each child."""

    def __init__(self) -> None:
        self.parents: dict[str, ParentRow] = {}
        self.children: dict[ChildKey, ParentRow] = {}
        self.pairs: dict[tuple[str, ChildKey], int] = {}

    def problem(self, row: ParentRow) -> str:
        """What this row has against a row above it, or "". It is remembered for the rows below."""
        key = row.child_key
        parent = self.parents.setdefault(row.email_key, row)
        child = self.children.setdefault(key, row)
        if not child.group:
            self.children[key] = row
        line = self.pairs.setdefault((row.email_key, key), row.line)
        if folded(parent.full_name) != folded(row.full_name):
            return _(
                "%(email)s hoort op regel %(line)s bij %(name)s; twee personen kunnen geen adres delen",
                email=row.email, line=parent.line, name=parent.full_name,
            )  # fmt: skip
        if line != row.line:
            return _("deze ouder en dit kind staan al op regel %(line)s", line=line)
        if row.group and child.group and folded(child.group) != folded(row.group):
            return _(
                "%(child)s zit op regel %(line)s in groep %(group)s", child=row.child_name,
                line=child.line, group=child.group,
            )  # fmt: skip
        return ""
