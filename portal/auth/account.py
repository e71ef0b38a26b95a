"""The parent's own account: password, devices, and typing the password again before something sensitive."""

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal import db as database
from portal.auth import actions, cookies, events, find, forms
from portal.auth.models import Visitor
from portal.auth.routes import keep_password
from portal.db import db
from portal.passwords import actions as passwords
from portal.text import _
from portal.throttle import actions as throttle

bp = doors.parents(Blueprint("account", __name__, url_prefix="/account"))


@bp.route("/wachtwoord", methods=["GET", "POST"])
def change_password():
    form = forms.new_password_form(current_user.account, forms.ChangePasswordForm)
    if form.validate_on_submit():
        if not _is_my_password(form.current.data):
            if current_user.session.ended_at:
                return _out()
            form.current.errors = [_("Dit is niet uw huidige wachtwoord. Typ het opnieuw.")]
        elif form.password.data == form.current.data:
            form.password.errors = [str(forms.SAME)]
        else:
            return keep_password(current_user, form.password.data, "password_changed", url_for("portal.account"))
    return answers.form_page(
        "auth/change_password.html", form, minimum=form.minimum, feedback=forms.feedback(form), proposal=""
    )


@bp.route("/bevestigen", methods=["GET", "POST"])
def step_up():
    """Type the password again. Afterwards the parent is back on the page, and presses the button there once more."""
    if current_user.has_second_step:
        return answers.redirect(url_for(find.STEP_UP[True], next=request.args.get("next") or None))
    form = forms.StepUpForm()
    if request.method == "GET" and not g.get("stale_form"):
        form.next.data = request.args.get("next", "")
    if form.validate_on_submit():
        if _is_my_password(form.password.data):
            token = actions.renew_session(current_user.session, cookies.browser())
            events.step_up(current_user.account, cookies.address())
            db.session.commit()
            cookies.log_in(Visitor(current_user.account, current_user.session, token))
            return answers.redirect(find.next_page(form.next.data or ""))
        if current_user.session.ended_at:
            return _out()
        form.password.errors = [_("Dit is niet uw wachtwoord. Typ het opnieuw.")]
    return answers.form_page("auth/step_up.html", form)


@bp.get("/sessies")
def sessions():
    return render_template("auth/sessions.html", sessions=[_shown(row) for row in find.my_sessions()])


@bp.post("/sessies/<uuid:session_id>/uitloggen")
def end_session(session_id):
    row = find.find_session(session_id)
    if first := find.confirm_first(url_for(".sessions")):
        return first
    actions.end_session(row, "ended by the parent")
    db.session.commit()
    if row.id == current_user.session.id:
        return _out()
    flash(_("Dat apparaat is uitgelogd."), "success")
    return answers.redirect(url_for(".sessions"))


@bp.post("/sessies/overal-uitloggen")
def end_all_sessions():
    if first := find.confirm_first(url_for(".sessions")):
        return first
    actions.end_sessions(current_user.account.id, "everywhere")
    db.session.commit()
    return _out(_("U bent op alle apparaten uitgelogd."))


def _out(message=None):
    """This session has ended, here too."""
    cookies.log_out()
    flash(message or _("U bent uitgelogd."))
    response = answers.redirect(url_for("auth.login"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _is_my_password(typed):
    """Counted before it is verified. Five wrong ones end this session (security.md, C2)."""
    visitor = current_user
    here = g.organisation.id.hex
    in_session = (actions.STEP_UPS_SESSION, f"{here} {visitor.session.id.hex}")
    of_account = (actions.STEP_UPS, f"{here} {visitor.account.id.hex}")
    verdict = throttle.count([in_session, of_account])
    database.end_reading()
    if not verdict.refused and passwords.matches(visitor.account.password_hash, typed):
        throttle.forget([in_session])
        throttle.take_back([of_account])
        return True
    if not verdict.refused:
        events.step_up_failed(visitor.account, cookies.address())
    if verdict.refused or verdict.tries[actions.STEP_UPS_SESSION.name] >= actions.STEP_UPS_SESSION.most:
        actions.end_session(visitor.session, "wrong passwords")
    db.session.commit()
    return False


def _shown(row):
    return {
        "id": row.id,
        "label": row.browser or _("Onbekend apparaat"),
        "place": row.address,
        "started": row.created_at,
        "last_seen": row.seen_at,
        "method": _("tijdelijk wachtwoord") if row.kind == "temporary" else _("wachtwoord"),
        "is_current": row.id == current_user.session.id,
        "remembered": row.remembered,
    }
