"""From what stands in an address to a file of this organisation, and to the answer that holds it."""

import logging
import unicodedata
from typing import Protocol
from urllib.parse import quote
from uuid import UUID

from flask import Response, abort

from portal.files import queries
from portal.files.models import File
from portal.files.storage import storage

log = logging.getLogger("portal.files")


def find_logo(fingerprint: str) -> File:
    """The logo this organisation shows to everyone, or 404."""
    if not fingerprint.isalnum():  # PostgreSQL takes no NUL, and no half characters
        abort(404)
    return queries.file_in_use("logo", fingerprint) or abort(404)


def find_draft(kind: str, file_id: UUID) -> File:
    """What somebody of this office sent, or 404. Only behind a door of the office."""
    return queries.file(kind, file_id) or abort(404)


class Kept(Protocol):
    """What is kept, and of which kind: a row of File, or what a subject knows of one."""

    @property
    def key(self) -> str: ...

    @property
    def media_type(self) -> str: ...


def answer(file: Kept) -> Response:
    """What is in the file. Whoever opens it by itself gets a page in which nothing runs (security.md, UP6)."""
    try:
        content = storage().get(file.key)
    except OSError as error:
        log.error("file %s cannot be read: %s", file.key, error.strerror)
        abort(404)
    response = Response(content, mimetype=file.media_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def download(file: Kept, name: str) -> Response:
    """What is in the file, to keep under this name (RFC 6266): never a page by itself."""
    response = answer(file)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    spoken = {"filename": plain} if plain == name else {"filename": plain, "filename*": f"UTF-8''{quote(name)}"}
    response.headers.set("Content-Disposition", "attachment", **spoken)
    return response
