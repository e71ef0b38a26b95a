"""From a child of this visitor to what was made ready of it, and to the answer that holds that."""

from threading import BoundedSemaphore
from typing import IO, cast

from flask import Response, abort, request
from flask_login import current_user
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from portal import clock, pages
from portal.auth.find import is_confirmed
from portal.children.models import Child
from portal.export import queries
from portal.export.archive import MOST_AT_ONCE, Part, Reader, unpacked
from portal.export.models import Export
from portal.export.rules import BEGUN
from portal.files.storage import storage

# A slow line holds a thread for as long as it takes. The others stay free for who logs in (portal.serving.THREADS).
_going_out = BoundedSemaphore(8)


def find_ready(child: Child) -> Export:
    """What this visitor asked for and can fetch now, or 404."""
    export = queries.export_of(current_user.account.id, child.id)
    return export if export is not None and export.is_ready(clock.now()) else abort(404)


def find_parts(export: Export) -> tuple[list[Part], str]:
    """What is in it, when every single thing of it may be seen at this moment; else 404."""
    content = queries.outline_of(export.id) or abort(404)
    parts, facts = unpacked(content)
    return (parts, facts["name"]) if _may_still(export, set(facts["marks"])) else abort(404)


def is_still_true(export: Export) -> bool:
    """Whether nothing of it was withdrawn, hidden or changed since it was made."""
    content = queries.outline_of(export.id)
    return content is not None and _may_still(export, set(unpacked(content)[1]["marks"]))


def _may_still(export: Export, marks: set[str]) -> bool:
    taken = queries.taken(current_user.account, export.child_id)
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


def answer(export: Export, parts: list[Part], name: str) -> Response:
    """The zip, put together as it goes out; from any byte on, for who lost the connection."""
    if not _going_out.acquire(blocking=False):
        raise pages.too_busy()
    reader = Reader(parts, storage().get, _going_out.release)
    response = Response(
        FileWrapper(cast(IO[bytes], reader), MOST_AT_ONCE), mimetype="application/zip", direct_passthrough=True
    )
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.zip")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.content_length = reader.size
    response.set_etag(export.fingerprint)
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=reader.size)
    except RequestedRangeNotSatisfiable:
        response.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{reader.size}"})
    return response
