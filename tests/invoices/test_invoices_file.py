"""What a file of invoices says, and what is wrong with one: no database takes part."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.invoices import rules
from tests.invoices.conftest import EXTRA, a_file, row

TODAY = date(2026, 11, 23)
CREDIT = {"soort": "credit", "uren": "-86,50", "bedrag": "-926,42", "totaal": "-926,42"}


@pytest.fixture(autouse=True)
def spoken(portals):
    """In Dutch, as the office reads it."""
    with portals("sqlite").test_request_context():
        yield


def problems(*rows, **options):
    return [tuple(each) for each in rules.read(a_file(*rows, **options), TODAY).bad_rows]


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_half_is_rounded_away_from_zero(above, below):
    exact = Decimal(above) / Decimal(below)
    assert abs(rules.rounded(Fraction(above, below)) - exact) <= Decimal("0.5")
    half = Fraction(2 * above + 1, 2)
    assert rules.rounded(half) == int(Decimal(2 * above + 1).__truediv__(2).quantize(0, ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("hours", "rate", "amount"),
    [("37,50", "10,71", "401,63"), ("0,5", "0,01", "0,01"), ("1,25", "10,02", "12,53"), ("37:30", "10,71", "401,63"),
     ("9,6667", "10,00", "96,67"), ("1000", "0", "0")],
)  # fmt: skip
def test_amount_is_hours_times_rate_to_the_cent(hours, rate, amount):
    right = row(uren=hours, tarief=rate, bedrag=amount, totaal=amount)
    assert problems(right) == []
    credit = {**right, "soort": "credit", "uren": f"-{hours}", "bedrag": f"-{amount}", "totaal": f"-{amount}"}
    assert problems(credit) == ([] if amount != "0" else problems(credit))
    wrong = rules.plain(rules.cents(amount) + 1)
    assert problems({**right, "bedrag": wrong, "totaal": wrong}) == [
        (2, f"{hours} uur maal {rate} is {rules.plain(rules.cents(amount))}, niet {wrong}")
    ]


def test_monthly_hours_of_one_day_a_week_are_kept_in_minutes():
    (invoice,) = rules.read(a_file(row(uren="37,50", tarief="10,00", bedrag="375", totaal="375")), TODAY).invoices
    assert 9 * 50 / 12 == 37.5 and invoice.lines[0].minutes == 2250


@given(st.lists(st.tuples(st.integers(0, 99999), st.integers(0, 2000)), min_size=1, max_size=6), st.booleans())
def test_invoice_that_adds_up_is_taken_and_one_cent_off_is_not(lines, is_credit):
    sign = "-" if is_credit else ""
    rows, total = [], 0
    for minutes, rate in lines:
        amount = rules.rounded(Fraction(minutes * rate, 60))
        total += amount
        rows.append({"uren": f"{sign}{minutes // 60}:{minutes % 60:02}", "tarief": rules.plain(rate),
                     "bedrag": f"{sign}{rules.plain(amount)}", "telt_mee": "nee"})  # fmt: skip
    same = {"totaal": f"{sign}{rules.plain(total)}", "soort": "credit" if is_credit else "factuur"}
    assert problems(*(row(**each, **same) for each in rows)) == []
    ((line, reason),) = problems(*(row(**each, **{**same, "totaal": rules.plain(total + 1)}) for each in rows))
    assert line == 2 and "de rijen zijn samen" in reason


WRONG = {
    "negative hours": (row(uren="-86,50", bedrag="-926,42", totaal="-926,42"), "-86,50 uren kan niet"),
    "credit without minus": (row(soort="credit"), "op een creditfactuur staan de uren met een min ervoor"),
    "due in 1926": (row(vervaldatum="15-12-1926"), "vervaldatum 15-12-1926 ligt te ver van vandaag"),
    "period in 1926": (row(periode="1926-11"), "periode 1926-11 ligt te ver van vandaag"),
    "no such day": (row(vervaldatum="31-11-2026"), "31-11-2026 is geen datum"),
    "no such month": (row(periode="2026-13"), "2026-13 is geen maand"),
    "third of a cent": (row(bedrag="926,423"), "926,423 bij bedrag is geen bedrag"),
    "amount in words": (row(totaal="veel"), "veel bij totaal is geen bedrag"),
    "endless amount": (row(bedrag="9" * 15), "bij bedrag is geen bedrag"),
    "hours in words": (row(uren="8u30"), "8u30 is geen aantal uren"),
    "negative rate": (row(tarief="-10,71", bedrag="-926,42", totaal="-926,42"), "het tarief kan niet minder zijn"),
    "formula": (row(factuurnummer="=1+1"), "=1+1 is geen factuurnummer"),
    "path": (row(factuurnummer="../../etc"), "../../etc is geen factuurnummer"),
    "no number": (row(factuurnummer=""), "factuurnummer is leeg"),
    "long number": (row(factuurnummer="9" * 41), "factuurnummer is langer dan 40 tekens"),
    "unknown care": (row(opvangsoort="oppas"), "opvangsoort is dagopvang"),
    "unknown state": (row(status="half"), "status is open, betaald, te laat, verlopen, niet half"),
    "half a child": (row(kind_achternaam=""), "van het kind staan niet"),
    "counts without LRK": (row(lrk_nummer=""), "een rij die meetelt voor de jaaropgave heeft"),
    "bell": (row(omschrijving="Vaste\x07 dagen"), "in omschrijving staat een teken dat wij niet kennen"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_row_is_named_with_its_line_and_a_reason(kind):
    values, words = WRONG[kind]
    right = row(factuurnummer="2026-0001")
    found = problems(right, values)
    assert {line for line, _reason in found} == {3}
    assert any(words in reason for _line, reason in found), found


def test_rows_of_one_number_are_one_invoice():
    extra = row(**EXTRA, bedrag="30", totaal="956,42")
    sheet = rules.read(a_file(row(totaal="956,42"), extra, row(factuurnummer="2026-0013", **CREDIT)), TODAY)
    assert sheet.bad_rows == []
    assert [(each.number, each.sort, each.total_cents, len(each.lines)) for each in sheet.invoices] == [
        ("2026-0012", "invoice", 95642, 2),
        ("2026-0013", "credit", -92642, 1),
    ]


def test_number_that_comes_back_is_doubled():
    other = row(factuurnummer="2026-0013")
    assert problems(row(), other, row()) == [
        (4, "factuur 2026-0012 staat al op regel 2; zet de rijen van een factuur onder elkaar")
    ]
    assert problems(row(totaal="1852,84"), row(totaal="1852,84", betaler="piet@voorbeeld.nl")) == [
        (3, "factuur 2026-0012 heeft op regel 2 iets anders bij betaler")
    ]


def test_less_than_nothing_is_a_credit():
    free = row(uren="", tarief="", bedrag="-5", totaal="-5", telt_mee="nee")
    assert problems(free) == [(2, "factuur 2026-0012: minder dan nul kan alleen bij soort credit")]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfe" + a_file().decode().encode("utf-16-le"), "geen tekstbestand"), (b"", "leeg"), (b"a;b\n1;2", "kolommen noemen"),
     (a_file(columns=["factuurnummer", "periode"]), "ontbreekt: betaler"), (a_file()[:200] + b";x" * 6_000_000, "10 MB")],
)  # fmt: skip
def test_what_is_no_file_of_invoices_is_refused(content, words):
    with pytest.raises(Refused, match=words):
        rules.read(content, TODAY)


def test_windows_letters_are_read():
    content = a_file(row(omschrijving="Café")).decode().encode("cp1252")
    assert rules.read(content, TODAY).invoices[0].lines[0].description == "Café"
    assert rules.read(rules.EXAMPLE.encode(), TODAY).bad_rows == []
