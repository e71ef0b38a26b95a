"""The office brings in invoices: look, confirm, wait, done (portal.uploads)."""

from flask import Blueprint, Response, url_for
from flask_login import current_user

from portal import answers, doors
from portal.documents import worker
from portal.errors import Refused
from portal.imports.queries import past_imports
from portal.invoices import actions, forms, queries, rules

bp = doors.staff(Blueprint("office_invoices", __name__, url_prefix="/beheer/facturen"), "imports.do")

# More than a file may be, so that who sends 200 MB reads in the form what to do.
LARGEST_BODY = 256 << 20
SHOWN = 10


@bp.route("", methods=["GET", "POST"])
def upload():
    form = forms.InvoicesForm()
    if form.validate_on_submit():
        try:
            kept = worker.looked_at(actions, form.file.data, current_user.account.id)
        except Refused as refusal:
            form.file.errors = [str(refusal)]
        else:
            return answers.redirect(url_for("uploads.preview", upload_id=kept.id))
    return answers.form_page(
        "invoices/upload.html", form, columns=rules.COLUMNS, past=past_imports(SHOWN, actions.KIND),
        newest=queries.newest(SHOWN), states=rules.STATE_NAMES,
    )  # fmt: skip


@bp.get("/voorbeeld.csv")
def example():
    response = Response(rules.EXAMPLE, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="voorbeeld.csv"'
    return response
