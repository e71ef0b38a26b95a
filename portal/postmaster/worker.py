"""Looks after every mail set-up: once a day all of it, and every hour whether new keys are in the DNS."""

import logging
import time
from datetime import timedelta
from uuid import UUID

from portal import clock
from portal.db import db, within
from portal.organisations.models import Organisation
from portal.organisations.queries import all_organisations
from portal.postmaster import actions, gather, queries
from portal.postmaster.facts import Finding

log = logging.getLogger("portal.postmaster")

EVERY = timedelta(hours=23)
ROUND, FIRST_ROUND = 3600.0, 120.0  # seconds; after a start the mail goes first
_next_round = [time.monotonic() + FIRST_ROUND]
_left: list[UUID] = []  # of this round


def look_after_next(_owner: str) -> bool:
    """One organisation of the hourly round. What goes wrong with one is no reason to skip the rest."""
    if not _left:
        if time.monotonic() < _next_round[0]:
            return False
        _next_round[0] = time.monotonic() + ROUND
        _left.extend(organisation.id for organisation in all_organisations())
        db.session.commit()
    if not _left:
        return False
    organisation_id = _left.pop()
    with within(organisation_id):
        organisation = db.session.get(Organisation, organisation_id)
        try:
            if organisation is not None:
                _look_after(organisation)
        except Exception as error:
            db.session.rollback()
            log.error(
                "the mail of organisation %s could not be looked after: %s", organisation_id, type(error).__name__
            )
    return True


def _look_after(organisation: Organisation) -> None:
    start_keys(organisation)
    actions.forget_old_keys()
    before = queries.last_check()
    db.session.commit()
    if before is None or clock.now() - before.checked_at >= EVERY:
        check(organisation)


def start_keys(organisation: Organisation) -> list[str]:
    """Sign with the new keys that are in the DNS by now; their selectors."""
    setup, _ = gather.setup_of(organisation)
    db.session.commit()
    if not any(key.state == "new" and key.domain == setup.domain for key in setup.keys):
        return []
    started = actions.use_keys(gather.seen(setup))
    db.session.commit()
    return [key.selector for key in started]


def check(organisation: Organisation, mail_source: bytes = b"") -> list[Finding]:
    """Look at everything now, and keep what was found. Commits before it looks: that takes seconds."""
    setup, server = gather.setup_of(organisation)
    texts = gather.texts_of(organisation)
    db.session.commit()
    known = actions.keep(gather.examine(setup, texts, server, mail_source))
    db.session.commit()
    return known
