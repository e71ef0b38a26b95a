"""The office keeps the number of a child."""

from flask import Blueprint, flash, url_for
from flask_login import current_user

from portal import answers, doors
from portal.children.find import find_child_here
from portal.db import db
from portal.statements import actions, forms, queries, rules
from portal.text import _

numbers = doors.staff(Blueprint("office_bsn", __name__, url_prefix="/beheer/kinderen"), "bsn.change")


@numbers.route("/<uuid:child_id>/bsn", methods=["GET", "POST"])
def bsn(child_id):
    form = forms.BsnForm()
    child = find_child_here(child_id, held=form.is_submitted())
    if form.validate_on_submit():
        actions.keep_bsn(child, rules.bsn(form.number.data), by=current_user.account)
        db.session.commit()
        flash(_("Het BSN is bewaard. Wij laten alleen de laatste vier cijfers zien."), "success")
        return answers.redirect(url_for("office_children.child", child_id=child_id))
    return answers.form_page("statements/bsn.html", form, child=child, known=queries.bsn_of(child_id))


@numbers.post("/<uuid:child_id>/bsn/weghalen")
def remove_bsn(child_id):
    actions.keep_bsn(find_child_here(child_id, held=True), "", by=current_user.account)
    db.session.commit()
    flash(_("Het BSN is weggehaald."), "success")
    return answers.redirect(url_for("office_children.child", child_id=child_id))
