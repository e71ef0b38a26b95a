"""What parents say is wrong, for the office."""

from flask import Blueprint, flash, render_template, url_for
from flask_login import current_user

from portal import answers, doors
from portal.db import db
from portal.own import actions, find, queries
from portal.text import _

bp = doors.staff(Blueprint("corrections", __name__, url_prefix="/beheer/meldingen"), "parents.change")


@bp.get("")
def corrections():
    found = queries.open_corrections()
    return render_template(
        "own/corrections.html", corrections=found, names=queries.names_of([each.child_id for each in found])
    )


@bp.post("/<uuid:correction_id>/klaar")
def settle(correction_id):
    actions.settle_correction(find.find_correction(correction_id), by=current_user.account)
    db.session.commit()
    flash(_("Deze melding is klaar."), "success")
    return answers.redirect(url_for(".corrections"))
