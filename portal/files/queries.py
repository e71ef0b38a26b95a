"""Files of this organisation."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from portal.db import db
from portal.files.models import File


def file(kind: str, file_id: UUID) -> File | None:
    return db.session.scalars(sa.select(File).where(File.kind == kind, File.id == file_id)).one_or_none()


def file_in_use(kind: str, fingerprint: str) -> File | None:
    found = sa.select(File).where(File.kind == kind, File.fingerprint == fingerprint, File.used_at.is_not(None))
    return db.session.scalars(found.limit(1)).one_or_none()


def files_in_use(kind: str) -> Sequence[File]:
    return db.session.scalars(sa.select(File).where(File.kind == kind, File.used_at.is_not(None))).all()


def drafts_before(moment: datetime) -> Sequence[File]:
    """What was sent before this moment, and never chosen."""
    return db.session.scalars(sa.select(File).where(File.used_at.is_(None), File.created_at < moment)).all()


def known_keys() -> set[str]:
    """Where everything stands that this organisation keeps."""
    return set(db.session.scalars(sa.select(File.key)))
