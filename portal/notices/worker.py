"""What the worker does about once a minute for each organisation: looking what is new for whom."""

from flask import current_app
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal import db as database
from portal.db import EVERYWHERE, db, within
from portal.notices import actions, queries


def run_next(_owner: str) -> bool:
    """Look in one organisation. False when it is no time yet."""
    with within(EVERYWHERE):
        database.read_only()
        found = queries.first_to_look(clock.now())
        db.session.rollback()
    if found is None:
        return False
    with within(found.organisation_id), database.writing():
        is_done = actions.look(current_app.config["MAIL_PER_MINUTE"]) if found.is_known else _begin()
        db.session.commit()
    return is_done


def _begin() -> bool:
    try:
        actions.begin()
    except IntegrityError:  # another worker did
        db.session.rollback()
    return True
