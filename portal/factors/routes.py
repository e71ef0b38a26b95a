"""The second step: passing it (`bp`), one's own (`own`), and stopping that it is taken away (`stopping`)."""

import io

import segno
from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user

from portal import answers, doors
from portal import db as database
from portal.auth import actions as auth
from portal.auth import cookies
from portal.auth.find import confirm_first, next_page
from portal.auth.models import Visitor
from portal.db import db
from portal.errors import Refused
from portal.factors import actions, find, forms, queries, rules
from portal.text import _

bp = doors.parents(Blueprint("second_step", __name__, url_prefix="/tweede-stap"))
own = doors.parents(Blueprint("own_second_step", __name__, url_prefix="/account/tweede-stap"))
stopping = doors.public(Blueprint("stop_reset", __name__))

WRONG = lazy_gettext("Deze code klopt niet, of is al gebruikt. Wacht op de volgende code in de app. Typ die dan.")
WRONG_RECOVERY = lazy_gettext("Deze herstelcode klopt niet, of is al gebruikt. Typ een andere code.")


# After the password


@bp.route("", methods=["GET", "POST"])
def enter():
    if find.must_set_up():
        return answers.redirect(url_for(".set_up", next=request.args.get("next") or None))
    return _ask_code("factors/enter.html", actions.passes, forms.CodeForm, WRONG)


@bp.route("/herstelcode", methods=["GET", "POST"])
def use_recovery_code():
    return _ask_code("factors/recovery.html", actions.passes_with_recovery_code, forms.RecoveryForm, WRONG_RECOVERY)


@bp.route("/bevestigen", methods=["GET", "POST"])
def confirm():
    """A code once more, before something sensitive (security.md, U)."""
    if not current_user.has_second_step:
        return answers.redirect(url_for("account.step_up", next=request.args.get("next") or None))
    return _ask_code("factors/confirm.html", actions.passes, forms.CodeForm, WRONG)


def _ask_code(template, passes, form_class, wrong):
    form = form_class()
    if request.method == "GET" and not g.get("stale_form"):
        form.next.data = request.args.get("next", "")
    if form.validate_on_submit():
        is_recovery = form_class is forms.RecoveryForm
        verdict = actions.count_try(current_user.session, is_recovery)
        database.end_reading()
        if not verdict.refused and passes(current_user.session, form.code.data):
            return _let_through(next_page(form.next.data or ""))
        if actions.session_is_spent(verdict):
            return _out()
        db.session.commit()
        form.code.errors = [str(wrong)]
    return answers.form_page(template, form)


def _let_through(after):
    token = auth.renew_session(current_user.session, cookies.browser())
    db.session.commit()
    cookies.log_in(Visitor(current_user.account, current_user.session, token))
    return answers.redirect(after)


def _out():
    """Too many wrong codes: this session is over."""
    auth.end_session(current_user.session, "wrong codes")
    db.session.commit()
    cookies.log_out()
    flash(_("U typte te vaak een verkeerde code. Log opnieuw in. Of vraag een collega om hulp."))
    return answers.redirect(url_for("auth.login"))


# Setting it up


@bp.route("/instellen", methods=["GET", "POST"])
def set_up():
    if first := _something_first():
        return first
    form = forms.CodeForm()
    if form.validate_on_submit():
        verdict = actions.count_try(current_user.session)
        database.end_reading()
        try:
            codes = None if verdict.refused else actions.set_up(current_user.session, form.code.data)
        except Refused as refusal:
            db.session.rollback()
            flash(str(refusal))
            return answers.redirect(url_for(".enter"))
        if codes:
            return _show(codes)
        if actions.session_is_spent(verdict):
            return _out()
        form.code.errors = [str(WRONG)]
    secret = actions.offered_secret(current_user.session)
    return answers.form_page(
        "factors/set_up.html", form, secret=rules.in_fours(secret), app_address=_app_address(secret)
    )


@bp.get("/qr.svg")
def qr_code():
    if first := _something_first():
        return first
    picture = io.BytesIO()
    address = _app_address(actions.offered_secret(current_user.session))
    segno.make(address, error="m").save(picture, kind="svg", border=2, omitsize=True, xmldecl=False)
    return Response(picture.getvalue(), mimetype="image/svg+xml")


def _something_first():
    """None for who has nothing to pass yet, and for who is in and has just shown it; else where to go."""
    if current_user.session.kind == "half":
        return None if find.must_set_up() else answers.redirect(url_for(".enter"))
    return confirm_first(url_for(".set_up"))


def _app_address(secret):
    return rules.app_address(secret, current_user.account.email, g.organisation.name)


def _show(codes):
    """The only time the recovery codes are seen."""
    token = auth.renew_session(current_user.session, cookies.browser())
    db.session.commit()
    cookies.log_in(Visitor(current_user.account, current_user.session, token))
    return render_template("factors/codes.html", codes=codes)


# One's own


@own.get("")
def overview():
    left = queries.codes_left(current_user.account.id) if current_user.has_second_step else 0
    return render_template(
        "factors/overview.html", since=current_user.account.second_step_at, left=left, few=rules.FEW_CODES
    )


@own.post("/nieuwe-codes")
def make_codes():
    if first := confirm_first(url_for(".overview")):
        return first
    if not current_user.has_second_step:
        return answers.redirect(url_for(".overview"))
    return _show(actions.new_recovery_codes(current_user.account))


@own.post("/uitzetten")
def turn_off():
    if first := confirm_first(url_for(".overview")):
        return first
    try:
        actions.turn_off(current_user.account)
    except Refused as refusal:
        flash(str(refusal))
    else:
        db.session.commit()
        flash(_("De tweede stap staat uit. Inloggen gaat weer met alleen uw wachtwoord."), "success")
    return answers.redirect(url_for(".overview"))


# Stopping that it is taken away: a link from a mail


@stopping.route("/tweede-stap-houden/<path:token>", methods=["GET", "POST"])
def stop(token):
    reset = find.find_reset_of(token)
    if reset is None:
        return answers.gone("factors/nothing_to_stop.html")
    if request.method == "POST":
        actions.stop_reset(reset, "stopped by mail")
        db.session.commit()
        flash(_("Uw tweede stap blijft zoals hij is."), "success")
        return answers.redirect(url_for("auth.login"))
    return render_template("factors/stop_reset.html", due=reset.due_at, token=token)
