"""Who may fetch a child: on the screen of its group (`see`), and changed by the office (`change`)."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal.audit.actions import look
from portal.children.find import seen_groups
from portal.children.rules import ROLE_NAMES
from portal.db import db
from portal.pickup import actions, find, forms, queries
from portal.text import _

see = doors.staff(Blueprint("group_pickup", __name__, url_prefix="/beheer/ophalen"), "pickup.see")
change = doors.staff(Blueprint("office_pickup", __name__, url_prefix="/beheer/kinderen"), "pickup.change")


@see.get("")
def groups():
    found, _only = seen_groups()
    if len(found) == 1:
        return answers.redirect(url_for(".today", group_id=found[0].id))
    return render_template("pickup/groups.html", groups=found)


@see.get("/<uuid:group_id>")
def today(group_id):
    group, by = find.find_group(group_id), current_user.account
    look("group_pickup_seen", by.id, object_type="group", object_id=group_id)
    return render_template(
        "pickup/today.html", group=group, children=queries.fetched_today(group_id, by.person_id), now=clock.now(),
        today=clock.today(), has_choice=len(seen_groups()[0]) > 1, roles=ROLE_NAMES,
    )  # fmt: skip


@change.route("/<uuid:child_id>/ophalen", methods=["GET", "POST"])
def child(child_id):
    found, by = find.find_child_here(child_id, held=request.method == "POST"), current_user.account
    deciding = [link for link in queries.guardians_who_fetch([child_id]) if link.can_decide]
    form = forms.OfficeForm(deciding, data={"how": "always"})
    if form.validate_on_submit() and answers.allowed(
        lambda: actions.allow(found, form.details, granted_by=form.granter, by=by), form
    ):
        db.session.commit()
        flash(_("%(name)s staat op de lijst.", name=form.details.name), "success")
        return answers.redirect(url_for("office_children.child", child_id=child_id))
    return answers.form_page(
        "pickup/office.html", form, child=found, today=clock.today(), listed=queries.listed(child_id),
        earlier=queries.earlier(child_id), deciding=deciding,
    )  # fmt: skip


@change.post("/<uuid:child_id>/ophalen/<uuid:pickup_id>/stoppen")
def end(child_id, pickup_id):
    found, by = find.find_child_here(child_id, held=True), current_user.account
    row = find.find_person_here(found, pickup_id)
    if answers.allowed(lambda: actions.end(row, found, by)):
        db.session.commit()
        name, child_name = row.name, found.person.given_name
        flash(_("%(name)s mag %(child)s niet meer ophalen.", name=name, child=child_name), "success")
    return answers.redirect(url_for(".child", child_id=child_id))
