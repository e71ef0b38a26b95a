"""The organisation as it stands in the database, and its settings as they are now."""

from uuid import UUID

from portal.db import db
from portal.face.rules import SETTINGS
from portal.organisations.models import Organisation


def held(organisation_id: UUID) -> Organisation:
    """The row itself, which nobody else changes until the commit."""
    return db.session.get_one(Organisation, organisation_id, with_for_update=True, populate_existing=True)


def settings_of(organisation: Organisation) -> dict[str, str | int]:
    return {name: getattr(organisation, name) for name in SETTINGS}
