"""Moments of the day and of the two nights in which the clock changes, told by the worker."""

import pytest

from tests.conftest import emptied
from tests.notices.conftest import gist


@pytest.fixture
def app(portals):
    """On one database only: what time it is does not come from it."""
    return emptied(portals("sqlite"))


MOMENTS = [
    f"{day} {time}"
    for day in ("2026-11-23", "2026-11-24", "2026-10-24", "2026-10-25", "2026-03-28", "2026-03-29")
    for time in ("02:30", "06:59", "07:00", "07:01", "18:00", "18:31", "19:59", "20:00", "23:00")
]


@pytest.mark.parametrize(
    ("published", "annas", "piets"),
    [
        ("2026-11-23 06:00", "2026-11-23 07:00", "2026-11-23 18:00"),
        ("2026-11-23 18:30", "2026-11-23 18:31", "2026-11-24 18:00"),
        ("2026-11-23 19:58", "2026-11-23 19:59", "2026-11-24 18:00"),
        ("2026-11-23 19:59", "2026-11-24 07:00", "2026-11-24 18:00"),
        ("2026-11-23 20:00", "2026-11-24 07:00", "2026-11-24 18:00"),
        ("2026-11-24 06:58", "2026-11-24 07:00", "2026-11-24 18:00"),
        ("2026-11-24 06:59:30", "2026-11-24 07:01", "2026-11-24 18:00"),
        ("2026-10-24 21:00", "2026-10-25 07:00", "2026-10-25 18:00"),  # a night of twelve hours
        ("2026-03-28 21:00", "2026-03-29 07:00", "2026-03-29 18:00"),  # and one of ten
    ],
)
def test_nothing_in_the_quiet_hours(published, annas, piets, at, told, photo, noor, anna, piet, choose):
    """At once, or when the quiet hours are over, as the first photo of the day that then begins."""
    got, moments = {}, [each for each in MOMENTS if each[:7] == published[:7]]
    at(f"{moments[0][:10]} 01:00")
    choose(anna, "once")
    for moment in sorted([*moments, published]):
        if moment == published:
            at(published)
            photo(noor)
        else:
            got |= {who: moment for who, _ in gist(told(moment))}
    assert got == {"anna": annas, "piet": piets}
