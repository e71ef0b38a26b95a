"""What the organisation asks consent for: seen and changed by managers."""

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal.consent import actions, find, forms, queries
from portal.db import db
from portal.text import _

bp = doors.staff(Blueprint("office_consent", __name__, url_prefix="/beheer/toestemming"), "organisation.change")


@bp.get("")
def purposes():
    return render_template("consent/purposes.html", purposes=queries.purposes())


@bp.route("/nieuw", methods=["GET", "POST"])
def add_purpose():
    form = forms.PurposeForm()
    if form.validate_on_submit() and answers.allowed(
        lambda: actions.add_purpose(form.name.data, form.text.data, by=current_user.account), form
    ):
        db.session.commit()
        flash(_("Ouders zien deze vraag vanaf nu in het portaal."), "success")
        return answers.redirect(url_for(".purposes"))
    return answers.form_page("consent/purpose.html", form, purpose=None, here=url_for(".add_purpose"))


@bp.route("/<code>", methods=["GET", "POST"])
def change_purpose(code):
    purpose, form = find.find_purpose(code), forms.PurposeForm()
    if request.method == "GET" and not g.get("stale_form"):
        form.version.data, form.name.data, form.text.data = purpose.version, purpose.name, purpose.text
    if form.validate_on_submit():
        words = form.name.data.strip(), form.text.data.strip()
        if words == (purpose.name, purpose.text):
            return answers.redirect(url_for(".purposes"))
        if answers.allowed(lambda: actions.change_purpose(code, form.seen, *words, by=current_user.account), form):
            db.session.commit()
            flash(_("Bewaard. Elke ouder kiest opnieuw, want de tekst is anders."), "success")
            return answers.redirect(url_for(".purposes"))
        form.version.data = purpose.version
    here = url_for(".change_purpose", code=code)
    return answers.form_page("consent/purpose.html", form, purpose=purpose, here=here)


@bp.post("/<code>/stoppen")
def end_purpose(code):
    purpose = find.find_purpose(code)
    if answers.allowed(lambda: actions.end_purpose(code, by=current_user.account)):
        db.session.commit()
        flash(_("De vraag %(name)s wordt niet meer gesteld.", name=purpose.name), "success")
    return answers.redirect(url_for(".purposes"))
