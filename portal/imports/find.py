"""From an id in the address to an import of this office."""

from uuid import UUID

from flask import abort

from portal.imports import queries
from portal.imports.models import PastImport


def find_past_import(import_id: UUID) -> PastImport:
    """An import of this organisation, or 404."""
    return queries.past_import(import_id) or abort(404)
