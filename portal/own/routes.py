"""A parent's own details and address (`bp`), and stopping a change of address (`stopping`)."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from portal import answers, clock, doors
from portal.auth import cookies
from portal.auth.find import confirm_first
from portal.children.queries import children_of
from portal.children.rules import ROLE_NAMES
from portal.db import db
from portal.errors import Refused
from portal.own import actions, find, forms, queries
from portal.own.rules import CONFIRM_LIVES
from portal.parents.queries import guardianships_of
from portal.text import _

bp = doors.parents(Blueprint("own", __name__, url_prefix="/account"))
stopping = doors.public(Blueprint("stop_address", __name__))


# Another address


@bp.route("/adres", methods=["GET", "POST"])
def change_address():
    form, account = forms.AddressForm(), current_user.account
    if first := confirm_first(url_for(".change_address"), form):
        return first
    if form.validate_on_submit():
        try:
            actions.ask_address(account, form.email.data, cookies.address())
        except Refused as refusal:
            form.email.errors = [str(refusal)]
        else:
            db.session.commit()
            flash(_("Er gaat een e-mail naar %(email)s. Open de link in die e-mail.", email=form.email.data.strip()))
            return answers.redirect(url_for(".change_address"))
    waiting = queries.waiting_change(account, clock.now() - CONFIRM_LIVES)
    return answers.form_page("own/change_address.html", form, waiting=waiting)


@bp.route("/adres/bevestigen/<path:token>", methods=["GET", "POST"])
def confirm_address(token):
    change = find.find_change_to_confirm(token)
    if change is None:
        return answers.gone("own/address_gone.html")
    if request.method == "GET":
        return render_template("own/confirm_address.html", change=change, token=token)
    try:
        is_done = actions.confirm_address(change, current_user.session, cookies.address())
        db.session.commit()
    except (Refused, IntegrityError):
        db.session.rollback()
        return answers.gone("own/address_gone.html")
    if not is_done:
        return answers.gone("own/address_gone.html")
    flash(_("Uw e-mailadres is gewijzigd. Log voortaan in met het nieuwe adres."), "success")
    return answers.redirect(url_for("portal.account"))


@stopping.route("/adres-houden/<path:token>", methods=["GET", "POST"])
def stop(token):
    change = find.find_change_to_stop(token)
    if change is None:
        return answers.gone("own/nothing_to_stop.html")
    if request.method == "GET":
        return render_template("own/stop_address.html", change=change, token=token)
    try:
        actions.stop_address(change, cookies.address())
        db.session.commit()
    except (Refused, IntegrityError):
        db.session.rollback()
        return answers.gone("own/nothing_to_stop.html")
    flash(
        _("Uw oude e-mailadres blijft. Wij hebben u een e-mail gestuurd om een nieuw wachtwoord te kiezen."), "success"
    )
    return answers.redirect(url_for("auth.login"))


# My details


@bp.route("/gegevens/telefoon", methods=["GET", "POST"])
def change_phone():
    account = current_user.account
    form = forms.PhoneForm(data={"phone": account.person.phone})
    if first := confirm_first(url_for(".change_phone"), form):
        return first
    if form.validate_on_submit():
        actions.change_phone(account, form.phone.data.strip())
        db.session.commit()
        flash(_("Uw telefoonnummer is gewijzigd."), "success")
        return answers.redirect(url_for(".details"))
    return answers.form_page("own/change_phone.html", form)


@bp.route("/gegevens", methods=["GET", "POST"])
def details():
    account = current_user.account
    mine = children_of(account.person_id)
    form = forms.CorrectionForm(mine)
    if form.validate_on_submit():
        try:
            actions.ask_correction(account, form.child_id, form.words.data)
        except Refused as refusal:
            form.words.errors = [str(refusal)]
        else:
            db.session.commit()
            flash(_("Uw bericht is bij ons. Wij kijken ernaar."), "success")
            return answers.redirect(url_for(".details"))
    seen, said = {child.id for child in mine}, queries.own_corrections(account.id)
    links = [link for link in guardianships_of(account.person_id) if link.child_id in seen]  # nothing of others (B5)
    return answers.form_page(
        "own/details.html", form, account=account, links=links, roles=ROLE_NAMES, said=said,
        panels=[panel(account) for panel in queries.PANELS],
    )  # fmt: skip
