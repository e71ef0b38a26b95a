"""Files that everyone may see who sees the login page: the logo."""

from flask import Blueprint

from portal import doors
from portal.files import find

bp = doors.public(Blueprint("files", __name__))


@bp.get("/logo/<fingerprint>")
def logo(fingerprint):
    """Kept for good by a browser, for another logo has another address."""
    response = find.answer(find.find_logo(fingerprint))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
