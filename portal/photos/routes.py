"""Photos for parents: every one of them is asked anew, by session, guardianship and consent (domain.md, D4)."""

from flask import Blueprint, request
from flask_login import current_user

from portal import doors
from portal.db import db, writing
from portal.photos import actions, find

bp = doors.parents(Blueprint("photos", __name__))


@bp.get("/fotos/<uuid:photo_id>/<size>")
def photo(photo_id, size):
    sight = find.find_sight(photo_id, size)
    response = find.answer(sight)
    if size == "groot" and request.method == "GET":
        by = current_user.account.id
        with writing():
            actions.note_seen(photo_id, (), by)
            db.session.commit()
    return response
