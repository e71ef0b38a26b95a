"""The office's file of parents: what each row says, and why a row (or the whole file) cannot be taken over."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.auth.rules import email_key
from portal.children.rules import OLDEST_CHILD, ChildKey, child_key, folded, is_address
from portal.errors import Refused
from portal.sheets import NO_TEXT, Remark, as_date, harmless, header, meant, records_of, shown, values_of
from portal.text import _

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
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
    records = records_of(content)
    names = header(next(records, None), COLUMNS, MAY_BE_EMPTY)
    sheet = Sheet(extra_columns=[shown(name) for name in names if name and name not in COLUMNS])
    seen = _Seen()
    for count, (line, cells) in enumerate(records, start=1):
        if count > MOST_ROWS:
            raise Refused(_("Het bestand heeft meer dan 20.000 rijen. Verdeel het over meer bestanden."))
        _take(sheet, seen, line, names, cells, today)
    if not sheet.rows and not sheet.bad_rows:
        raise Refused(_("Onder de kolomnamen staat geen enkele rij."))
    return sheet


# One row


def _take(
    sheet: Sheet, seen: "_Seen", line: int, names: list[str], cells: list[str] | None, today: date
) -> None:  # fmt: skip
    values = values_of(names, cells, COLUMNS)
    if isinstance(values, str):
        sheet.bad_rows.append(Remark(line, values))
        return
    birth_date = as_date(values["kind_geboortedatum"])
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


def _email_problem(value: str, _today: date) -> str:
    return "" if is_address(value) else _("%(value)s is geen e-mailadres", value=value)


def _date_problem(value: str, today: date) -> str:
    found = as_date(value)
    if found is None:
        return _("%(value)s is geen datum, zoals 1-5-2023", value=value)
    if found > today:
        return _("kind_geboortedatum %(value)s ligt in de toekomst", value=value)
    if (found.year + OLDEST_CHILD, found.month, found.day) < (today.year, today.month, today.day):
        return _("kind_geboortedatum %(value)s is langer dan 18 jaar geleden", value=value)
    return ""


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
