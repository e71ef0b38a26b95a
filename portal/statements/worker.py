"""What the mail worker does when the office publishes all statements of a year: a second of it, payer by payer.

Everything of one payer is one transaction, with its mail. A worker that dies leaves the payers it had; when its lease
is over the next one goes on behind them.
"""

import logging
import time
import traceback
from itertools import groupby
from uuid import UUID

from flask import current_app

from portal import clock
from portal import db as database
from portal.db import EVERYWHERE, db, within
from portal.errors import Refused
from portal.organisations.models import Organisation
from portal.statements import actions, queries
from portal.statements.actions import Claim, Drawn
from portal.statements.queries import Row

log = logging.getLogger("portal.statements")

TURN = 1.0  # seconds


def run_next(owner: str) -> bool:
    """Go on for a second with what waits longest, of whatever organisation. False when nothing waits."""
    with within(EVERYWHERE):
        database.read_only()
        has_work = queries.has_work(clock.now())
        db.session.rollback()
        if not has_work:
            return False
        with database.writing():
            claimed = actions.claim(owner)
            db.session.commit()
    if claimed is not None:
        with within(claimed.organisation_id):
            _turn(claimed)
    return True


def _turn(claimed: Claim) -> None:
    """It keeps its lease when it goes wrong, and is tried again after it."""
    try:
        state = _go_on(claimed)
    except Exception as error:  # without its message: in it may stand what a statement says
        trace = "".join(traceback.format_tb(error.__traceback__))
        log.error("statements of run %s cannot be made: %s\n%s", claimed.run_id, type(error).__name__, trace)
        return
    with database.writing():
        actions.let_go(claimed, state)
        db.session.commit()


def _go_on(claimed: Claim) -> str:
    """The state in which it is left."""
    over = time.monotonic() + TURN
    database.read_only()
    organisation = db.session.get_one(Organisation, claimed.organisation_id)
    rows = actions.to_do(queries.rows_of(claimed.year), claimed.without_bsn, claimed.last_payer)
    db.session.rollback()
    for payer_id, some in groupby(rows, key=lambda row: row.facts.payer_id):
        if not _publish(claimed, payer_id, list(some), organisation):
            break  # another worker took over
        if time.monotonic() > over:
            return "waiting"
    return "done"


def _publish(claimed: Claim, payer_id: UUID, rows: list[Row], organisation: Organisation) -> bool:
    """All of one payer. What changes at this moment is left: the office sees it on its list."""
    drawn = [each for row in rows if (each := _drawn(row, organisation))]
    left: list[Drawn] = []
    with database.writing():
        for each in drawn:
            try:
                actions.publish(each, claimed.by)
            except Refused:
                left.append(each)
        if len(left) < len(drawn):
            actions.tell([payer_id], current_app.config["MAIL_PER_MINUTE"])
        is_ours = actions.note_payer(claimed, payer_id, len(rows))
        if is_ours:
            db.session.commit()
    actions.take_back(left if is_ours else drawn)
    database.read_only()
    return is_ours


def _drawn(row: Row, organisation: Organisation) -> Drawn | None:
    try:
        ready = actions.prepare(row, organisation)
        db.session.rollback()
        return actions.draw(ready, clock.now())
    except Refused as refusal:
        log.warning("a statement of %s is left: %s", row.facts.year, refusal)
        return None
