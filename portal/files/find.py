"""From what stands in an address to a file of this organisation, and to the answer that holds it."""

import logging
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterator
from functools import partial
from threading import RLock
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


class Lanes:
    """How many go out at once. A slow line holds a thread for as long as it takes: the others stay free for who logs in
    (portal.serving.THREADS), and nobody holds them all."""

    def __init__(self, most: int, of_one: int) -> None:
        self._most, self._of_one = most, of_one
        self._held: Counter[Hashable] = Counter()
        self._lock = RLock()  # of one thread: what it forgot may be let go at any line of it

    def enter(self, who: Hashable) -> bool:
        with self._lock:
            is_free = self._held.total() < self._most and self._held[who] < self._of_one
            self._held += Counter({who: int(is_free)})
            return is_free

    def leave(self, who: Hashable) -> None:
        with self._lock:
            self._held -= Counter({who: 1})


def to_strangers(file: Kept, name: str, network: str) -> Response | None:
    """The same for who is not logged in. None: as many go out as may at once, to this network or to all.

    In pieces, or what a hundred slow readers wait for would lie in memory a hundred times.
    """
    if not _to_strangers.enter(network):
        return None
    try:
        response = download(file, name)
    except BaseException:
        _to_strangers.leave(network)
        raise
    content = response.get_data()
    response.response = _pieces(content)
    response.content_length = len(content)
    response.call_on_close(partial(_to_strangers.leave, network))
    return response


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


_to_strangers = Lanes(16, of_one=4)
PIECE = 1 << 18  # bytes
