"""The office sends in a file of parents: look, confirm, wait, done."""

from flask import Blueprint, Response, current_app, flash, render_template, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal import db as database
from portal.auth.find import confirm_first
from portal.db import db
from portal.errors import Refused
from portal.files.actions import count_upload
from portal.imports import queries as imports
from portal.imports import rules
from portal.text import _
from portal.uploads import actions, find, queries
from portal.uploads.forms import UploadForm

bp = doors.staff(Blueprint("uploads", __name__, url_prefix="/beheer/import"), "imports.do")

# More than a file may be, so that who sends 10 MB reads in the form what to do.
LARGEST_BODY = 16 * 1024 * 1024
SHOWN_IMPORTS = 10
SLOW = 30  # seconds after which the page says that a worker should have begun


@bp.route("", methods=["GET", "POST"])
def upload():
    form = UploadForm()
    if form.validate_on_submit():
        try:
            kept = _kept(form.file.data)
        except Refused as refusal:
            form.file.errors = [str(refusal)]
        else:
            return answers.redirect(url_for(".preview", upload_id=kept.id))
    return answers.form_page(
        "uploads/upload.html", form, columns=rules.COLUMNS, past=imports.past_imports(SHOWN_IMPORTS)
    )


def _kept(file):
    """Looked at without holding anything in the database, for that takes seconds; then kept."""
    account_id = current_user.account.id
    count_upload(account_id)
    db.session.commit()
    content = file.stream.read(rules.MOST_BYTES + 1)
    database.read_only()
    seen = actions.look(content)
    with database.writing():
        kept = actions.keep(content, file.filename or "", seen, account_id)
        db.session.commit()
    return kept


@bp.get("/voorbeeld.csv")
def example():
    response = Response(rules.EXAMPLE, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="voorbeeld.csv"'
    return response


@bp.get("/<uuid:upload_id>")
def preview(upload_id):
    found = find.find_upload(upload_id)
    kind = actions.KINDS[found.kind]
    again = url_for(kind.endpoint)
    if found.state == "gone":
        return answers.gone("uploads/gone.html", again=again)
    if found.state != "ready":
        return answers.redirect(url_for(".progress", upload_id=found.id))
    minutes = -(-found.preview["mails"] // current_app.config["MAIL_PER_MINUTE"])
    return render_template(kind.preview, upload=found, preview=found.preview, minutes=minutes, again=again)


@bp.post("/<uuid:upload_id>/bevestigen")
def confirm(upload_id):
    found = find.find_upload(upload_id)
    if first := confirm_first(url_for(".preview", upload_id=found.id)):
        return first
    if found.state == "ready" and not found.preview["bad_lines"]:
        actions.confirm(found, current_user.account.id)
        db.session.commit()
    return answers.redirect(url_for(".progress", upload_id=found.id))


@bp.post("/<uuid:upload_id>/weggooien")
def throw_away(upload_id):
    found = find.find_upload(upload_id)
    actions.throw_away(found)
    db.session.commit()
    flash(_("Het bestand is weggegooid. Er is niets veranderd."))
    return answers.redirect(url_for(actions.KINDS[found.kind].endpoint))


@bp.get("/<uuid:upload_id>/voortgang")
def progress(upload_id):
    found = find.find_upload(upload_id)
    if found.state in ("ready", "gone"):
        return answers.redirect(url_for(".preview", upload_id=found.id))
    if found.state == "done":
        return answers.redirect(url_for("imports.result", import_id=found.past_import_id))
    seconds = int((clock.now() - found.confirmed_at).total_seconds())
    is_late = found.state == "waiting" and seconds > SLOW and not queries.ahead_of(found)
    return render_template(
        "uploads/progress.html", upload=found, preview=found.preview, seconds=seconds, is_late=is_late,
        ahead=bool(queries.ahead_of(found)),
    )  # fmt: skip
