"""Rows with their PDFs, as the office brings them in: looked at, and kept until they are confirmed; then taken over by
the worker, or at once by a command. What they come to is for their subject to say: its actions are `subject`."""

import io
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy.exc import IntegrityError

from portal import db as database
from portal.db import db
from portal.documents import actions, bundle
from portal.documents.actions import Arrived
from portal.documents.bundle import Bundle
from portal.errors import Refused
from portal.files import actions as files
from portal.files.images import Picture
from portal.files.storage import storage
from portal.uploads import actions as uploads
from portal.uploads.actions import Claim
from portal.uploads.models import Upload

STEP = 50  # PDFs between two looks of who waits
Kept = dict[str, Arrived]


def looked_at(subject: Any, file: Any, account_id: Any) -> Upload:
    """Looked at and kept without holding anything in the database, for that takes seconds. Raises Refused."""
    with database.writing():
        files.count_upload(account_id)
        db.session.commit()
    with bundle.of_file(file.stream) as opened:
        examined = subject.examine(opened)
    database.read_only()
    seen = subject.preview(subject.compare(examined))
    db.session.rollback()
    file.stream.seek(0)
    content = file.stream.read()
    key = files.put(content)
    with database.writing():
        kept = uploads.keep(content, file.filename or "", seen, account_id, subject.KIND, key)
        files.add("import", file.filename or "", key, Picture("application/zip", 0, 0, content))
        db.session.commit()
    database.read_only()
    return kept


def take_over(subject: Any, claimed: Claim) -> None:
    """When it comes to something else by now nothing is imported, and the new outcome is to be looked at again."""
    with bundle.of_file(io.BytesIO(storage().get(claimed.key))) as opened:
        examined = subject.examine(opened)
        database.read_only()
        result = subject.compare(examined)
        db.session.rollback()
        if result.bad_rows or result.outcome() != claimed.outcome:
            _committed(lambda: uploads.look_again(claimed, subject.preview(result)))
            return
        kept = subject.keep_pdfs(result, opened, partial(_advance, claimed))
    try:
        is_done = _committed(lambda: _write(subject, claimed, examined, kept))
    except BaseException:
        actions.take_back(kept)
        raise
    if not is_done:
        actions.take_back(kept)


def _write(subject: Any, claimed: Claim, examined: Any, kept: Kept) -> bool:
    result = subject.write(examined, kept, claimed.outcome, current_app.config["MAIL_PER_MINUTE"], claimed.by)
    if result.outcome() != claimed.outcome:
        actions.take_back(kept)
        return uploads.look_again(claimed, subject.preview(result))
    return uploads.end(claimed, subject.remember(result, claimed.filename, claimed.by))


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


def at_once(subject: Any, opened: Bundle, dry_run: bool, progress: Callable[[int, int], None]) -> Any:
    """What it came to, or would come to. Raises Refused; then nothing of it was done."""
    examined = subject.examine(opened)
    database.read_only()
    result = subject.compare(examined)
    db.session.rollback()
    if result.bad_rows or dry_run:
        return result
    kept = subject.keep_pdfs(result, opened, progress)
    try:
        with database.writing():
            done = subject.write(examined, kept, result.outcome(), current_app.config["MAIL_PER_MINUTE"])
            if done.outcome() != result.outcome():
                raise Refused("Something changed in the portal meanwhile. Nothing was imported; run the import again.")
            db.session.commit()
    except IntegrityError:
        actions.take_back(kept)
        raise Refused("Someone imported the same file at the same moment. Run the import again.") from None
    except BaseException:
        actions.take_back(kept)
        raise
    return done
