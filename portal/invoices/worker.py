"""What the worker does with a zip of invoices that was confirmed: its PDFs first, and then everything at once."""

import io
from collections.abc import Callable
from functools import partial

from flask import current_app

from portal import db as database
from portal.db import db
from portal.documents import bundle
from portal.documents.actions import Arrived
from portal.files.storage import storage
from portal.invoices import actions
from portal.uploads import actions as uploads
from portal.uploads.actions import Claim

STEP = 50  # PDFs between two looks of who waits


def take_over(claimed: Claim) -> None:
    """When it comes to something else by now nothing is imported, and the new outcome is to be looked at again."""
    with bundle.of_file(io.BytesIO(storage().get(claimed.key))) as opened:
        examined = actions.examine(opened)
        database.read_only()
        result = actions.compare(examined)
        db.session.rollback()
        if result.bad_rows or result.outcome() != claimed.outcome:
            _committed(lambda: uploads.look_again(claimed, actions.preview(result)))
            return
        kept = actions.keep_pdfs(result, opened, partial(_advance, claimed))
    try:
        is_done = _committed(lambda: _write(claimed, examined, kept))
    except BaseException:
        actions.take_back(kept)
        raise
    if not is_done:
        actions.take_back(kept)


def _write(claimed: Claim, examined: actions.Examined, kept: dict[str, Arrived]) -> bool:
    result = actions.write(examined, kept, claimed.outcome, current_app.config["MAIL_PER_MINUTE"], claimed.by)
    if result.outcome() != claimed.outcome:
        actions.take_back(kept)
        return uploads.look_again(claimed, actions.preview(result))
    return uploads.end(claimed, actions.remember(result, claimed.filename, claimed.by))


def _committed(write: Callable[[], bool]) -> bool:
    """False when this worker no longer holds it: then nothing is kept."""
    with database.writing():
        is_mine = write()
        if is_mine:
            db.session.commit()
    return is_mine


def _advance(claimed: Claim, done: int, total: int) -> None:
    if done % STEP == 0 or done == total:
        with database.writing():
            uploads.advance(claimed, done, total)
            db.session.commit()
