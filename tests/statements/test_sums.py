"""What invoices come to in a year: whatever is billed, credited and put right, it adds up."""

import random
from datetime import date
from fractions import Fraction
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from portal.children.models import Child
from portal.documents import actions as documents
from portal.invoices.models import Invoice, InvoiceLine
from portal.invoices.rules import read
from portal.sheets import cents, hours_of, plain, rounded
from portal.statements import queries, rules
from portal.statements.rules import Counted, Sum
from tests.documents.pdf import pdf
from tests.invoices.conftest import a_file, row


@pytest.mark.parametrize(
    ("minutes", "cents", "rate"),
    [
        (27_000, 481_950, 1071),  # 450 h of 10.71
        (120, 2001, 1001),  # 10.005: a half goes up
        (120, 2003, 1002),  # 10.015
        (120, 2000, 1000),
        (120, -2001, -1001),  # and of a credit down, away from zero
        (-120, 2001, -1001),
        (-120, -2001, 1001),
        (24_000, 400_200, 1001),  # 1000.5 exactly, of many hours
        (24_000, 400_199, 1000),
        (24_000, 400_201, 1001),
        (1, 1, 60),
        (7, 100, 857),  # 857.14
        (0, 0, 0),
        (0, 500, 0),
    ],
)
def test_average_rate_is_rounded_at_every_half(minutes, cents, rate):
    assert rules.average(minutes, cents) == rate


def test_day_care_and_after_school_care_stand_apart_and_extra_hours_do_not():
    lines = [
        Counted("200", "bso", 600, 9000), Counted("100", "kdv", 5190, 92642), Counted("100", "kdv", 60, 1200),
        Counted("100", "kdv", -5190, -92642), Counted("100", "kdv", 5190, 90000), Counted("300", "kdv", 60, 1000),
        Counted("300", "kdv", -60, -1000), Counted("101", "kdv", 60, 1000),
    ]  # fmt: skip
    assert rules.summed(lines) == (
        Sum("100", "kdv", 5250, 91200, 1042), Sum("101", "kdv", 60, 1000, 1000), Sum("200", "bso", 600, 9000, 900),
    )  # fmt: skip


_lines = st.lists(
    st.builds(
        Counted, st.sampled_from(["100", "101", "2"]), st.sampled_from(["kdv", "bso", "vso", "new"]),
        st.integers(-10_000, 10_000), st.integers(-2_000_000, 2_000_000),
    )
)  # fmt: skip


@given(_lines, st.randoms())
def test_sums_hold_every_cent_and_minute_in_whatever_order(lines, dice):
    found = rules.summed(lines)
    assert sum(each.minutes for each in found) == sum(line.minutes for line in lines)
    assert sum(each.cents for each in found) == sum(line.cents for line in lines)
    mixed = dice.sample(lines, len(lines))
    assert rules.summed(mixed) == found
    assert rules.summed(Counted(*each[:4]) for each in found) == found, "a sum of sums"
    assert rules.summed([*lines, *(line._replace(minutes=-line.minutes, cents=-line.cents) for line in lines)]) == ()
    for each in found:
        if each.minutes:  # the average is less than half a cent from the truth
            assert abs(each.cents * 60 - each.rate_cents * each.minutes) * 2 <= abs(each.minutes)


# From the office's file to the statement


@st.composite
def _bills(draw):
    """A year of invoices, credits and corrections as a file holds them, with another rate, child or care halfway."""
    rows = []
    for number in range(draw(st.integers(1, 8))):
        is_credit = draw(st.booleans())
        lines = []
        for _line in range(draw(st.integers(1, 4))):
            hours, rate = draw(st.integers(1, 20_000)), draw(st.integers(1, 2_500))
            amount = rounded(Fraction(hours * rate, 100)) * (-1 if is_credit else 1)
            child, kind = (
                draw(st.sampled_from(["Noor", "Sem"])),
                draw(st.sampled_from(["dagopvang", "bso", "naschools"])),
            )
            lines.append(
                (f"{'-' if is_credit else ''}{hours // 100},{hours % 100:02}", plain(rate), amount, child, kind)
            )
        total = plain(sum(amount for _hours, _rate, amount, _child, _kind in lines))
        for hours, rate, amount, child, kind in lines:
            rows.append(
                row(factuurnummer=f"F{number}", soort="credit" if is_credit else "factuur", uren=hours, tarief=rate,
                    bedrag=plain(amount), totaal=total, kind_voornaam=child, opvangsoort=kind)
            )  # fmt: skip
    return rows


@given(_bills())
def test_statement_of_whatever_was_imported_equals_the_file(rows):
    sheet = read(a_file(*rows), date(2026, 11, 23))
    assert sheet.bad_rows == []
    lines = [line for invoice in sheet.invoices for line in invoice.lines]
    for child in ("Noor", "Sem"):
        counted = [
            Counted(line.lrk_number, line.care_type, line.minutes, line.amount_cents)
            for line in lines
            if line.child_name.startswith(child)
        ]
        of_file = [each for each in rows if each["kind_voornaam"] == child]
        found = rules.summed(counted)
        assert sum(each.cents for each in found) == sum(cents(each["bedrag"]) for each in of_file)
        assert sum(each.minutes for each in found) == sum(rounded(hours_of(each["uren"]) * 60) for each in of_file)
        assert len({(each.lrk_number, each.care_type) for each in found}) == len(found)


def test_database_adds_up_as_the_rules_do(kok, zon, noor, anna, piet, bram, save_child, inside):
    """A few hundred lines of two payers, three children and another organisation, over the turns of two years."""
    dice = random.Random(1)
    sem = save_child(kok, "Sem", "Bakker", date(2025, 1, 1), "De Rupsen")
    expected = {}
    for house, payers, children in ((kok, [anna, piet], [noor, sem]), (zon, [bram], [None])):
        with inside(house) as session:
            children = children if children[0] else session.scalars(sa.select(Child)).all()
            for number in range(60):
                payer, period = (
                    dice.choice(payers),
                    dice.choice([date(2025, 12, 1), date(2026, 1, 1), date(2026, 12, 1)]),
                )
                for line in _add_bill(session, house, payer, number, period, dice, children):
                    key = house.id, period.year, payer.person_id, line.child_id
                    if line.counts_for_statement:
                        expected.setdefault(key, []).append(
                            Counted(line.lrk_number, line.care_type, line.minutes, line.amount_cents)
                        )
    for house in (kok, zon):
        with inside(house):
            for year in (2024, 2025, 2026, 2027):
                wanted = {
                    key[2:]: rules.summed(lines) for key, lines in expected.items() if key[:2] == (house.id, year)
                }
                found = queries.facts_of(year)
                assert {(facts.payer_id, facts.child_id): facts.sums for facts in found} == wanted
                for facts in found:
                    counted = queries.counted_lines(year, facts.payer_id, facts.child_id)
                    assert rules.summed(counted) == facts.sums
                    assert queries.facts_of(year, facts.payer_id, facts.child_id) == [facts]


def _add_bill(session, house, payer, number, period, dice, children):
    document = documents.add(documents.receive(pdf()), "invoice", "Factuur", "financial", None, payer.person_id)
    bill = Invoice(
        id=uuid4(), organisation_id=house.id, number=f"F{number}", sort="invoice", period=period, total_cents=0,
        payer_id=payer.person_id, due_on=period, state="open", document_id=document.id, fingerprint="",
    )  # fmt: skip
    session.add(bill)
    session.flush()
    lines = [
        InvoiceLine(
            organisation_id=house.id, invoice_id=bill.id, position=place, child_id=dice.choice(children).id,
            lrk_number=dice.choice(["1", "2"]), care_type=dice.choice(["kdv", "bso"]), description="",
            minutes=dice.randint(-3000, 9000), rate_cents=0, amount_cents=dice.randint(-90_000, 200_000),
            counts_for_statement=dice.random() < 0.8,
        )
        for place in range(3)
    ]  # fmt: skip
    session.add_all(lines)
    session.flush()
    return lines
