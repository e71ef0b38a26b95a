"""What the worker does for photos that came in: it makes their sizes, one at a time, and lets go of what came in.

Opening a photo is left to a process of its own (portal.files.images): one that eats memory or time, or brings that
process down, costs that photo. A worker that dies leaves a photo that is done when its lease is over.
"""

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from portal import clock
from portal import db as database
from portal.db import EVERYWHERE, db, within
from portal.errors import Refused
from portal.files import actions as files
from portal.files.images import Busy, Unusable, photo_of
from portal.files.storage import storage
from portal.photos import actions, queries
from portal.photos.actions import Claim

log = logging.getLogger("portal.photos")


def run_next(owner: str) -> bool:
    """Make the sizes of the next photo, of whatever organisation. False when none waits."""
    with within(EVERYWHERE):
        database.read_only()
        has_work = queries.has_work(clock.now())
        db.session.rollback()
        if not has_work:
            return False
    claimed = _claim(owner)
    if claimed is not None:
        with within(claimed.organisation_id):
            _make(claimed)
    return True


def _claim(owner: str) -> Claim | None:
    with within(EVERYWHERE), database.writing():
        claimed = actions.claim(owner)
        db.session.commit()
    return claimed


def _make(claimed: Claim) -> None:
    try:
        made = photo_of(storage().get(claimed.key))
        keys = [files.put(picture.content) for _, picture in made.sizes]
        is_ours = _settle(actions.finish, claimed, made, keys)
    except Unusable as problem:
        is_ours = _settle(actions.refuse, claimed, str(problem))
    except FileNotFoundError:
        is_ours = _settle(actions.refuse, claimed, "failed")
    except (Busy, OSError, Refused):  # no room, or the bucket is away
        _settle(actions.give_back, claimed)
        return
    except Exception as error:  # it keeps its lease, and is tried again after it
        trace = "".join(traceback.format_tb(error.__traceback__))
        log.error("photo %s cannot be made: %s\n%s", claimed.photo_id, type(error).__name__, trace)
        return
    if is_ours is not False:
        with suppress(OSError):  # the sweep takes it
            storage().remove(claimed.key)


def _settle(action: Callable[..., bool | None], claimed: Claim, *values: Any) -> bool | None:
    with database.writing():
        result = action(claimed, *values)
        db.session.commit()
    return result
