"""Files in a bucket of S3, or of a provider that speaks its language. obstore does the talking."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from obstore.exceptions import BaseError
from obstore.store import S3Store

if TYPE_CHECKING:
    from obstore.store import BackoffConfig

PATIENCE = timedelta(seconds=20)  # a bucket may stay silent
PAUSES: "BackoffConfig" = {"init_backoff": timedelta(seconds=0.2), "max_backoff": timedelta(seconds=1), "base": 3}
TRIES = 2  # after the first; the key is the same, so what came through before is no harm


class Bucket:
    """The promises of portal.files.storage.Storage, kept by a bucket at this address: https://s3.example.nl/name."""

    def __init__(self, address: str, region: str, key_id: str, secret: str) -> None:
        self._store = _store(address, region, key_id, secret)

    def put(self, key: str, content: bytes) -> None:
        with _as_os_error():
            self._store.put(key, content)

    def get(self, key: str) -> bytes:
        with _as_os_error():
            return bytes(self._store.get(key).bytes())

    def remove(self, key: str) -> None:
        with suppress(FileNotFoundError), _as_os_error():
            self._store.delete(key)

    def older(self, organisation_id: UUID, seconds: float) -> Iterator[str]:
        before = datetime.now(UTC) - timedelta(seconds=seconds)
        with _as_os_error():
            for page in self._store.list(f"{organisation_id.hex}/"):
                yield from (each["path"] for each in page if each["last_modified"] < before)


@cache  # it keeps its lines to the bucket open
def _store(address: str, region: str, key_id: str, secret: str) -> S3Store:
    parts = urlsplit(address)
    name, _, folder = parts.path.strip("/").partition("/")
    return S3Store(
        name, prefix=folder or None, endpoint=f"{parts.scheme}://{parts.netloc}", region=region,
        access_key_id=key_id, secret_access_key=secret, virtual_hosted_style_request=False,
        disable_bulk_delete=True,  # not every provider knows it
        client_options={"timeout": PATIENCE, "allow_http": parts.scheme == "http"},
        retry_config={"max_retries": TRIES, "retry_timeout": 3 * PATIENCE, "backoff": PAUSES},
    )  # fmt: skip


@contextmanager
def _as_os_error() -> Iterator[None]:
    """What obstore says, as who keeps files expects it. FileNotFoundError it is already."""
    try:
        yield
    except BaseError as error:
        raise OSError(errno.EIO, str(error).partition("\n")[0][:600]) from None
