"""Invoices for the office: looking (`see`), and bringing them in: look, confirm, wait, done (`bring`)."""

from flask import Blueprint, Response, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal.audit.actions import record
from portal.auth.find import as_id
from portal.children.queries import account_of
from portal.db import db, writing
from portal.documents import queries as documents
from portal.documents import worker
from portal.errors import Refused
from portal.fields import sought
from portal.imports.queries import past_imports
from portal.invoices import actions, find, forms, queries, rules
from portal.invoices.queries import InvoicesShown
from portal.organisations.rules import CARE_NAMES
from portal.roles import may

see = doors.staff(Blueprint("office_invoices", __name__, url_prefix="/beheer/facturen"), "invoices.see")
bring = doors.staff(Blueprint("invoices_import", __name__, url_prefix="/beheer/facturen"), "imports.do")

# More than a file may be, so that who sends 200 MB reads in the form what to do.
LARGEST_BODY = 256 << 20
SHOWN = 10


# Looking


@see.get("")
def invoices():
    years, words, state = queries.years(), sought(), request.args.get("toon", "")
    state, year = state if state in rules.STATE_NAMES else "", find.asked_year(request.args.get("jaar", ""), years)
    payer_id, last = as_id(request.args.get("betaler")), find.asked_place(request.args.get("na", ""))
    shown = InvoicesShown(current_user.account.person_id, words, state, year, payer_id)
    rows, more = queries.invoices_page(shown, last)
    kept = {"zoek": words or None, "toon": state or None, "jaar": year, "betaler": payer_id}
    return render_template(
        "invoices/office.html", rows=rows, words=words, kept=kept, states=rules.STATE_NAMES, years=years,
        older=url_for(".invoices", **kept, na=f"{more.period} {more.number}") if more else "",
        newest=url_for(".invoices", **kept) if last else "",
    )  # fmt: skip


@see.get("/<uuid:invoice_id>")
def invoice(invoice_id):
    _remember_look(find.find_invoice_here(invoice_id))
    found = find.find_invoice_here(invoice_id)
    openings = documents.openings_of(found.document_id) if may(current_user.role, "log.see") else None
    return render_template(
        "invoices/office_invoice.html", invoice=found, lines=queries.lines_of(found.id), states=rules.STATE_NAMES,
        care=CARE_NAMES, payer=account_of(found.payer_id), openings=openings,
    )  # fmt: skip


def _remember_look(found):
    """Who pays can see later who of the office looked at it (security.md, G6)."""
    by, payer = current_user.account.id, account_of(found.payer_id)
    of = {"object_type": "document", "object_id": found.document_id, "detail": found.number}
    with writing():
        record("invoice_seen", payer.id if payer else None, by=by, **of)
        db.session.commit()


# Bringing in


@bring.route("/importeren", methods=["GET", "POST"])
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
        "invoices/upload.html",
        form,
        columns=rules.COLUMNS,
        past=past_imports(SHOWN, actions.KIND),
    )


@bring.get("/voorbeeld.csv")
def example():
    response = Response(rules.EXAMPLE, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="voorbeeld.csv"'
    return response
