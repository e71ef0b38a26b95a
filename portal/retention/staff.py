"""Keeping all of one child, whatever its age: for the office."""

from flask import Blueprint, abort, flash, url_for
from flask_login import current_user

from portal import answers, doors
from portal.children.find import find_child_here
from portal.children.queries import guardianship
from portal.db import db
from portal.retention import actions, forms, queries
from portal.text import _

bp = doors.staff(Blueprint("keeping", __name__, url_prefix="/beheer/kinderen"), "children.change")


@bp.route("/<uuid:child_id>/bewaren", methods=["GET", "POST"])
def hold(child_id):
    child, form = _find_child(child_id), forms.HoldForm()
    if form.validate_on_submit() and answers.allowed(
        lambda: actions.hold(child, form.reason.data, by=current_user.account.id), form
    ):
        db.session.commit()
        flash(_("Van dit kind wordt niets opgeruimd."), "success")
        return answers.redirect(url_for("office_children.child", child_id=child_id))
    return answers.form_page("retention/hold.html", form, child=child, keeping=queries.keeping(child.id))


@bp.post("/<uuid:child_id>/bewaren/stoppen")
def let_go(child_id):
    actions.let_go(_find_child(child_id), by=current_user.account.id)
    db.session.commit()
    flash(_("De gewone termijnen gelden weer."), "success")
    return answers.redirect(url_for("office_children.child", child_id=child_id))


def _find_child(child_id):
    """A child here, but no own one: about that one a judge may decide between its parents."""
    child = find_child_here(child_id)
    return abort(404) if guardianship(child.id, current_user.account.person_id) else child
