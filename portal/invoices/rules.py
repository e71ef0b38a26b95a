"""The office's file of invoices: what each row says, what an invoice comes to, and why one cannot be taken over.

Money is whole cents and time is whole minutes. A half is rounded away from zero: 401.625 is 401.63, and a credit of
-401.625 is -401.63.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from uuid import UUID

from portal.auth.rules import email_key
from portal.children.rules import ChildKey, child_key
from portal.errors import Refused
from portal.organisations.rules import CARE_TYPES
from portal.sheets import (
    MOST_BYTES,
    NO_TEXT,
    Remark,
    as_date,
    cents,
    header,
    hours_of,
    meant,
    plain,
    records_of,
    rounded,
    shown,
    values_of,
)
from portal.text import _, lazy_gettext

INVOICE = "invoice"  # the kind of its document
MOST_ROWS = 20_000
LONGEST = {
    "factuurnummer": 40, "periode": 10, "betaler": 254, "kind_voornaam": 100, "kind_achternaam": 100,
    "kind_geboortedatum": 10, "lrk_nummer": 12, "opvangsoort": 30, "omschrijving": 100, "uren": 12, "tarief": 12,
    "bedrag": 16, "totaal": 16, "vervaldatum": 10, "telt_mee": 3, "status": 10, "soort": 10, "pdf": 100,
}  # fmt: skip
COLUMNS = tuple(LONGEST)
MAY_BE_EMPTY = (
    "kind_voornaam", "kind_achternaam", "kind_geboortedatum", "lrk_nummer", "opvangsoort", "omschrijving", "uren",
    "tarief", "status", "soort", "pdf",
)  # fmt: skip
OF_INVOICE = ("periode", "betaler", "totaal", "vervaldatum", "status", "soort", "pdf")  # the same on each of its rows
EXAMPLE = "\r\n".join((  # with the mark that lets Excel read it as UTF-8
    "\ufeff" + ";".join(COLUMNS),
    "2026-0012;2026-11;anna@voorbeeld.nl;Noor;Bakker;1-5-2023;123456789;dagopvang;Vaste dagen;86,50;10,71;926,42;"
    "956,42;15-12-2026;ja;open;factuur;2026-0012.pdf",
    "2026-0012;2026-11;anna@voorbeeld.nl;;;;;;Uitstapje;;;30,00;956,42;15-12-2026;nee;open;factuur;2026-0012.pdf",
    "",
))  # fmt: skip
STATES = {"open": "open", "betaald": "paid", "te laat": "overdue", "verlopen": "overdue", "": "open"}
STATE_NAMES = {"open": lazy_gettext("Open"), "paid": lazy_gettext("Betaald"), "overdue": lazy_gettext("Te laat")}
SORTS = {"factuur": "invoice", "credit": "credit", "creditfactuur": "credit", "": "invoice"}
COUNTS = {"ja": True, "j": True, "nee": False, "n": False}
OLDEST, NEWEST = 10, 2  # years before and after today in which a date may lie


@dataclass(frozen=True, slots=True)
class Line:
    """One row that is right: what one thing on an invoice costs."""

    line: int
    child_key: ChildKey | None
    child_name: str
    lrk_number: str
    care_type: str
    description: str
    minutes: int
    rate_cents: int
    amount_cents: int
    counts: bool


@dataclass(slots=True)
class Invoice:
    """The rows of one number."""

    line: int
    last_line: int
    number: str
    sort: str
    period: date
    payer: str
    total_cents: int
    due_on: date
    state: str
    pdf: str
    said: tuple[str, ...]  # what each of its rows has to say the same
    lines: list[Line] = field(default_factory=list)

    @property
    def payer_key(self) -> str:
        return email_key(self.payer)

    @property
    def file_name(self) -> str:
        return self.pdf or f"{self.number}.pdf"

    def fingerprint(self, payer_id: UUID, child_ids: Mapping[ChildKey, UUID]) -> str:
        """The same for the same invoice: all of it that may never change under one number."""
        lines = [
            (child_ids.get(each.child_key) if each.child_key else None, each.lrk_number, each.care_type,
             each.description, each.minutes, each.rate_cents, each.amount_cents, each.counts)
            for each in self.lines
        ]  # fmt: skip
        said = (self.number, self.sort, str(self.period), payer_id, self.total_cents, lines)
        return hashlib.sha256(repr(said).encode()).hexdigest()


@dataclass
class Sheet:
    """What a file says. With one bad row nothing of it is taken over."""

    invoices: list[Invoice] = field(default_factory=list)
    bad_rows: list[Remark] = field(default_factory=list)
    extra_columns: list[str] = field(default_factory=list)
    rows: int = 0


def read(content: bytes, today: date) -> Sheet:
    """The invoices of this file, each row by itself and each invoice as a whole. Raises Refused for no such file."""
    if len(content) > MOST_BYTES:
        raise Refused(_("Het bestand met regels is groter dan 10 MB. Verdeel het over meer bestanden."))
    records = records_of(content)
    names = header(next(records, None), COLUMNS, MAY_BE_EMPTY)
    sheet = Sheet(extra_columns=[shown(name) for name in names if name and name not in COLUMNS])
    seen: dict[str, Invoice] = {}
    for sheet.rows, (line, cells) in enumerate(records, start=1):
        if sheet.rows > MOST_ROWS:
            raise Refused(_("Het bestand heeft meer dan 20.000 rijen. Verdeel het over meer bestanden."))
        values = values_of(names, cells, COLUMNS)
        problems = [values] if isinstance(values, str) else list(_take(sheet, seen, line, values, today))
        sheet.bad_rows += [Remark(line, problem) for problem in problems]
    if not sheet.rows:
        raise Refused(_("Onder de kolomnamen staat geen enkele rij."))
    wrong = {remark.line for remark in sheet.bad_rows}
    for invoice in sheet.invoices:  # of an invoice with a row that is wrong the sum says nothing
        if not wrong & set(range(invoice.line, invoice.last_line + 1)):
            sheet.bad_rows += _sum_problem(invoice)
    return sheet


def _take(sheet: Sheet, seen: dict[str, Invoice], line: int, values: dict[str, str], today: date) -> Iterator[str]:
    """Put this row with its invoice; what is wrong with it."""
    values = {name: meant(value) for name, value in values.items()}
    problems = [*_text_problems(values), *_day_problems(values, today)]
    yield from problems
    if problems:
        if values["factuurnummer"] in seen:
            seen[values["factuurnummer"]].last_line = line
        return
    invoice = seen.get(values["factuurnummer"])
    said = tuple(values[name].casefold() for name in OF_INVOICE)
    if invoice is None:
        invoice = seen[values["factuurnummer"]] = _invoice(line, values, said)
        sheet.invoices.append(invoice)
    elif invoice is not sheet.invoices[-1]:
        yield _(
            "factuur %(number)s staat al op regel %(line)s; zet de rijen van een factuur onder elkaar",
            number=invoice.number, line=invoice.line,
        )  # fmt: skip
        return
    elif said != invoice.said:
        other = next(name for name, one, two in zip(OF_INVOICE, said, invoice.said, strict=True) if one != two)
        yield _(
            "factuur %(number)s heeft op regel %(line)s iets anders bij %(column)s",
            number=invoice.number, line=invoice.line, column=other,
        )  # fmt: skip
    invoice.last_line = line
    found = _line(line, values)
    yield from _line_problems(found, values, invoice.sort)
    invoice.lines.append(found)


def _invoice(line: int, values: Mapping[str, str], said: tuple[str, ...]) -> Invoice:
    """Of a row that is right."""
    return Invoice(
        line=line, last_line=line, number=values["factuurnummer"], sort=SORTS[values["soort"].casefold()],
        period=as_period(values["periode"]) or date.min, payer=values["betaler"],
        total_cents=cents(values["totaal"]) or 0, due_on=as_date(values["vervaldatum"]) or date.min,
        state=STATES[values["status"].casefold()], pdf=values["pdf"], said=said,
    )  # fmt: skip


def _line(line: int, values: Mapping[str, str]) -> Line:
    born = as_date(values["kind_geboortedatum"])
    given, family = values["kind_voornaam"], values["kind_achternaam"]
    hours = hours_of(values["uren"] or "0") or Fraction(0)
    return Line(
        line=line, child_key=child_key(given, family, born) if born else None, child_name=f"{given} {family}".strip(),
        lrk_number=values["lrk_nummer"], care_type=CARE_TYPES.get(values["opvangsoort"].casefold(), ""),
        description=values["omschrijving"], minutes=rounded(hours * 60), rate_cents=cents(values["tarief"] or "0") or 0,
        amount_cents=cents(values["bedrag"]) or 0, counts=COUNTS[values["telt_mee"].casefold()],
    )  # fmt: skip


# One row


def _text_problems(values: Mapping[str, str]) -> Iterator[str]:
    for column, value in values.items():
        if not value and column not in MAY_BE_EMPTY:
            yield _("%(column)s is leeg", column=column)
        elif NO_TEXT.search(value):
            yield _("in %(column)s staat een teken dat wij niet kennen", column=column)
        elif len(value) > LONGEST[column]:
            yield _("%(column)s is langer dan %(most)s tekens", column=column, most=LONGEST[column])
        elif value and column in _WORDS and value.casefold() not in _WORDS[column]:
            words = ", ".join(dict.fromkeys(word for word in _WORDS[column] if word))
            yield _("%(column)s is %(words)s, niet %(value)s", column=column, words=words, value=value)
        elif value and column in _SHAPES and not _SHAPES[column](value):
            yield _not_right(column, value)


def _not_right(column: str, value: str) -> str:
    sentences = {
        "uren": _("%(value)s is geen aantal uren, zoals 37,50 of 37:30", value=value),
        "lrk_nummer": _("%(value)s is geen LRK-nummer: dat zijn hoogstens 12 cijfers", value=value),
        "factuurnummer": _("%(value)s is geen factuurnummer: het begint met een letter of cijfer", value=value),
        "periode": _("%(value)s is geen maand, zoals 2026-11 of 11-2026", value=value),
        "vervaldatum": _("%(value)s is geen datum, zoals 15-12-2026", value=value),
        "kind_geboortedatum": _("%(value)s is geen datum, zoals 15-12-2026", value=value),
    }
    amount = _("%(value)s bij %(column)s is geen bedrag, zoals 926,42", value=value, column=column)
    return sentences.get(column, amount)


def _day_problems(values: Mapping[str, str], today: date) -> Iterator[str]:
    for column, found in (("periode", as_period(values["periode"])), ("vervaldatum", as_date(values["vervaldatum"]))):
        if found and not today.year - OLDEST <= found.year <= today.year + NEWEST:
            yield _("%(column)s %(value)s ligt te ver van vandaag", column=column, value=values[column])
    about_child = [bool(values[name]) for name in ("kind_voornaam", "kind_achternaam", "kind_geboortedatum")]
    if any(about_child) and not all(about_child):
        yield _("van het kind staan niet de voornaam, de achternaam en de geboortedatum er alle drie")


def _line_problems(found: Line, values: Mapping[str, str], sort: str) -> Iterator[str]:
    hours = hours_of(values["uren"] or "0") or Fraction(0)
    sign = -1 if sort == "credit" else 1
    if hours * sign < 0:
        yield (
            _("op een creditfactuur staan de uren met een min ervoor")
            if sort == "credit"
            else _("%(value)s uren kan niet; wat terug moet, staat op een creditfactuur", value=values["uren"])
        )
    if found.rate_cents < 0:
        yield _("het tarief kan niet minder zijn dan nul")
    expected = rounded(hours * found.rate_cents)
    if (hours or found.rate_cents) and expected != found.amount_cents:
        yield _(
            "%(hours)s uur maal %(rate)s is %(expected)s, niet %(amount)s", hours=values["uren"] or "0",
            rate=values["tarief"] or "0", expected=plain(expected), amount=values["bedrag"],
        )  # fmt: skip
    if found.counts and not (found.child_key and found.lrk_number and found.care_type and found.minutes):
        yield _("een rij die meetelt voor de jaaropgave heeft een kind, een LRK-nummer, een opvangsoort en uren")


def _sum_problem(invoice: Invoice) -> list[Remark]:
    total, sign = sum(each.amount_cents for each in invoice.lines), -1 if invoice.sort == "credit" else 1
    if total != invoice.total_cents:
        reason = _(
            "factuur %(number)s: de rijen zijn samen %(total)s, maar bij totaal staat %(said)s",
            number=invoice.number, total=plain(total), said=plain(invoice.total_cents),
        )  # fmt: skip
        return [Remark(invoice.line, reason)]
    if total * sign < 0:
        reason = _("factuur %(number)s: minder dan nul kan alleen bij soort credit", number=invoice.number)
        if sign < 0:
            reason = _("creditfactuur %(number)s: het totaal moet minder zijn dan nul", number=invoice.number)
        return [Remark(invoice.line, reason)]
    return []


# What a cell means

_PERIOD = re.compile(r"(?:(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})|(?P<m2>[0-9]{1,2})[-/](?P<y2>[0-9]{4}))")


def as_period(value: str) -> date | None:
    """The first day of the month: 2026-11, 11-2026 or 11/2026."""
    found = _PERIOD.fullmatch(value)
    year, month = (int(found["y"] or found["y2"]), int(found["m"] or found["m2"])) if found else (0, 0)
    return date(year, month, 1) if 1 <= month <= 12 and year else None


_WORDS: dict[str, Mapping[str, object]] = {
    "opvangsoort": CARE_TYPES, "status": STATES, "soort": SORTS, "telt_mee": COUNTS,
}  # fmt: skip
_SHAPES: dict[str, Callable[[str], object]] = {
    "factuurnummer": re.compile(r"[^\W_][\w./ -]*").fullmatch,
    "periode": as_period,
    "kind_geboortedatum": as_date,
    "vervaldatum": as_date,
    "lrk_nummer": re.compile(r"[0-9]{1,12}").fullmatch,
    "uren": lambda value: hours_of(value) is not None,
    **{column: lambda value: cents(value) is not None for column in ("tarief", "bedrag", "totaal")},
}
