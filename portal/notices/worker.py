"""What the worker does about once a minute for each organisation: looking what is new for whom."""

import logging
import traceback

from flask import current_app
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal import db as database
from portal.db import EVERYWHERE, db, within
from portal.notices import actions, queries

log = logging.getLogger("portal.notices")


def run_next(_owner: str) -> bool:
    """Look in one organisation. False when it is no time yet."""
    with within(EVERYWHERE):
        database.read_only()
        found = queries.first_to_look(clock.now())
        db.session.rollback()
    if found is None:
        return False
    with within(found.organisation_id):
        return _look() if found.is_known else _begin()


def _look() -> bool:
    try:
        with database.writing():
            is_done = actions.look(current_app.config["MAIL_PER_MINUTE"])
            db.session.commit()
    except Exception as error:  # what goes wrong in one organisation must not keep the others waiting
        trace = "".join(traceback.format_tb(error.__traceback__))
        log.error("looking what is new failed: %s\n%s", type(error).__name__, trace)
        with database.writing():
            actions.look_later()
            db.session.commit()
        return True
    return is_done


def _begin() -> bool:
    try:
        with database.writing():
            actions.begin()
            db.session.commit()
    except IntegrityError:  # another worker did
        db.session.rollback()
    return True
