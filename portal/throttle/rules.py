"""How often something may be tried, and when the next try is allowed (security.md, RL and D3)."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

BACKOFF_STEP = timedelta(seconds=30)
BACKOFF_MOST = timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """At most `most` tries in `window`.

    With `slows_down` further tries are allowed one by one, 30 s, 1 min, 2 min … apart. With `only_counts` nothing is
    refused: the number is only watched.
    """

    name: str
    most: int
    window: timedelta
    slows_down: bool = False
    only_counts: bool = False


@dataclass(frozen=True)
class Count:
    """What is known of one key: tries so far, from when the next one is allowed, until when this is remembered."""

    tries: int
    not_before: datetime
    until: datetime


def next_count(limit: Limit, count: Count | None, now: datetime) -> tuple[Count, bool]:
    """The count after one more try, and whether that try is allowed. A refused try changes nothing."""
    if count is None or count.until <= now:
        return Count(1, now, now + limit.window), True
    if count.tries < limit.most or limit.only_counts:
        tries, wait = count.tries + 1, timedelta()
        if limit.slows_down and tries == limit.most:
            wait = BACKOFF_STEP
        return Count(tries, now + wait, count.until), True
    if limit.slows_down and count.not_before <= now:
        tries = count.tries + 1
        wait = min(BACKOFF_MOST, BACKOFF_STEP * 2 ** min(tries - limit.most, 10))
        return Count(tries, now + wait, max(count.until, now + wait + limit.window)), True
    return count, False


def networks(address: str) -> tuple[str, str]:
    """The near and wide network of an address: IPv4 itself twice, IPv6 its /64 and /48. Junk is one network."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown", "unknown"
    mapped = getattr(ip, "ipv4_mapped", None)
    if isinstance(ip, ipaddress.IPv4Address) or mapped:
        return str(mapped or ip), str(mapped or ip)
    return tuple(str(ipaddress.ip_network((ip, prefix), strict=False)) for prefix in (64, 48))  # type: ignore[return-value]


def masked(address: str) -> str:
    """An address as it may be shown and kept: 203.0.113.x, or the first 48 bits of IPv6."""
    near, wide = networks(address)
    if "/" in wide:
        return wide.removesuffix("/48")
    return near.rpartition(".")[0] + ".x" if "." in near else near
