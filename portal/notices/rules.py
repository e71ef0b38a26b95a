"""When parents get mail about something new, about what, and the token with which one press ends it."""

import base64
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from itsdangerous import BadSignature, Signer

from portal import clock

# How a parent wants to hear of each kind: at once, in one mail in the evening, or not.
HOWS = ("once", "evening", "none")
DEFAULTS = {"days": "evening", "news": "once"}
KINDS = tuple(DEFAULTS)

EVENING, QUIET_FROM, QUIET_UNTIL = time(18), time(20), time(7)  # on the clock of Amsterdam (domain.md, D7)
SETTLED = timedelta(minutes=1)  # what is younger waits a little: who sees a mistake withdraws it before anybody hears
LOOK_EVERY = timedelta(minutes=1)
LOOK_BACK = timedelta(days=3)  # after a longer silence nobody gets mail about what is older
KEPT = timedelta(days=30)
URGENT_LIVES = timedelta(hours=12)


# When


def is_quiet(now: datetime) -> bool:
    """Whether only what cannot wait may be mailed."""
    return not QUIET_UNTIL <= clock.local(now).time() < QUIET_FROM


def evening_due(now: datetime, last: date) -> date | None:
    """The day whose summary goes out now, when the last one was of that day `last`; None when it is no time.

    Until the quiet hours a summary that was missed is made up. After them it is part of the one of the next day.
    """
    there = clock.local(now)
    return there.date() if EVENING <= there.time() < QUIET_FROM and there.date() > last else None


def evening_before(now: datetime) -> date:
    """The last day whose summary should be out by now."""
    there = clock.local(now)
    return there.date() if there.time() >= EVENING else there.date() - timedelta(days=1)


def day_begins(now: datetime) -> datetime:
    """Since when a photo can be the first of this day: what comes in the quiet hours is of the day after them, and
    so is what was too new for the last look before them."""
    return quiet_begins(now, days=-1) - SETTLED - LOOK_EVERY


def quiet_begins(now: datetime, days: int = 0) -> datetime:
    """In UTC: between two moments on the clock of Amsterdam Python counts the hours of that clock."""
    day = clock.local(now).date() + timedelta(days=days)
    return datetime.combine(day, QUIET_FROM, tzinfo=clock.AMSTERDAM).astimezone(UTC)


def who_hears(is_urgent: bool, quiet: bool) -> tuple[str, ...]:
    """Of those who chose how to hear of news, who gets a mail about a message at once. What cannot wait, such as a
    closure, must reach everyone: also who wants no mail, and at night."""
    if is_urgent:
        return HOWS
    return () if quiet else ("once",)


def pace(count: int, per_minute: int, now: datetime) -> timedelta:
    """How far so many mails go apart: as the mail provider can bear, or closer when the quiet hours come."""
    return min(timedelta(minutes=1) / per_minute, (quiet_begins(now) - now) / (count + 1))


# About what


@dataclass(frozen=True, slots=True)
class Item:
    """A photo or a story that is there: which day it is of, and since when it is there for each child in it."""

    kind: str
    id: UUID
    day: date
    since: Mapping[UUID, datetime]


def by_child(items: Iterable[Item]) -> dict[UUID, list[Item]]:
    found: dict[UUID, list[Item]] = {}
    for item in items:
        for child_id in item.since:
            found.setdefault(child_id, []).append(item)
    return found


def news_for(
    children: Collection[UUID], of: Mapping[UUID, Sequence[Item]], may_be_together: Collection[UUID],
    after: datetime, until: datetime,
) -> list[Item]:  # fmt: skip
    """What came after the one moment and not after the other, of what may be seen by who has these children.

    As with the photo itself: every other child on it needs consent to be seen together (domain.md, D1).
    """
    found: dict[UUID, Item] = {}
    for item in (item for child_id in children for item in of.get(child_id, ())):
        began = min(moment for child_id, moment in item.since.items() if child_id in children)
        others = [child_id for child_id in item.since if child_id not in children]
        is_shown = item.kind == "story" or all(child_id in may_be_together for child_id in others)
        if after < began <= until and is_shown:
            found[item.id] = item
    return list(found.values())


# Ending it


def token_of(keys: Sequence[bytes], account_id: UUID, kind: str) -> str:
    """What the link to end mails of this kind carries. The same for the same account, so that a mail that goes twice is
    the same mail; it does nothing else, and it works as long as the mail is kept."""
    return _signer(keys).sign(f"{base64.urlsafe_b64encode(account_id.bytes).decode().rstrip('=')}.{kind}").decode()


def read_token(keys: Sequence[bytes], token: str) -> tuple[UUID, str] | None:
    """The account and the kind, or None when we never made this token."""
    try:
        said = _signer(keys).unsign(token).decode()
    except BadSignature:
        return None
    account, _dot, kind = said.partition(".")
    return UUID(bytes=base64.urlsafe_b64decode(account + "==")), kind


def _signer(keys: Sequence[bytes]) -> Signer:
    return Signer(list(keys), digest_method=hashlib.sha256)
