"""Which mails a parent wants (`bp`), and the link in such a mail with which one press ends them (`stopping`)."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal.db import db
from portal.notices import actions, find, forms, queries
from portal.text import _

bp = doors.parents(Blueprint("notices", __name__, url_prefix="/account/e-mails"))
stopping = doors.one_click(Blueprint("stop_notices", __name__))


@bp.route("", methods=["GET", "POST"])
def choose():
    account = current_user.account
    form = forms.ChoicesForm(data=queries.choices_of(account.id) if request.method == "GET" else None)
    if form.validate_on_submit():
        actions.choose(account, [(kind, form[kind].data) for kind in forms.MEANINGS])
        db.session.commit()
        if answers.is_htmx():
            return answers.fragment("notices/_choices.html", to=url_for(".choose"), form=form, is_kept=True, **_shown())
        flash(_("Uw keuze is bewaard."), "success")
        return answers.redirect(url_for(".choose"))
    return answers.form_page("notices/choose.html", form, is_kept=False, **_shown())


def _shown():
    return {"meanings": forms.MEANINGS}


@stopping.route("/e-mails-stoppen/<token>", methods=["GET", "POST"])
def stop(token):
    """Opening it changes nothing: scanners of mail open every link. The post is of the button, here or in the mail
    program, which follows no redirect (RFC 8058, 3.2)."""
    found = find.find_what_stops(token)
    if found is None:
        return answers.gone("notices/unknown_link.html")
    account, kind = found
    if request.method == "POST":
        actions.choose(account, [(kind, "none")], by="notices_stopped")
        db.session.commit()
    is_over = queries.choices_of(account.id)[kind] == "none"
    return render_template("notices/stop.html", token=token, kind=kind, is_over=is_over)
