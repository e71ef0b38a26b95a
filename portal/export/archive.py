"""A zip of which only the small parts are written down; of every photo it says where that is kept.

So a thousand photos are kept once, however many parents take them along, and each of them is still asked for at the
moment it goes out. `zipfile` writes the zip: to it this is a file.
"""

import io
import json
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import accumulate
from typing import IO, Any, NamedTuple, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from portal import clock

MOST_AT_ONCE = 1 << 18  # bytes that are handed out in one piece


class Part(NamedTuple):
    """So many bytes: these, or those of what is kept under this key, the first `skip` left out."""

    length: int
    words: bytes = b""
    key: str = ""
    skip: int = 0


class Outline(io.RawIOBase):
    """The file that `zipfile` writes."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._index: dict[int, int] = {}  # of the part that begins at this byte
        self._at = self._end = 0
        self._kept: tuple[str, int] | None = None

    def kept(self, key: str, skip: int) -> None:
        """What is written next is kept under this key, from this byte on."""
        self._kept = key, skip

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._end)[whence]
        return self._at

    def write(self, content: Any) -> int:
        length = len(content)
        part = Part(length, key=self._kept[0], skip=self._kept[1]) if self._kept else Part(length, bytes(content))
        self._kept = None
        if not length:
            return 0
        if self._at == self._end:
            self._index[self._at] = len(self.parts)
            self.parts.append(part)
            self._end += length
        elif self.parts[self._index[self._at]].length != length:  # a header is written again when its sum is known
            raise io.UnsupportedOperation("only a whole part can be written again")
        else:
            self.parts[self._index[self._at]] = part
        self._at += length
        return length


class Archive:
    """A zip with one folder in it, being made. The same things give the same bytes."""

    def __init__(self, folder: str, file: Outline | IO[bytes]) -> None:
        self.folder, self._file = folder, file
        self._zip = ZipFile(cast(IO[bytes], file), "w", ZIP_STORED)

    def add(self, name: str, moment: datetime, content: bytes) -> None:
        self._add(name, moment, content, ("", 0))

    def add_kept(self, name: str, moment: datetime, head: bytes, content: bytes, key: str, skip: int) -> None:
        """What is kept under this key, with another head in place of its first bytes."""
        self._add(name, moment, head, (key, skip), memoryview(content)[skip:])

    def _add(
        self, name: str, moment: datetime, head: bytes, kept: tuple[str, int], rest: bytes | memoryview = b""
    ) -> None:
        there = clock.local(moment)
        info = ZipInfo(f"{self.folder}/{name}", (max(there.year, 1980), *there.timetuple()[1:6]))
        info.external_attr = 0o644 << 16
        info.file_size = len(head) + len(rest)
        with self._zip.open(info, "w") as entry:
            if head:
                entry.write(head)
            if rest and isinstance(self._file, Outline):
                self._file.kept(*kept)
            if rest:
                entry.write(rest)

    def close(self) -> None:
        self._zip.close()


# An outline as it is kept in a row


def packed(parts: Iterable[Part], facts: dict[str, Any]) -> bytes:
    """These parts, and what else is to be known, in as few bytes as possible."""
    merged: list[list[Any]] = []
    words = bytearray()
    for part in parts:
        words += part.words
        if part.key:
            merged.append([part.length, part.key, part.skip])
        elif merged and len(merged[-1]) == 1:
            merged[-1][0] += part.length
        else:
            merged.append([part.length])
    return zlib.compress(json.dumps({"parts": merged, **facts}).encode() + b"\n" + words)


def unpacked(content: bytes) -> tuple[list[Part], dict[str, Any]]:
    head, _newline, words = zlib.decompress(content).partition(b"\n")
    facts = json.loads(head)
    parts, start = [], 0
    for length, *kept in facts.pop("parts"):
        parts.append(Part(length, b"", *kept) if kept else Part(length, words[start : start + length]))
        start += 0 if kept else length
    return parts, facts


class Reader(io.RawIOBase):
    """The zip of this outline, read from any byte on. One photo is in memory at a time."""

    def __init__(self, parts: list[Part], get: Callable[[str], bytes], let_go: Callable[[], object]) -> None:
        self._parts, self._get, self._let_go = parts, get, let_go
        self._begins = [0, *accumulate(part.length for part in parts)]
        self.size = self._begins[-1]
        self._at, self._number, self._content = 0, -1, memoryview(b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self.size)[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self.size:
            return 0
        content, begin = self._part_at(self._at)
        found = content[self._at - begin :][: len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _part_at(self, at: int) -> tuple[memoryview, int]:
        if self._number < 0 or not self._begins[self._number] <= at < self._begins[self._number + 1]:
            self._number = bisect_right(self._begins, at) - 1
            part = self._parts[self._number]
            self._content = memoryview(self._get(part.key))[part.skip :] if part.key else memoryview(part.words)
            if len(self._content) != part.length:
                raise OSError(f"{part.key} is not what it was")
        return self._content, self._begins[self._number]

    def close(self) -> None:
        if not self.closed:
            self._let_go()
        super().close()
