"""What the office brings in: a folder or a zip with one CSV and the PDFs beside it. Nothing is unpacked on a disk."""

import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from os import SEEK_CUR, SEEK_END
from pathlib import Path
from typing import IO

from portal.documents.rules import MOST_BYTES as MOST_IN_PDF
from portal.errors import Refused
from portal.files.rules import clean_name
from portal.sheets import MOST_BYTES
from portal.text import _

MOST_FILES = 10_000
MOST_LISTED = 4 * MOST_FILES  # in a zip: also its folders, and what a Mac puts beside each file
MOST_UNPACKED = 1 << 30  # bytes, of everything in it together
_SHOWN = 60


@dataclass
class Bundle:
    """The rows, and how to get at each PDF: by its name without folders, whatever its capitals."""

    table: bytes
    pdfs: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)

    def pdf(self, name: str) -> bytes | None:
        """At most one byte more than a document may have. Raises Refused when it cannot be read."""
        get = self.pdfs.get(key_of(name))
        return get() if get else None


def key_of(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


@contextmanager
def opened(path: Path) -> Iterator[Bundle]:
    """A folder, a zip, or only a CSV: for a change of status no PDF is needed. Raises Refused."""
    try:
        if path.is_dir():
            yield _of_folder(path)
            return
        with path.open("rb") as file, of_file(file) as bundle:
            yield bundle
    except FileNotFoundError:
        raise Refused(_("%(name)s is er niet.", name=path.name[-_SHOWN:])) from None
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or _("kapot")
        raise Refused(_("%(name)s kan niet worden gelezen: %(why)s.", name=path.name[-_SHOWN:], why=words)) from None


@contextmanager
def of_file(file: IO[bytes]) -> Iterator[Bundle]:
    """A zip, or a CSV by itself. Raises Refused."""
    start = file.read(4)
    file.seek(0)
    if not start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield Bundle(file.read(MOST_BYTES + 1))
        return
    _look_at_list(file)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise Refused(_("Dit zip-bestand is beschadigd of niet helemaal aangekomen. Maak het opnieuw.")) from None
    with archive:
        yield _of_zip(archive)


_END, _END_64, _LOCATOR_64, _ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", 46


def _look_at_list(file: IO[bytes]) -> None:
    """Count what a zip lists, whatever it says itself: two hundred thousand names in 10 MB took 71 MiB to read.

    Where the list is, is read as zipfile does; what is wrong there is for zipfile to find.
    """
    length = file.seek(0, SEEK_END)
    file.seek(max(0, length - (1 << 16) - 22))
    end = file.read()
    place = end.rfind(_END)
    after = length - len(end) + place  # the list ends here
    listed, size = struct.unpack_from("<HI", end, place + 10) if 0 <= place <= len(end) - 22 else (0, 0)
    if place >= 76 and end[place - 20 :].startswith(_LOCATOR_64) and end[place - 76 :].startswith(_END_64):
        listed, size = struct.unpack_from("<QQ", end, place - 44)
        after -= 76
    if listed <= MOST_LISTED and 0 < size <= after:
        file.seek(after - size)
        listed = sum(1 for _entry in zip(_entries(file, after), range(MOST_LISTED + 1), strict=False))
    file.seek(0)
    if listed > MOST_LISTED:
        raise Refused(_("Er zijn meer dan 10.000 bestanden. Verdeel ze over meer keren."))


def _entries(file: IO[bytes], after: int) -> Iterator[bytes]:
    while file.tell() < after and len(entry := file.read(_ENTRY)) == _ENTRY:
        file.seek(sum(struct.unpack_from("<HHH", entry, 28)), SEEK_CUR)  # its name, and what is said more of it
        yield entry


def _of_folder(path: Path) -> Bundle:
    files, size = [], 0
    for each in sorted(path.rglob("*")):
        if _is_ignored(each.relative_to(path).as_posix()) or each.is_dir():
            continue
        if each.is_symlink() or not each.is_file():
            raise Refused(_("%(name)s is een verwijzing. Zet het bestand zelf in de map.", name=each.name[-_SHOWN:]))
        files.append(each)
        size += each.stat().st_size
        _look_at_size(len(files), size)
    return _sorted_out([(each.name, partial(_read, each)) for each in files])


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_IN_PDF + 1)


def _of_zip(archive: zipfile.ZipFile) -> Bundle:
    files: list[tuple[str, Callable[[], bytes]]] = []
    size = 0
    for entry in archive.infolist():
        if entry.is_dir() or _is_ignored(entry.filename):
            continue
        name = _name_in_zip(entry)
        size += entry.file_size
        files.append((name, partial(_unpacked, archive, entry, name)))
        _look_at_size(len(files), size)
    return _sorted_out(files)


def _name_in_zip(entry: zipfile.ZipInfo) -> str:
    """The last part of it. Names that lead out of the zip are made by nobody who means well."""
    parts, shown = entry.filename.replace("\\", "/").split("/"), clean_name(entry.filename)
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    if ".." in parts or parts[0] == "" or ":" in parts[0] or is_link:
        raise Refused(_("In het zip-bestand wijst %(name)s naar een andere plek. Maak het opnieuw.", name=shown))
    if entry.flag_bits & 1:
        raise Refused(_("Op het zip-bestand zit een wachtwoord. Maak het opnieuw, zonder wachtwoord."))
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others say themselves what they take up
        raise Refused(_("Zo'n zip-bestand kunnen wij niet uitpakken. Maak het opnieuw, als gewone zip."))
    return parts[-1]


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """Never more than we look at, whatever it says its size is."""
    try:
        with archive.open(entry) as file:
            return file.read(MOST_IN_PDF + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error, ValueError):
        raise Refused(
            _("%(name)s in het zip-bestand is beschadigd. Maak het opnieuw.", name=clean_name(name))
        ) from None


def _is_ignored(name: str) -> bool:
    """What macOS and Windows put beside the files of people."""
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or (parts[-1].startswith(".") and parts[-1] != "..") or parts[-1] in _OF_WINDOWS


_OF_WINDOWS = ("Thumbs.db", "desktop.ini")


def _look_at_size(files: int, size: int) -> None:
    if files > MOST_FILES:
        raise Refused(_("Er zijn meer dan 10.000 bestanden. Verdeel ze over meer keren."))
    if size > MOST_UNPACKED:
        raise Refused(_("Uitgepakt is dit meer dan 1 GB. Verdeel het over meer keren."))


def _sorted_out(files: Sequence[tuple[str, Callable[[], bytes]]]) -> Bundle:
    """The one CSV, and the PDFs; two with one name would leave it open which is meant."""
    tables = [get for name, get in files if name.lower().endswith((".csv", ".txt"))]
    if not tables:
        raise Refused(_("Er zit geen CSV-bestand bij. Daarin staan de rijen."))
    if len(tables) > 1:
        raise Refused(_("Er zit meer dan één CSV-bestand bij. Laat er één staan."))
    pdfs: dict[str, Callable[[], bytes]] = {}
    for name, get in files:
        if name.lower().endswith(".pdf"):
            if key_of(name) in pdfs:
                raise Refused(_("%(name)s staat er twee keer in, in verschillende mappen.", name=clean_name(name)))
            pdfs[key_of(name)] = get
    return Bundle(tables[0](), pdfs)
