"""From a child of this visitor to what was made ready of it, and to the answer that holds that."""

import time
from collections.abc import Callable
from functools import partial
from typing import IO, NamedTuple, cast
from uuid import UUID

from flask import Response, abort, current_app, request
from flask_login import current_user
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from portal import clock, pages
from portal import db as database
from portal.auth.find import is_confirmed
from portal.children.models import Child
from portal.db import within
from portal.export import queries
from portal.export.archive import MOST_AT_ONCE, Part, Reader, unpacked
from portal.export.models import Export
from portal.export.rules import BEGUN
from portal.files.find import Lanes
from portal.files.storage import storage

_going_out = Lanes(8, of_one=3)  # one that broke off may be held for a while yet
ASKED_AGAIN = 60.0  # seconds


def find_ready(child: Child) -> Export:
    """What this visitor asked for and can fetch now, or 404."""
    export = queries.export_of(current_user.account.id, child.id)
    return export if export is not None and export.is_ready(clock.now()) else abort(404)


class Kept(NamedTuple):
    """How the zip is made up, and the marks of what is in it (Taken.marks)."""

    parts: list[Part]
    name: str
    marks: set[str]


def find_kept(export: Export) -> Kept:
    """What is in it, when every single thing of it may be seen at this moment; else 404."""
    kept = _kept(export) or abort(404)
    return kept if may_still(export.account_id, export.child_id, kept.marks) else abort(404)


def is_still_true(export: Export) -> bool:
    """Whether nothing of it was withdrawn, hidden or changed since it was made."""
    kept = _kept(export)
    return kept is not None and may_still(export.account_id, export.child_id, kept.marks)


def _kept(export: Export) -> Kept | None:
    content = queries.outline_of(export.id)
    if content is None:
        return None
    parts, facts = unpacked(content)
    return Kept(parts, facts["name"], set(facts["marks"]))


def may_still(account_id: UUID, child_id: UUID, marks: set[str]) -> bool:
    account = queries.account(account_id)
    taken = queries.taken(account, child_id) if account else None
    return taken is not None and marks <= taken.marks()


def goes_on(export: Export) -> bool:
    """Whether this is the rest of a download that this session began, having shown who it is, and that broke off."""
    asked = request.range
    is_rest = asked is not None and asked.units == "bytes" and len(asked.ranges) == 1 and (asked.ranges[0][0] or 0) > 0
    in_time = export.begun_at is not None and export.begun_at > clock.now() - BEGUN
    return is_rest and in_time and export.begun_in == current_user.session.id


def may_fetch(export: Export) -> bool:
    """Whether this visitor showed who it is for this (security.md, U1)."""
    return is_confirmed() or goes_on(export)


def answer(export: Export, kept: Kept) -> Response:
    """The zip, put together as it goes out; from any byte on, for who lost the connection."""
    if not _going_out.enter(account_id := export.account_id):
        raise pages.too_busy()
    reader = Reader(kept.parts, _watched(export, kept.marks), partial(_going_out.leave, account_id))
    pieces = FileWrapper(cast(IO[bytes], reader), MOST_AT_ONCE)
    response = Response(pieces, mimetype="application/zip", direct_passthrough=True)
    response.headers.set("Content-Disposition", "attachment", filename=f"{kept.name}.zip")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.content_length = reader.size
    response.set_etag(export.fingerprint)
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=reader.size)
    except RequestedRangeNotSatisfiable:
        response.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{reader.size}"})
    return response


def _watched(export: Export, marks: set[str]) -> Callable[[str], bytes]:
    """Reads what is kept. A download may take an hour: each minute it is asked anew whether it may go on (D2)."""
    app, get, session_id = current_app._get_current_object(), storage().get, current_user.session.id  # type: ignore[attr-defined]
    organisation_id, account_id, child_id = export.organisation_id, export.account_id, export.child_id
    asked_at = time.monotonic()

    def read(key: str) -> bytes:
        nonlocal asked_at
        if time.monotonic() > asked_at + ASKED_AGAIN:
            with app.app_context(), within(organisation_id):
                database.read_only()
                if not (queries.is_live(session_id) and may_still(account_id, child_id, marks)):
                    raise PermissionError("what goes out may not be seen any more")
            asked_at = time.monotonic()
        return get(key)

    return read
