"""Files that were sent in, for their page and for the worker."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from portal.db import db
from portal.uploads.models import Upload


def upload(upload_id: UUID) -> Upload | None:
    return db.session.scalars(sa.select(Upload).where(Upload.id == upload_id)).one_or_none()


def content_of(upload_id: UUID) -> bytes | None:
    return db.session.execute(sa.select(Upload.content).where(Upload.id == upload_id)).scalar()


def is_work(now: datetime) -> sa.ColumnElement[bool]:
    """What is confirmed, and what a worker left lying."""
    return sa.or_(Upload.state == "waiting", sa.and_(Upload.state == "busy", Upload.lease_until < now))


def first_to_import(now: datetime) -> Upload | None:
    """The file that waits longest, of any organisation; no other worker takes it meanwhile."""
    return db.session.scalars(
        sa.select(Upload).where(is_work(now)).order_by(Upload.confirmed_at, Upload.id).limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()  # fmt: skip


def has_work(now: datetime) -> bool:
    return db.session.execute(sa.select(Upload.id).where(is_work(now)).limit(1)).scalar() is not None


def ahead_of(mine: Upload) -> Sequence[UUID]:
    """Files of this organisation that go first."""
    return db.session.scalars(
        sa.select(Upload.id).where(Upload.state.in_(("waiting", "busy")), Upload.confirmed_at < mine.confirmed_at)
    ).all()
