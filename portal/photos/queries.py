"""Photos for whoever may see them, for the group that made them, and for the worker that makes their sizes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal import clock
from portal.children.queries import SEEN_TODAY
from portal.consent.queries import has_consent_to
from portal.consent.rules import PHOTO_TOGETHER
from portal.db import db
from portal.files.models import File
from portal.photos import rules
from portal.photos.models import RAW, Photo, PhotoChild, PhotoFile
from portal.retention.queries import days_stay

# Whether every child of somebody else on a photo has consent to be seen together (domain.md, D1). What one says of the
# own child hides it from others only (D2). The statement takes `person_id` and `today` as parameters.
_tagged = aliased(PhotoChild)
OTHERS_ALLOW_IT = sa.not_(
    sa.exists().where(
        _tagged.photo_id == Photo.id, _tagged.child_id.not_in(SEEN_TODAY),
        sa.not_(has_consent_to(_tagged.child_id, PHOTO_TOGETHER)),
    )
)  # fmt: skip


# One size, for who may see it. This is asked for every thumbnail: one statement


class Kept(NamedTuple):
    """Where one size of a photo is kept, and what to say of it."""

    key: str
    media_type: str
    fingerprint: str


class Sight(NamedTuple):
    """A photo as somebody may see it now: its files by kind, and the children on it that are the reason."""

    files: dict[str, Kept]
    child_ids: frozenset[UUID]


def seen_by(person_id: UUID, photo_id: UUID, size: str) -> Sight | None:
    """This size of this photo, when this parent may see it today."""
    facts = {"person_id": person_id, "today": clock.today(), "photo_id": photo_id, "size": size}
    rows = db.session.execute(_FOR_PARENT, facts).all()
    return Sight(_files(rows), frozenset(row.child_id for row in rows)) if rows else None


def seen_here(photo_id: UUID, size: str, group_ids: Collection[UUID] | None) -> Sight | None:
    """This size of a photo of these groups (None: of any), for who works here."""
    statement = _FOR_STAFF if group_ids is None else _FOR_STAFF.where(Photo.group_id.in_(group_ids))
    rows = db.session.execute(statement, {"photo_id": photo_id, "size": size}).all()
    return Sight(_files(rows), frozenset(row.child_id for row in rows if row.child_id)) if rows else None


def kept_jpegs(photo_ids: Sequence[UUID]) -> dict[tuple[UUID, str], str]:
    """Where these photos are kept as JPEG, by photo and size. Whether somebody may see them is asked before."""
    found: dict[tuple[UUID, str], str] = {}
    kept = sa.select(PhotoFile.photo_id, PhotoFile.size, File.key).join(File, File.id == PhotoFile.file_id)
    for start in range(0, len(photo_ids), MANY):
        some = kept.where(PhotoFile.photo_id.in_(photo_ids[start : start + MANY]), File.media_type == "image/jpeg")
        found |= {(photo_id, size): key for photo_id, size, key in db.session.execute(some)}
    return found


MANY = 500  # ids in one statement


def _files(rows: Sequence[Any]) -> dict[str, Kept]:
    return {row.media_type: Kept(row.key, row.media_type, row.fingerprint) for row in rows}


_ONE_SIZE = (
    sa.select(File.key, File.media_type, File.fingerprint, PhotoChild.child_id)
    .select_from(Photo)
    .join(PhotoFile, PhotoFile.photo_id == Photo.id)
    .join(File, File.id == PhotoFile.file_id)
    .where(
        Photo.id == sa.bindparam("photo_id"), Photo.status == "ready", PhotoFile.size == sa.bindparam("size"),
    )
)  # fmt: skip
_FOR_STAFF = _ONE_SIZE.outerjoin(PhotoChild, PhotoChild.photo_id == Photo.id)
_FOR_PARENT = _ONE_SIZE.join(PhotoChild, PhotoChild.photo_id == Photo.id).where(
    PhotoChild.child_id.in_(SEEN_TODAY), OTHERS_ALLOW_IT
)


# The group


def photo(photo_id: UUID, group_ids: Collection[UUID] | None = None, held: bool = False) -> Photo | None:
    """A photo of these groups (None: of any) that was not withdrawn. Held: nobody else changes it until the commit."""
    found = sa.select(Photo).where(Photo.id == photo_id, Photo.status != "withdrawn")
    found = found.with_for_update() if held else found
    if group_ids is not None:
        found = found.where(Photo.group_id.in_(group_ids))
    return db.session.scalars(found).one_or_none()


def photos_of_group(group_id: UUID, most: int = rules.PAGE) -> Sequence[Photo]:
    """What was sent last for this group, in whatever state."""
    found = sa.select(Photo).where(Photo.group_id == group_id, Photo.status != "withdrawn")
    return db.session.scalars(found.order_by(Photo.created_at.desc(), Photo.id.desc()).limit(most)).all()


def children_on(photo_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Who is on these photos."""
    found: dict[UUID, list[UUID]] = {photo_id: [] for photo_id in photo_ids}
    tags = sa.select(PhotoChild.photo_id, PhotoChild.child_id).where(PhotoChild.photo_id.in_(photo_ids))
    for photo_id, child_id in db.session.execute(tags):
        found[photo_id].append(child_id)
    return found


def same_photo(group_id: UUID, sha256: str, since: datetime) -> Photo | None:
    """The photo of these bytes that was sent for this group since then, and can still be used."""
    found = sa.select(Photo).where(
        Photo.group_id == group_id, Photo.sha256 == sha256, Photo.created_at >= since,
        Photo.status.in_(("new", "ready")),
    )  # fmt: skip
    return db.session.scalars(found.order_by(Photo.created_at).limit(1)).one_or_none()


# The worker


def is_work(now: datetime) -> sa.ColumnElement[bool]:
    """What came in, and what a worker left lying."""
    return sa.and_(Photo.status == "new", sa.or_(Photo.lease_until.is_(None), Photo.lease_until < now))


def has_work(now: datetime) -> bool:
    return db.session.execute(sa.select(Photo.id).where(is_work(now)).limit(1)).scalar() is not None


def first_to_make(now: datetime) -> Photo | None:
    """The photo that waits longest, of any organisation; no other worker takes it meanwhile."""
    waiting = sa.select(Photo).where(is_work(now)).order_by(Photo.created_at, Photo.id).limit(1)
    return db.session.scalars(waiting.with_for_update(skip_locked=True)).one_or_none()


def raw_key(photo_id: UUID) -> str | None:
    """Where what came in is kept, as long as it is."""
    kept = sa.select(File.key).join(PhotoFile, PhotoFile.file_id == File.id)
    return db.session.scalar(kept.where(PhotoFile.photo_id == photo_id, PhotoFile.size == RAW))


# What is over (portal.retention)


def may_go() -> sa.ColumnElement[bool]:
    """Of a row of PhotoChild, whether its photo may go with this child: no other one on it keeps it."""
    other = aliased(PhotoChild)
    stays = sa.exists().where(other.photo_id == PhotoChild.photo_id, days_stay(other.child_id, PhotoChild.child_id))
    return sa.not_(stays)
