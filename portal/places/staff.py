"""Locations and groups: seen by everyone who works here (`bp`), changed by managers (`change`)."""

from uuid import UUID

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal.db import db
from portal.errors import Refused
from portal.places import actions, find, forms, queries
from portal.text import _

bp = doors.staff(Blueprint("places", __name__, url_prefix="/beheer/locaties"), "office.open")
change = doors.staff(Blueprint("places_change", __name__, url_prefix="/beheer/locaties"), "organisation.change")


@bp.get("")
def locations():
    return render_template("places/locations.html", locations=queries.locations_with_groups())


@change.route("/nieuw", methods=["GET", "POST"])
def add_location():
    form = forms.LocationForm()
    if form.validate_on_submit() and _done(
        form, lambda: actions.add_location(form.name.data, by=current_user.account), _("De locatie is toegevoegd.")
    ):
        return answers.redirect(url_for("places.locations"))
    return answers.form_page("places/location.html", form, location=None, here=url_for(".add_location"))


@change.route("/<uuid:location_id>", methods=["GET", "POST"])
def rename_location(location_id):
    location = find.find_location(location_id)
    form = forms.LocationForm()
    if _is_opened():
        form.name.data = form.seen.data = location.name
    if form.validate_on_submit():
        seen, name = form.seen.data or "", form.name.data
        if _done(
            form,
            lambda: actions.rename_location(location, seen, name, by=current_user.account),
            _("De wijziging is bewaard."),
        ):
            return answers.redirect(url_for("places.locations"))
        form.seen.data = location.name
    here = url_for(".rename_location", location_id=location.id)
    return answers.form_page(
        "places/location.html", form, location=location, here=here, groups=queries.number_of_groups(location.id),
        is_only=len(queries.locations()) == 1,
    )  # fmt: skip


@change.post("/<uuid:location_id>/stoppen")
def end_location(location_id):
    location = find.find_location(location_id)
    if not _ended(lambda: actions.end_location(location, by=current_user.account)):
        return answers.redirect(url_for(".rename_location", location_id=location_id))
    flash(_("De locatie %(name)s is gestopt.", name=location.name), "success")
    return answers.redirect(url_for("places.locations"))


@change.route("/groepen/nieuw", methods=["GET", "POST"])
def add_group():
    form = forms.GroupForm(queries.locations())
    if _is_opened():
        form.location.data = request.args.get("locatie", "")
    if form.validate_on_submit():
        location = find.find_location(UUID(form.location.data))
        if _done(
            form,
            lambda: actions.add_group(location, form.name.data, by=current_user.account),
            _("De groep is toegevoegd."),
        ):
            return answers.redirect(url_for("places.locations"))
    return answers.form_page("places/group.html", form, group=None, here=url_for(".add_group"))


@change.route("/groepen/<uuid:group_id>", methods=["GET", "POST"])
def change_group(group_id):
    group = find.find_group(group_id)
    form = forms.GroupForm(queries.locations())
    if _is_opened():
        form.name.data, form.location.data = group.name, str(group.location_id)
        form.seen.data = actions.seen_of(group)
    if form.validate_on_submit():
        location, seen = find.find_location(UUID(form.location.data)), form.seen.data or ""
        if _done(
            form,
            lambda: actions.change_group(group, seen, form.name.data, location, by=current_user.account),
            _("De wijziging is bewaard."),
        ):
            return answers.redirect(url_for("places.locations"))
        form.seen.data = actions.seen_of(group)
    here = url_for(".change_group", group_id=group.id)
    return answers.form_page(
        "places/group.html", form, group=group, here=here, children=queries.number_of_children(group.id)
    )


@change.post("/groepen/<uuid:group_id>/stoppen")
def end_group(group_id):
    group = find.find_group(group_id)
    if not _ended(lambda: actions.end_group(group, by=current_user.account)):
        return answers.redirect(url_for(".change_group", group_id=group_id))
    flash(_("De groep %(name)s is gestopt.", name=group.name), "success")
    return answers.redirect(url_for("places.locations"))


def _is_opened():
    return request.method == "GET" and not g.get("stale_form")


def _ended(action):
    try:
        action()
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return False
    db.session.commit()
    return True


def _done(form, action, words):
    try:
        action()
    except Refused as refusal:
        db.session.rollback()
        form.name.errors = [str(refusal)]
        return False
    db.session.commit()
    flash(words, "success")
    return True
