"""What a contract comes to, in hours and cents, and how its days are read."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from portal.contracts import rules
from portal.contracts.rules import Month
from tests.contracts.conftest import terms


def days(words):
    slots, wrong = rules.slots_of(words)
    return [(each.weekday, each.parity, each.minutes) for each in slots], wrong


@pytest.mark.parametrize(
    ("words", "weeks", "rate", "month"),
    [
        ("ma 9 uur", 50, 1071, Month(3750, 40163)),  # F4: 450 hours a year; 401.625 euro is 401.63
        ("ma 8:00-18:00 + do 8:00-18:00", 52, 1046, Month(8667, 90657)),  # 86.666…
        ("ma 8:00-18:00 even", 52, 1000, Month(2167, 21670)),  # 26 weeks: 21.666…
        ("ma 9 uur even + ma 5 uur oneven", 48, 1000, Month(2800, 28000)),
        ("wo 5:30", 40, 1071, Month(1833, 19631)),
    ],
)
def test_hours_a_month_are_those_of_a_year_by_twelve(words, weeks, rate, month):
    slots, _ = rules.slots_of(words)
    assert rules.in_a_month(slots, weeks, None, rate) == month


def test_every_half_goes_up():
    """By the sums of somebody else: Python's decimal, which knows of no Fraction."""
    halves = 0
    for minutes in range(1, 1441):
        slots = [rules.Slot(1, "every", None, None, minutes)]
        for weeks in rules.WEEKS:
            exact = Decimal(minutes * weeks) / Decimal(720)
            halves += Fraction(minutes * weeks, 720) * 200 % 2 == 1
            hours, cents = rules.in_a_month(slots, weeks, None, 1071)
            assert hours == int((exact * 100).quantize(Decimal(1), ROUND_HALF_UP)), (minutes, weeks)
            assert cents == int((Decimal(hours) * 1071 / 100).quantize(Decimal(1), ROUND_HALF_UP))
    assert halves > 10, "no half was tried"


def test_flexible_contract_comes_to_what_it_says_or_nothing():
    assert rules.in_a_month([], None, 27_000, 1071) == Month(3750, 40163)
    assert rules.in_a_month([], None, None, 1071) is None


@pytest.mark.parametrize(
    ("words", "slots"),
    [
        ("maandag 8:00-18:00", [(1, "every", 600)]),
        ("Ma. 8-18 uur + vr 07.30 tot 13.00", [(1, "every", 600), (5, "every", 330)]),
        ("di 9,5 uur even\n\ndi 10u oneven weken", [(2, "even", 570), (2, "odd", 600)]),
        ("wo 7:00-8:30 + wo 14:00-18:30", [(3, "every", 90), (3, "every", 270)]),
    ],
)
def test_days_are_read_as_people_write_them(words, slots):
    assert days(words) == (slots, [])
    assert days(rules.written(rules.slots_of(words)[0])) == (slots, [])


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("ma -9 uur", "ma -9 uur lezen wij niet"), ("ma 18:00-8:00", "kan niet"), ("ma 25 uur", "kan niet"),
        ("ma 0 uur", "kan niet"), ("xx 9 uur", "lezen wij niet"), ("ma 8:60-9:00", "lezen wij niet"),
        ("ma 9 uur + ma 8:00-12:00", "maandag staat er twee keer"),
        ("ma 8:00-12:00 + ma 11:00-13:00 even", "maandag staat er twee keer"), ("9 uur", "lezen wij niet"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_days_that_cannot_be_are_named(app, words, problem):
    with app.test_request_context():
        assert problem in " ".join(days(words)[1])


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_on": date(1926, 1, 5)}, "starts_on"), ({"ends_on": date(2025, 12, 31)}, "ends_on"),
        ({"rate_cents": -1}, "rate"), ({"rate_cents": 10_001}, "rate"), ({"days": ""}, "days"),
        ({"lrk_number": "12 34"}, "lrk_number"), ({"number": "<b>"}, "number"), ({"minutes_a_year": 60}, "hours_a_year"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_named(app, values, field):
    with app.test_request_context():
        assert [name for name, _ in rules.problems(terms(**values), date(2026, 11, 23))] == [field]


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [("2026-11-23", 1, "2026-12-23"), ("2027-01-31", 1, "2027-02-28"), ("2026-11-30", 3, "2027-02-28"),
     ("2026-11-23", 0, "2026-11-23")],
)  # fmt: skip
def test_notice_is_counted_in_months(today, months, first):
    assert rules.first_last_day(date.fromisoformat(today), months) == date.fromisoformat(first)


def test_day_care_ends_at_the_fourth_birthday():
    assert rules.leaves_on("kdv", date(2024, 2, 29)) == date(2028, 2, 29)
    assert rules.leaves_on("nso", date(2024, 2, 29)) is None
