"""What the worker does for a parent who takes everything along: it goes through all photos, one export at a time.

It works for a second and then lets the other chores go first, so that a photo of today never waits for the two thousand
of before. A worker that dies leaves nothing behind but a row; when its lease is over the next one begins anew.
"""

import hashlib
import logging
import time
import traceback
from collections.abc import Iterator
from typing import IO
from uuid import UUID

from flask_babel import force_locale

from portal import clock
from portal import db as database
from portal.db import EVERYWHERE, db, within
from portal.diary.queries import Picture
from portal.export import actions, book, exif, queries
from portal.export.actions import Claim
from portal.export.archive import Archive, Outline, packed
from portal.export.queries import Taken
from portal.export.rules import folder_name
from portal.files.storage import storage

log = logging.getLogger("portal.export")

TURN = 1.0  # seconds
SIZES = {"groot": "fotos/", "klein": "boek/klein/"}
_making: dict[str, "Making"] = {}  # what each worker in this process is at


def run_next(owner: str) -> bool:
    """Go on with the export this worker is making, or begin the next. False when none waits."""
    making = _making.pop(owner, None)
    claimed = making.claimed if making else _claim(owner)
    if claimed is None:
        return False
    with within(claimed.organisation_id):
        if making := _turn(claimed, making):
            _making[owner] = making
    return True


def _claim(owner: str) -> Claim | None:
    with within(EVERYWHERE):
        database.read_only()
        has_work = queries.has_work(clock.now())
        db.session.rollback()
        if not has_work:
            return None
        with database.writing():
            claimed = actions.claim(owner)
            db.session.commit()
    return claimed


def _turn(claimed: Claim, making: "Making | None") -> "Making | None":
    """One second of it; what there is to go on with."""
    try:
        making = making or _begun(claimed)
        return making if making and making.go_on() else None
    except OSError:  # the disk or the bucket is away
        with database.writing():
            actions.give_back(claimed)
            db.session.commit()
    except Exception as error:  # it keeps its lease, and is begun anew after it
        trace = "".join(traceback.format_tb(error.__traceback__))
        log.error("export %s cannot be made: %s\n%s", claimed.export_id, type(error).__name__, trace)
    return None


def _begun(claimed: Claim) -> "Making | None":
    """Look at all that this parent may see now. None when that is nothing any more."""
    database.read_only()
    account = queries.account(claimed.account_id)
    taken = queries.taken(account, claimed.child_id) if account else None
    language = account.person.language if account else ""
    db.session.rollback()
    if taken is None:
        with database.writing():
            actions.end(claimed, "gone")
            db.session.commit()
        return None
    return Making(claimed, taken, language or taken.organisation.language)


class Making:
    """One export while it is made."""

    def __init__(self, claimed: Claim, taken: Taken, language: str) -> None:
        self.claimed, self.taken, self.language = claimed, taken, language
        self.outline = Outline()
        self.archive = new_archive(taken, self.outline)
        self.missing: set[UUID] = set()
        self.photos = add_photos(self.archive, taken, self.missing)
        self.done = 0

    def go_on(self) -> bool:
        """For a second; whether there is more to do."""
        over = time.monotonic() + TURN
        for _picture in self.photos:
            self.done += 1
            if time.monotonic() > over:
                return self.is_ours()
        self._finish()
        return False

    def is_ours(self) -> bool:
        """Write down how far it is; False when another worker took over."""
        with database.writing():
            is_ours = actions.note_progress(self.claimed, self.done, len(self.taken.everything.pictures))
            db.session.commit()
        return is_ours

    def _finish(self) -> None:
        add_files(self.archive, self.taken, self.missing)
        add_pages(self.archive, self.taken, self.missing, self.language)
        self.archive.close()
        content = packed(self.outline.parts, {"marks": sorted(self.taken.marks()), "name": self.archive.folder})
        fingerprint = hashlib.sha256(content).hexdigest()[:32]
        with database.writing():
            actions.finish(self.claimed, content, self.outline.tell(), fingerprint)
            db.session.commit()


# A zip of what was taken, also for a command


def new_archive(taken: Taken, file: Outline | IO[bytes]) -> Archive:
    return Archive(folder_name(taken.child.given_name, taken.organisation.name), file)


def add_photos(archive: Archive, taken: Taken, missing: set[UUID]) -> Iterator[Picture]:
    """Put every photo in it, and say so of each. One that is not there any more is left out, and is then `missing`."""
    for picture in taken.everything.pictures:
        try:
            _add_photo(archive, taken, picture)
        except (FileNotFoundError, KeyError):
            log.warning("photo %s is not where it is kept", picture.id)
            missing.add(picture.id)
        yield picture


def _add_photo(archive: Archive, taken: Taken, picture: Picture) -> None:
    keys = {size: taken.keys[picture.id, size] for size in SIZES}
    contents = {size: storage().get(key) for size, key in keys.items()}
    for size, folder in SIZES.items():
        head = exif.head(picture.taken_at, picture.caption) if size == "groot" else b""
        skip = exif.SKIP if head else 0
        name = folder + book.file_of(picture)
        archive.add_kept(name, picture.taken_at, head, contents[size], keys[size], skip)


def add_files(archive: Archive, taken: Taken, missing: set[UUID]) -> None:
    """The documents of the child, and what went with news. Few and small beside the photos."""
    files = [(book.paper_file(each), each.added_at, each.id, each.key) for each in taken.papers]
    files += [
        (book.news_file(news, each), news.published_at, each.id, each.key)
        for news in taken.news
        for each in news.attachments
    ]
    for name, moment, id_, key in files:
        try:
            archive.add_kept(name, moment, b"", storage().get(key), key, 0)
        except FileNotFoundError:
            missing.add(id_)


def add_pages(archive: Archive, taken: Taken, missing: set[UUID], language: str) -> None:
    with force_locale(language):
        for page in book.pages(taken, missing):
            archive.add(page.name, page.moment, page.content)
