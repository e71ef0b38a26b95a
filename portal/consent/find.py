"""From a code in the address bar to what is asked now."""

from flask import abort

from portal.consent import queries
from portal.consent.queries import Purpose


def find_purpose(code: str) -> Purpose:
    """What is asked now with this code, or 404."""
    return queries.purpose(code) or abort(404)
