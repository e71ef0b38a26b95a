"""The office's file of contracts: one row for each, what it says, and why it cannot be taken over."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from portal.auth.rules import email_key
from portal.children.rules import ChildKey, child_key
from portal.contracts import rules
from portal.contracts.rules import Terms
from portal.errors import Refused
from portal.organisations.rules import CARE_TYPES, MOST_NOTICE
from portal.sheets import (
    MOST_BYTES,
    NO_TEXT,
    Remark,
    as_date,
    cents,
    header,
    hours_of,
    meant,
    records_of,
    rounded,
    shown,
    values_of,
)
from portal.text import _

MOST_ROWS = 10_000
LONGEST = {
    "contractnummer": rules.LONGEST_NUMBER, "contractouder": 254, "betaler": 254, "mee_akkoord": 1000,
    "kind_voornaam": 100, "kind_achternaam": 100, "kind_geboortedatum": 10, "opvangsoort": 30, "lrk_nummer": 12,
    "dagen": rules.LONGEST_DAYS, "weken": 9, "uren_per_jaar": 12, "tarief": 12, "begin": 10, "eind": 10,
    "opzegtermijn": 2, "akkoord": 10, "pdf": 100,
}  # fmt: skip
COLUMNS = tuple(LONGEST)
MAY_BE_EMPTY = (
    "betaler", "mee_akkoord", "lrk_nummer", "dagen", "uren_per_jaar", "eind", "opzegtermijn", "akkoord", "pdf",
)  # fmt: skip
EXAMPLE = "\r\n".join((  # with the mark that lets Excel read it as UTF-8
    "\ufeff" + ";".join(COLUMNS),
    "K-2026-17;anna@voorbeeld.nl;;piet@voorbeeld.nl;Noor;Bakker;1-5-2023;dagopvang;123456789;"
    "ma 8:00-18:00 + do 8:00-13:00 even;50;;10,71;4-1-2027;;;vragen;K-2026-17.pdf",
    "",
))  # fmt: skip
ASKS = {"vragen": False, "": False, "op papier": True, "papier": True}
WEEKS = {**{str(number): number for number in rules.WEEKS}, "flexibel": None, "flex": None}


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is right by itself."""

    line: int
    party: str
    payer: str
    also: tuple[str, ...]
    child_key: ChildKey
    child_name: str
    terms: Terms
    is_on_paper: bool
    pdf: str

    @property
    def number(self) -> str:
        return self.terms.number

    @property
    def file_name(self) -> str:
        return self.pdf or f"{self.number}.pdf"

    @property
    def addresses(self) -> list[str]:
        """Of everyone it names; the payer is the party when nobody else is named."""
        return list(dict.fromkeys((self.party, self.payer or self.party, *self.also)))


@dataclass
class Sheet:
    """What a file says. With one bad row nothing of it is taken over."""

    contracts: list[Row] = field(default_factory=list)
    bad_rows: list[Remark] = field(default_factory=list)
    extra_columns: list[str] = field(default_factory=list)
    rows: int = 0


def read(content: bytes, today: date) -> Sheet:
    """The contracts of this file, each row by itself. Raises Refused for no such file."""
    if len(content) > MOST_BYTES:
        raise Refused(_("Het bestand met regels is groter dan 10 MB. Verdeel het over meer bestanden."))
    records = records_of(content)
    names = header(next(records, None), COLUMNS, MAY_BE_EMPTY)
    sheet = Sheet(extra_columns=[shown(name) for name in names if name and name not in COLUMNS])
    lines: dict[str, int] = {}
    for sheet.rows, (line, cells) in enumerate(records, start=1):
        if sheet.rows > MOST_ROWS:
            raise Refused(_("Het bestand heeft meer dan 10.000 rijen. Verdeel het over meer bestanden."))
        values = values_of(names, cells, COLUMNS)
        problems = [values] if isinstance(values, str) else list(_take(sheet, lines, line, values, today))
        sheet.bad_rows += [Remark(line, problem) for problem in problems]
    if not sheet.rows:
        raise Refused(_("Onder de kolomnamen staat geen enkele rij."))
    return sheet


def _take(sheet: Sheet, lines: dict[str, int], line: int, values: dict[str, str], today: date) -> Iterator[str]:
    """What is wrong with this row; nothing: then it is a contract."""
    values = {name: meant(value) for name, value in values.items()}
    number = values["contractnummer"]
    if number and number in lines:
        yield _("contract %(number)s staat al op regel %(line)s", number=number, line=lines[number])
        return
    lines[number] = line
    problems = list(_cell_problems(values))
    slots, wrong = rules.slots_of(values["dagen"])
    yield from [*problems, *wrong]
    if problems or wrong:
        return
    hours = hours_of(values["uren_per_jaar"] or "0") or Fraction(0)
    terms = Terms(
        number, CARE_TYPES[values["opvangsoort"].casefold()], values["lrk_nummer"], tuple(slots),
        WEEKS[values["weken"].casefold()], rounded(hours * 60) or None, cents(values["tarief"]) or 0,
        as_date(values["begin"]) or date.min, as_date(values["eind"]),
        int(values["opzegtermijn"]) if values["opzegtermijn"] else None,
    )  # fmt: skip
    problems = [problem for _field, problem in rules.problems(terms, today)]
    yield from problems
    if not problems:
        sheet.contracts.append(_row(line, values, terms))


def _row(line: int, values: Mapping[str, str], terms: Terms) -> Row:
    given, family = values["kind_voornaam"], values["kind_achternaam"]
    born = as_date(values["kind_geboortedatum"]) or date.min
    party, payer = email_key(values["contractouder"]), email_key(values["betaler"])
    also = tuple(email_key(each) for each in values["mee_akkoord"].replace("+", " ").split())
    return Row(
        line=line, party=party, payer=payer, also=tuple(each for each in dict.fromkeys(also) if each != party),
        child_key=child_key(given, family, born), child_name=f"{given} {family}", terms=terms,
        is_on_paper=ASKS[values["akkoord"].casefold()], pdf=values["pdf"],
    )  # fmt: skip


def _cell_problems(values: Mapping[str, str]) -> Iterator[str]:
    for column, value in values.items():
        if not value and column not in MAY_BE_EMPTY:
            yield _("%(column)s is leeg", column=column)
        elif NO_TEXT.search(value.replace("\r", "").replace("\n", "") if column == "dagen" else value):
            yield _("in %(column)s staat een teken dat wij niet kennen", column=column)
        elif len(value) > LONGEST[column]:
            yield _("%(column)s is langer dan %(most)s tekens", column=column, most=LONGEST[column])
        elif value and column in _WORDS and value.casefold() not in _WORDS[column]:
            words = ", ".join(word for word in _WORDS[column] if word)
            yield _("%(column)s is %(words)s, niet %(value)s", column=column, words=words, value=value)
        elif value and column in _SHAPES and not _SHAPES[column](value):
            yield _not_right(column, value)


def _not_right(column: str, value: str) -> str:
    if column == "uren_per_jaar":
        return _("%(value)s is geen aantal uren, zoals 450", value=value)
    if column == "tarief":
        return _("%(value)s is geen prijs, zoals 10,71", value=value)
    return _("%(value)s is geen datum, zoals 15-12-2026", value=value)


_WORDS: dict[str, Mapping[str, object]] = {
    "opvangsoort": CARE_TYPES, "weken": WEEKS, "akkoord": ASKS,
    "opzegtermijn": {str(months): months for months in range(MOST_NOTICE + 1)},
}  # fmt: skip
_SHAPES: dict[str, Callable[[str], object]] = {
    "kind_geboortedatum": as_date, "begin": as_date, "eind": as_date,
    "uren_per_jaar": lambda value: (hours_of(value) or Fraction(-1)) >= 0,
    "tarief": lambda value: cents(value) is not None,
}  # fmt: skip
