"""Keeping files, choosing them, and sweeping up what belongs to nobody."""

import hashlib
import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import IO
from uuid import UUID

from portal import clock
from portal.db import db, scope
from portal.errors import Refused
from portal.files import queries, rules
from portal.files.images import Busy, Picture, Unusable, logo_of
from portal.files.models import File
from portal.files.storage import new_key, storage
from portal.text import _
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit

log = logging.getLogger("portal.files")

UPLOADS = Limit("uploads", 30, timedelta(hours=1))
SAFE_AGE = 3600.0  # seconds; the row of a younger file may not be committed yet


def count_upload(account_id: UUID, limit: Limit | None = None) -> None:
    """Count one more file that this account sends, of whatever kind. Raises Refused when there were too many."""
    if throttle.count([(limit or UPLOADS, f"{scope().hex} {account_id.hex}")]).refused:
        raise Refused(_("U heeft dit uur heel veel bestanden gestuurd. Probeer het over een uur opnieuw."))


def opened_logo(original: IO[bytes]) -> Picture:
    """The logo in what somebody sent, made anew. Raises Refused. It takes a second: not in an open transaction."""
    try:
        return logo_of(original)
    except Unusable as problem:
        raise Refused(rules.why_not(str(problem))) from None
    except Busy:
        raise Refused(rules.busy()) from None


def keep(kind: str, name: str, picture: Picture) -> File:
    """Keep this as a draft. Raises Refused when there is no room; then nothing was kept.

    The file is written before its row is: a rollback leaves a file without a row, which `sweep` takes away.
    """
    return add(kind, name, put(picture.content), picture)


def put(content: bytes) -> str:
    """Write this where files are kept; the key of it. It takes a while: not in an open transaction. Raises Refused."""
    key = new_key(scope())
    try:
        storage().put(key, content)
    except OSError as error:
        log.error("a file cannot be kept: %s", error.strerror)
        raise Refused(rules.full()) from None
    return key


def take_back(keys: Iterable[str]) -> None:
    """What `put` kept, and no row will ever know. When the storage fails too, the sweep does it."""
    with suppress(OSError):
        for key in keys:
            storage().remove(key)


def add(kind: str, name: str, key: str, picture: Picture) -> File:
    """The row of a picture that is kept under this key, still a draft."""
    name = rules.name_of_pdf(name) if picture.media_type == rules.PDF else rules.clean_name(name)
    row = File(
        organisation_id=scope(), kind=kind, key=key, name=name, media_type=picture.media_type,
        size=len(picture.content), width=picture.width, height=picture.height,
        fingerprint=hashlib.sha256(picture.content).hexdigest()[:32],
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def use(file: File) -> None:
    """From here on this is the one of its kind; what was used before is not kept."""
    stop_using(file.kind, but=file)
    file.used_at = clock.now()
    db.session.flush()


def stop_using(kind: str, but: File | None = None) -> None:
    """The rows go; the files follow with the next sweep, when it is sure that the rows are gone."""
    for other in queries.files_in_use(kind):
        if other is not but:
            db.session.delete(other)
    db.session.flush()


def sweep() -> None:
    """Take away files of this organisation that no row knows, and forget drafts that nobody chose. For the worker.

    What belongs to an organisation that is not here stays: with a wrong database nothing is taken for an orphan.
    """
    old = list(storage().older(scope(), SAFE_AGE))
    for key in set(old) - queries.known_keys() if old else ():
        storage().remove(key)
    for draft in queries.drafts_before(clock.now() - rules.DRAFTS_LIVE):
        db.session.delete(draft)
    db.session.flush()
