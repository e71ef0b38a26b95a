"""What the worker does for files that were confirmed: it imports them, one at a time.

Not in the request that confirms: ten thousand rows take longer than a proxy waits for an answer. A worker that dies
leaves a file that is busy; nothing of it is written, and when its lease is over the next one begins anew.
"""

import logging
import time
import traceback
from collections.abc import Callable

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.exc import IntegrityError, OperationalError

from portal import clock
from portal import db as database
from portal.db import EVERYWHERE, db, within
from portal.errors import Refused
from portal.organisations.models import Organisation
from portal.uploads import actions, queries
from portal.uploads.actions import Claim

log = logging.getLogger("portal.uploads")

SWEEP = 600.0  # seconds
_next_sweep = [0.0]


def run_next(owner: str) -> bool:
    """Import the next file, of whatever organisation. False when none waits."""
    with within(EVERYWHERE):
        if time.monotonic() >= _next_sweep[0]:
            _next_sweep[0] = time.monotonic() + SWEEP
            sweep()
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
            _import(claimed)
    return True


def sweep() -> None:
    """Of all organisations."""
    with within(EVERYWHERE), database.writing():
        actions.sweep()
        db.session.commit()


def _import(claimed: Claim) -> None:
    try:
        with force_locale(_language(claimed)):
            IMPORTS[claimed.kind](claimed)
    except Refused as refusal:
        log.error("upload %s cannot be imported: %s", claimed.upload_id, refusal)
        _give_back(claimed, "failed")
    except (IntegrityError, OperationalError):  # somebody added the same people, or wrote for long, at this moment
        _give_back(claimed, "waiting")
    except Exception as error:
        # Without its message: in it may stand what the file says.
        log.error(
            "upload %s cannot be imported: %s\n%s", claimed.upload_id, type(error).__name__,
            "".join(traceback.format_tb(error.__traceback__)),
        )  # fmt: skip
        _give_back(claimed, "failed")


def _parents(claimed: Claim) -> None:
    """All of it in one transaction, with what became of it."""
    database.read_only()
    content = queries.content_of(claimed.upload_id) or b""
    db.session.rollback()
    with database.writing():
        if actions.take_over(claimed, content, current_app.config["MAIL_PER_MINUTE"]):
            db.session.commit()


# Who takes over each kind of file. A subject with files of its own adds it here, and it commits by itself.
IMPORTS: dict[str, Callable[[Claim], None]] = {"parents": _parents}


def _language(claimed: Claim) -> str:
    """Of the office it is of."""
    database.read_only()
    language = db.session.get_one(Organisation, claimed.organisation_id).language
    db.session.rollback()
    return language


def _give_back(claimed: Claim, what: str) -> None:
    with database.writing():
        actions.give_back(claimed, what)
        db.session.commit()
