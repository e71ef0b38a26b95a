"""From an id in the address to a file somebody of this office sent in."""

from uuid import UUID

from flask import abort

from portal.uploads import queries
from portal.uploads.models import Upload


def find_upload(upload_id: UUID) -> Upload:
    """A file of this organisation, or 404. Whoever may import sees those of colleagues too."""
    return queries.upload(upload_id) or abort(404)
