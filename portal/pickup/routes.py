"""Who may fetch a child, for its parents: all guardians see it, who decides changes it."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal.children.queries import children_of, shielded_from, who_decide
from portal.db import db
from portal.pickup import actions, find, forms, queries
from portal.text import _

bp = doors.parents(Blueprint("pickup", __name__))


@bp.get("/ophalen")
def children():
    found = children_of(current_user.account.person_id)
    if len(found) == 1:
        return answers.redirect(url_for(".child", child_id=found[0].id))
    return render_template("pickup/children.html", children=found)


@bp.route("/kinderen/<uuid:child_id>/ophalen", methods=["GET", "POST"])
def child(child_id):
    found, by = find.find_own(child_id, held=request.method == "POST"), current_user.account
    form = forms.PersonForm(data={"how": "always"})
    if form.validate_on_submit() and answers.allowed(
        lambda: actions.allow(found, form.details, granted_by=by.person_id, by=by), form
    ):
        db.session.commit()
        flash(_("%(name)s staat op de lijst.", name=form.details.name), "success")
        return answers.redirect(url_for(".child", child_id=child_id))
    return answers.form_page(
        "pickup/child.html", form, child=found, today=clock.today(), persons=queries.open_for(by.person_id, child_id),
        decides=by.person_id in who_decide(child_id, clock.today()), hidden=shielded_from(by.person_id),
        guardians=queries.guardians_who_fetch([child_id]),
    )  # fmt: skip


@bp.post("/kinderen/<uuid:child_id>/ophalen/<uuid:pickup_id>/stoppen")
def end(child_id, pickup_id):
    found, by = find.find_own(child_id, held=True), current_user.account
    row = find.find_person(found, pickup_id)
    if answers.allowed(lambda: actions.end(row, found, by)):
        db.session.commit()
        name, child_name = row.name, found.person.given_name
        flash(_("%(name)s mag %(child)s niet meer ophalen.", name=name, child=child_name), "success")
    return answers.redirect(url_for(".child", child_id=child_id))
