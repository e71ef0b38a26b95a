"""What invoices come to in a year: whatever is billed, credited and put right, it adds up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.statements import rules
from portal.statements.rules import Counted, Sum


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
def test_sums_hold_every_cent_and_minute_in_whatever_order(lines, random):
    found = rules.summed(lines)
    assert sum(each.minutes for each in found) == sum(line.minutes for line in lines)
    assert sum(each.cents for each in found) == sum(line.cents for line in lines)
    mixed = random.sample(lines, len(lines))
    assert rules.summed(mixed) == found
    assert rules.summed(Counted(*each[:4]) for each in found) == found, "a sum of sums"
    assert rules.summed([*lines, *(line._replace(minutes=-line.minutes, cents=-line.cents) for line in lines)]) == ()
    for each in found:
        if each.minutes:  # the average is less than half a cent from the truth
            assert abs(each.cents * 60 - each.rate_cents * each.minutes) * 2 <= abs(each.minutes)
