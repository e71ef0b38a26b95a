"""Photos for parents: every one of them is asked anew, by session, guardianship and consent (domain.md, D4)."""

from flask import Blueprint
from flask_login import current_user

from portal import doors
from portal.photos import actions, find

bp = doors.parents(Blueprint("photos", __name__))


@bp.get("/fotos/<uuid:photo_id>/<size>")
def photo(photo_id, size):
    sight = find.find_sight(photo_id, size)
    actions.seen_by_parent(photo_id, sight.child_ids, current_user.account.id, is_whole=size == "groot")
    return find.answer(sight)
