"""Organisations by host or short name."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict

from portal.db import db
from portal.organisations.models import Organisation

_BY_HOST = sa.select(Organisation).where(Organisation.host == sa.bindparam("host"))


def organisation_at(host: str) -> Organisation | None:
    """Part of no session: a page about a fault still knows its name when the database is away.

    Every page begins with this, so it goes past the ORM, which would take three times as long.
    """
    with db.engine.connect() as connection:
        row = connection.execute(_BY_HOST, {"host": host}).one_or_none()
    if row is None:
        return None
    found = Organisation()
    instance_dict(found).update(row._asdict())
    make_transient_to_detached(found)
    return found


def organisation_named(slug: str) -> Organisation | None:
    return db.session.scalars(sa.select(Organisation).where(Organisation.slug == slug)).one_or_none()


def all_organisations() -> Sequence[Organisation]:
    return db.session.scalars(sa.select(Organisation).order_by(Organisation.name)).all()
