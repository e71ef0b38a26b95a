"""Organisations by host or short name."""

from collections.abc import Sequence

import sqlalchemy as sa

from portal.db import db
from portal.organisations.models import Organisation

_BY_HOST = sa.select(Organisation).where(Organisation.host == sa.bindparam("host"))


def organisation_at(host: str) -> Organisation | None:
    return db.session.execute(_BY_HOST, {"host": host}).scalars().one_or_none()


def organisation_named(slug: str) -> Organisation | None:
    return db.session.scalars(sa.select(Organisation).where(Organisation.slug == slug)).one_or_none()


def all_organisations() -> Sequence[Organisation]:
    return db.session.scalars(sa.select(Organisation).order_by(Organisation.name)).all()
