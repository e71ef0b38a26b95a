"""Where files are kept: one interface; behind it the folder `uploads` of this installation, or a bucket."""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from uuid import UUID

from flask import current_app

KEY = re.compile(r"[0-9a-f]{32}/[0-9a-f]{32}")


def new_key(organisation_id: UUID) -> str:
    """A place nobody can guess (128 bits), in the part of this organisation."""
    return f"{organisation_id.hex}/{secrets.token_hex(16)}"


class Storage(Protocol):
    """A file is there as a whole or not at all, and once written it never changes. Keys come from `new_key`."""

    def put(self, key: str, content: bytes) -> None:
        """Keep it, so that it is there after a power cut. Raises OSError; then nothing is kept."""

    def get(self, key: str) -> bytes:
        """Raises OSError when it cannot be read."""

    def remove(self, key: str) -> None:
        """When it is not there any more, that is fine too."""

    def older(self, organisation_id: UUID, seconds: float) -> Iterator[str]:
        """The keys of what an organisation kept longer ago than this, pieces of what was never finished included."""


def storage() -> Storage:
    """The storage of this installation."""
    config = current_app.config
    if config["FILES_BUCKET"]:
        from portal.files.bucket import Bucket  # who keeps files in a folder need not have obstore

        return Bucket(
            config["FILES_BUCKET"],
            config["FILES_BUCKET_REGION"],
            config["FILES_BUCKET_KEY"],
            config["FILES_BUCKET_SECRET"],
        )
    return Folder(Path(current_app.instance_path) / "uploads")


class Folder:
    """Files on the disk of this machine: only for the user of the portal (0600, in folders that are 0700)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        _made(self.root.parent, self.root)
        _made(self.root, path.parent)
        unfinished = path.with_suffix(".part")
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise
        _synced(path.parent)

    def get(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def remove(self, key: str) -> None:
        path = self._path(key)
        for each in (path, path.with_suffix(".part")):
            each.unlink(missing_ok=True)

    def older(self, organisation_id: UUID, seconds: float) -> Iterator[str]:
        for path in sorted((self.root / organisation_id.hex).glob("*")):
            key = f"{organisation_id.hex}/{path.stem}"
            with suppress(FileNotFoundError):  # taken away by another sweep meanwhile
                if KEY.fullmatch(key) and time.time() - path.stat().st_mtime > seconds:
                    yield key

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError("this is no key of a file")
        return self.root / key


def _made(parent: Path, folder: Path) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        _synced(parent)


def _synced(folder: Path) -> None:
    """The name of a file is in its folder, which has to reach the disk as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
