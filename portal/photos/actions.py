"""A photo comes in, gets its sizes, children and a caption, and is withdrawn."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import look, record
from portal.auth.models import Person
from portal.children.models import Child
from portal.consent.queries import refusals
from portal.consent.rules import PHOTO_OWN
from portal.db import changed, db, scope
from portal.errors import Refused
from portal.files import actions as files
from portal.files.images import Photograph, Picture
from portal.files.models import File
from portal.files.rules import clean_name
from portal.organisations.models import Group
from portal.photos import queries, rules
from portal.photos.models import RAW, Photo, PhotoChild, PhotoFile
from portal.text import _
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit

OF_PERSON = Limit("photos", 300, timedelta(hours=1))
OF_ORGANISATION = Limit("photos of all", 3000, timedelta(days=1))
LEASE = timedelta(minutes=3)
LATER = timedelta(minutes=5)  # when a full disk or a bucket that is away is tried again
MOST_TRIES = 3
REFUSED_LIVES = timedelta(days=7)


def count_photo(account_id: UUID) -> bool:
    """Count one more photo of this account, and of this organisation. False when there were too many."""
    buckets = [(OF_PERSON, f"{scope().hex} {account_id.hex}"), (OF_ORGANISATION, scope().hex)]
    return not throttle.count(buckets).refused


@dataclass(frozen=True)
class Received:
    """What came in, as it is kept until the worker has made its sizes."""

    key: str
    sha256: str
    size: int


def receive(content: bytes) -> Received:
    """Keep what came in, for us alone. Not in an open transaction. Raises Refused for what is no photo."""
    if problem := rules.problem_of(content):
        raise Refused(rules.why_not(problem))
    return Received(files.put(content), hashlib.sha256(content).hexdigest(), len(content))


def take_in(
    received: Received, group: Group, by: UUID, name: str = "", caption: str = "", child_ids: Collection[UUID] = ()
) -> Photo:
    """A new photo of this group; the worker makes its sizes. The same bytes twice within an hour are one photo."""
    db.session.execute(sa.select(Group.id).where(Group.id == group.id).with_for_update())
    known = queries.same_photo(group.id, received.sha256, clock.now() - rules.SAME_WITHIN)
    if known is not None:
        on_it = queries.children_on([known.id])[known.id]
        if not set(child_ids) <= set(on_it):  # sent once more, for another child that is on it
            tag(known, {*on_it, *child_ids}, by)
        return known
    now = clock.now()
    photo = Photo(
        id=uuid4(), organisation_id=scope(), group_id=group.id, uploaded_by=by, name=clean_name(name),
        created_at=now, taken_at=now, caption=caption, sha256=received.sha256,
    )  # fmt: skip
    db.session.add(photo)
    _keep(photo.id, RAW, received.key, Picture("application/octet-stream", 0, 0, b""), received.size)
    if child_ids:
        tag(photo, child_ids, by)
    return photo


def _keep(photo_id: UUID, size: str, key: str, picture: Picture, length: int | None = None) -> None:
    file = files.add("photo", "", key, picture)
    file.used_at = clock.now()
    file.size = length or file.size
    db.session.add(PhotoFile(organisation_id=scope(), photo_id=photo_id, size=size, file_id=file.id))
    db.session.flush()


# What the group says of it


def tag(photo: Photo, child_ids: Collection[UUID], by: UUID) -> None:
    """These children are on it, and nobody else. Raises Refused for a child that may not be photographed."""
    wanted = set(db.session.scalars(sa.select(Child.id).where(Child.id.in_(child_ids)))) if child_ids else set()
    if wanted != set(child_ids):
        raise Refused(_("Een van deze kinderen is er niet meer. Kies opnieuw."))
    db.session.flush()
    now = set(queries.children_on([photo.id])[photo.id])
    if unwilling := refusals(wanted - now, PHOTO_OWN):
        raise Refused(_("Geen foto's van %(names)s: een ouder zei nee.", names=_names(unwilling)))
    gone = sa.delete(PhotoChild).where(PhotoChild.photo_id == photo.id, PhotoChild.child_id.in_(now - wanted))
    if now - wanted:
        changed(gone)
    for child_id in wanted - now:
        db.session.add(PhotoChild(organisation_id=scope(), photo_id=photo.id, child_id=child_id))
    for child_id in wanted ^ now:
        action = "photo_tagged" if child_id in wanted else "photo_untagged"
        record(action, None, by=by, child_id=child_id, object_type="photo", object_id=photo.id)
    db.session.flush()


def _names(child_ids: Collection[UUID]) -> str:
    people = sa.select(Person).join(Child, Child.person_id == Person.id).where(Child.id.in_(child_ids))
    return ", ".join(sorted(person.full_name for person in db.session.scalars(people)))


def set_caption(photo: Photo, caption: str) -> None:
    photo.caption = caption.strip()[: rules.LONGEST_CAPTION]
    db.session.flush()


def withdraw(photo: Photo, by: UUID) -> None:
    """Nobody sees it from here on. Its rows go now; the files follow with the next sweep."""
    children = queries.children_on([photo.id])[photo.id]
    photo.status, photo.owner, photo.lease_until = "withdrawn", "", None
    _forget_files(photo.id)
    for child_id in children or (None,):
        record("photo_withdrawn", None, by=by, child_id=child_id, object_type="photo", object_id=photo.id)
    db.session.flush()


def seen_by_parent(photo_id: UUID, child_ids: Collection[UUID], by: UUID, is_whole: bool) -> None:
    """A parent looks at photos of own children. Whole, as it is kept on a phone, this very photo has a line too."""
    for child_id in child_ids:
        look("photos_seen", by, child_id)
        if is_whole:
            look("photos_downloaded", by, child_id)
    if is_whole:
        look("photo_downloaded", by, object_type="photo", object_id=photo_id)


def opened_by_parent(photo_id: UUID, by: UUID) -> None:
    """Of the one photo the log names no child, for the other parent need not read there what this one looked at."""
    look("photo_seen", by, object_type="photo", object_id=photo_id)


def opened_by_staff(photo_id: UUID, child_ids: Collection[UUID], by: UUID) -> None:
    """A colleague opened this one photo: a line for each child on it, which its parents read."""
    for child_id in child_ids or (None,):
        look("photo_seen", by, child_id, object_type="photo", object_id=photo_id)


def forget(child_id: UUID) -> int:
    """The photos that this child is on are over, also those with others: they did not see them any more. Not those
    that are kept for a brother or sister, or for a judge. How many."""
    theirs = sa.select(PhotoChild.photo_id).where(PhotoChild.child_id == child_id, queries.may_go())
    photo_ids = list(db.session.scalars(theirs))
    for start in range(0, len(photo_ids), queries.MANY):
        some = photo_ids[start : start + queries.MANY]
        _forget_files(*some)
        changed(sa.delete(PhotoChild).where(PhotoChild.photo_id.in_(some)))
        changed(sa.delete(Photo).where(Photo.id.in_(some)))
    return len(photo_ids)


def _forget_files(*photo_ids: UUID, size: str | None = None) -> None:
    kept = sa.select(PhotoFile.file_id).where(PhotoFile.photo_id.in_(photo_ids))
    kept = kept.where(PhotoFile.size == size) if size else kept
    file_ids = list(db.session.scalars(kept))
    changed(sa.delete(PhotoFile).where(PhotoFile.file_id.in_(file_ids)))
    changed(sa.delete(File).where(File.id.in_(file_ids)))


# The worker


class Claim(NamedTuple):
    """What one worker holds for a while."""

    photo_id: UUID
    organisation_id: UUID
    owner: str
    key: str


def claim(owner: str) -> Claim | None:
    """Take the photo that waits longest. One that was taken too often is refused instead."""
    now = clock.now()
    photo = queries.first_to_make(now)
    if photo is None:
        return None
    key = queries.raw_key(photo.id)
    if photo.tries >= MOST_TRIES or key is None:
        _refuse(photo, "failed")
        return None
    photo.owner, photo.lease_until, photo.tries = owner, now + LEASE, photo.tries + 1
    db.session.flush()
    return Claim(photo.id, photo.organisation_id, owner, key)


def finish(claimed: Claim, made: Photograph, keys: list[str]) -> bool:
    """Its sizes are there, under these keys. False when it was withdrawn or taken over meanwhile."""
    photo = _held(claimed)
    if photo is None:
        return False
    _forget_files(photo.id, size=RAW)
    for (size, picture), key in zip(made.sizes, keys, strict=True):
        _keep(photo.id, size, key, picture)
    largest = max((picture for _, picture in made.sizes), key=lambda picture: picture.width)
    photo.width, photo.height = largest.width, largest.height
    photo.taken_at = rules.moment_taken(made.taken_at, photo.created_at)
    photo.status, photo.owner, photo.lease_until = "ready", "", None
    db.session.flush()
    return True


def refuse(claimed: Claim, problem: str) -> None:
    """It cannot be used, and what came in is not kept."""
    if (photo := _held(claimed)) is not None:
        _refuse(photo, problem)


def _refuse(photo: Photo, problem: str) -> None:
    photo.status, photo.problem, photo.owner, photo.lease_until = "refused", problem, "", None
    _forget_files(photo.id)
    db.session.flush()


def give_back(claimed: Claim) -> None:
    """Nothing is wrong with it; it is tried again later, however often."""
    if (photo := _held(claimed)) is not None:
        photo.owner, photo.lease_until, photo.tries = "", clock.now() + LATER, photo.tries - 1
        db.session.flush()


def _held(claimed: Claim) -> Photo | None:
    mine = sa.select(Photo).where(
        Photo.id == claimed.photo_id, Photo.owner == claimed.owner, Photo.status == "new"
    )  # fmt: skip
    return db.session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one_or_none()


def sweep() -> None:
    """Photos that were refused, once everyone could have read why."""
    old = sa.select(Photo.id).where(Photo.status == "refused", Photo.updated_at < clock.now() - REFUSED_LIVES)
    ids: list[Any] = list(db.session.scalars(old))
    if ids:
        changed(sa.delete(PhotoChild).where(PhotoChild.photo_id.in_(ids)))
        changed(sa.delete(Photo).where(Photo.id.in_(ids)))
