"""The office brings in invoices: look, confirm, wait, done (portal.uploads)."""

from flask import Blueprint, Response, url_for
from flask_login import current_user

from portal import answers, doors
from portal import db as database
from portal.db import db, writing
from portal.documents import bundle
from portal.errors import Refused
from portal.files import actions as files
from portal.files.images import Picture
from portal.imports.queries import past_imports
from portal.invoices import actions, forms, queries, rules
from portal.uploads import actions as uploads

bp = doors.staff(Blueprint("office_invoices", __name__, url_prefix="/beheer/facturen"), "imports.do")

# More than a file may be, so that who sends 200 MB reads in the form what to do.
LARGEST_BODY = 256 << 20
SHOWN = 10


@bp.route("", methods=["GET", "POST"])
def upload():
    form = forms.InvoicesForm()
    if form.validate_on_submit():
        try:
            kept = _kept(form.file.data)
        except Refused as refusal:
            form.file.errors = [str(refusal)]
        else:
            return answers.redirect(url_for("uploads.preview", upload_id=kept.id))
    return answers.form_page(
        "invoices/upload.html", form, columns=rules.COLUMNS, past=past_imports(SHOWN, actions.KIND),
        newest=queries.newest(SHOWN), states=rules.STATE_NAMES,
    )  # fmt: skip


def _kept(file):
    """Looked at and kept without holding anything in the database, for that takes seconds."""
    account_id = current_user.account.id
    with writing():
        files.count_upload(account_id)
        db.session.commit()
    with bundle.of_file(file.stream) as opened:
        examined = actions.examine(opened)
    database.read_only()
    seen = actions.preview(actions.compare(examined))
    db.session.rollback()
    file.stream.seek(0)
    content = file.stream.read()
    key = files.put(content)
    with writing():
        kept = uploads.keep(content, file.filename or "", seen, account_id, actions.KIND, key)
        files.add("import", file.filename or "", key, Picture("application/zip", 0, 0, content))
        db.session.commit()
    database.read_only()
    return kept


@bp.get("/voorbeeld.csv")
def example():
    response = Response(rules.EXAMPLE, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="voorbeeld.csv"'
    return response
