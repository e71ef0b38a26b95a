"""When what goes out, as a table of moments on the clock of Amsterdam."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from portal.clock import AMSTERDAM
from portal.notices import rules
from portal.notices.rules import Item


def local(words):
    return datetime.fromisoformat(words).replace(tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize(
    "day", ["2026-11-23", "2026-03-29", "2026-10-25", "2026-06-21"]
)  # two of them have a clock change
@pytest.mark.parametrize(
    ("time", "is_quiet", "is_evening"),
    [
        ("00:00", True, False), ("02:30", True, False), ("06:59", True, False), ("07:00", False, False),
        ("12:00", False, False), ("17:59", False, False), ("18:00", False, True), ("19:59", False, True),
        ("20:00", True, False), ("23:59", True, False),
    ],
)  # fmt: skip
def test_moments_of_a_day(day, time, is_quiet, is_evening):
    now, today = local(f"{day} {time}"), date.fromisoformat(day)
    assert rules.is_quiet(now) is is_quiet
    assert rules.evening_due(now, today - timedelta(days=1)) == (today if is_evening else None)
    assert rules.evening_due(now, today) is None
    assert rules.evening_before(now) == (today if time >= "18:00" else today - timedelta(days=1))
    assert rules.quiet_begins(now) == local(f"{day} 20:00")
    assert rules.day_begins(now) == local(f"{today - timedelta(days=1)} 19:58")


def test_day_with_a_clock_change_is_an_hour_shorter_or_longer():
    spring, autumn = local("2026-03-29 12:00"), local("2026-10-25 12:00")
    assert rules.quiet_begins(spring) - rules.day_begins(spring) == timedelta(hours=23, minutes=2)
    assert rules.quiet_begins(autumn) - rules.day_begins(autumn) == timedelta(hours=25, minutes=2)


@pytest.mark.parametrize(
    ("count", "time", "apart"),
    [(10, "18:00", 1.0), (2_000, "18:00", 1.0), (14_399, "18:00", 0.5), (59, "19:59", 1.0), (599, "19:59", 0.1)],
)
def test_many_mails_go_at_the_pace_of_the_relay_and_before_the_quiet_hours(count, time, apart):
    assert rules.pace(count, 60, local(f"2026-11-23 {time}")).total_seconds() == apart


NOON = local("2026-11-23 12:00")
ME, SIBLING, FRIEND = uuid4(), uuid4(), uuid4()


@pytest.mark.parametrize(
    ("kind", "on_it", "allowed", "is_new"),
    [
        ("photo", {ME: 0}, [], True),
        ("photo", {ME: 0, SIBLING: 0}, [], True),
        ("photo", {ME: 0, FRIEND: 0}, [FRIEND], True),
        ("photo", {ME: 0, FRIEND: 0}, [ME], False),
        ("photo", {FRIEND: 0}, [FRIEND], False),
        ("story", {ME: 0, FRIEND: 0}, [], True),
        ("photo", {ME: -60}, [], False),  # it was there before
        ("photo", {ME: -59}, [], True),
        ("photo", {ME: 1}, [], False),  # it is of the next mail
        ("photo", {ME: 0, SIBLING: -90}, [], False),  # the parent knows it by the other child
        ("photo", {ME: 0, FRIEND: -90}, [FRIEND], True),
    ],
)
def test_what_is_new_for_a_parent(kind, on_it, allowed, is_new):
    since = {child: NOON + timedelta(minutes=minutes) for child, minutes in on_it.items()}
    item = Item(kind, uuid4(), NOON.date(), since)
    found = rules.news_for({ME, SIBLING}, rules.by_child([item]), allowed, NOON - timedelta(hours=1), NOON)
    assert found == ([item] if is_new else [])


def test_token_says_whose_and_what_and_nobody_else_makes_one():
    keys, account_id = [b"o" * 32, b"n" * 32], uuid4()
    token = rules.token_of(keys, account_id, "days")
    assert rules.read_token(keys, token) == (account_id, "days")
    assert rules.read_token([*keys, b"x" * 32], token) == (account_id, "days"), "a key may be replaced"
    assert rules.token_of(keys, account_id, "days") == token
    other = rules.token_of(keys, account_id, "news")
    forged = [
        token[:-1],
        token + "A",
        token.replace(".days.", ".news."),
        other.replace(".news.", ".days."),
        "",
        "a.b.c",
    ]
    forged.append(rules.token_of([b"x" * 32], account_id, "days"))
    assert [rules.read_token(keys, each) for each in forged] == [None] * len(forged)
