"""Looks in the mailbox that mails come back to, and takes away what it has seen to."""

import logging
import time
from collections import Counter

from flask import current_app
from sqlalchemy.exc import DataError

from portal.bounces import actions, arrived
from portal.bounces.mailbox import Mailbox, NoMailbox
from portal.db import EVERYWHERE, db, within, writing

log = logging.getLogger("portal.bounces")

MOST_AT_ONCE = 50
LONGEST_SILENCE = 900.0  # seconds between two looks while the mailbox cannot be read
HANDLED = ("noted", "known", "delayed", "complaint")  # what may go; the rest is left, marked as read
FIRST_LOOK = 5.0  # seconds after a start


class _Round:
    """When to look again, and what was wrong the last time."""

    next_look = time.monotonic() + FIRST_LOOK
    failures = 0
    complaint = ""


def look_in_mailbox(_owner: str) -> bool:
    """One look, when it is time. Whether there may be more."""
    if not current_app.config["BOUNCE_IMAP_SERVER"] or time.monotonic() < _Round.next_look:
        return False
    every = current_app.config["BOUNCE_POLL"]
    _Round.next_look = time.monotonic() + every
    try:
        found = look()
    except NoMailbox as problem:
        _Round.failures += 1
        _Round.next_look = time.monotonic() + min(every * 2 ** min(_Round.failures, 8), LONGEST_SILENCE)
        if _Round.complaint != problem.phase:
            _Round.complaint = problem.phase
            log.error("the mailbox for returned mail cannot be read: %s", problem)
        return False
    if _Round.failures:
        log.info("the mailbox for returned mail can be read again")
    _Round.failures, _Round.complaint = 0, ""
    is_more = sum(found.values()) - found["later"] >= MOST_AT_ONCE
    if is_more:
        _Round.next_look = time.monotonic()
    return is_more


def look() -> Counter[str]:
    """Read what came, at most so many; how often what was found. Raises NoMailbox."""
    found: Counter[str] = Counter()
    with Mailbox(current_app.config) as box:
        for number in box.unread()[:MOST_AT_ONCE]:
            result = _see_to(box.content(number))
            found[result] += 1
            if result in HANDLED:
                box.take_away(number)
            elif result != "later":
                box.leave(number)
    if found:
        log.info("returned mail: %s", ", ".join(f"{count} {result}" for result, count in sorted(found.items())))
    return found


def _see_to(content: bytes) -> str:
    """What this mail came to, committed before it is taken away: when we stop between the two it is seen once more,
    and then it is known."""
    try:
        report = arrived.read(content, current_app.config["BOUNCE_ADDRESS"])
    except Exception as error:  # whatever anybody can send
        log.warning("a returned mail cannot be read: %s", type(error).__name__)
        return "unreadable"
    with within(EVERYWHERE), writing():
        try:
            result = actions.take(report)
            db.session.commit()
        except DataError as error:  # what the database does not take, it will not take the next time either
            log.error("a returned mail cannot be kept: %s", type(error).__name__)
            return "unreadable"
    return result
