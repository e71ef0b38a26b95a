"""Invoices for who pays them."""

from flask import Blueprint, render_template
from flask_login import current_user

from portal import clock, doors
from portal.invoices import find, queries, rules
from portal.organisations.rules import CARE_NAMES

bp = doors.parents(Blueprint("invoices", __name__))


def has_invoices():
    """Whether the menu shows this visitor invoices."""
    return bool(current_user.account.person.has_invoices)


@bp.get("/facturen")
def invoices():
    found = queries.invoices_of(current_user.account.person_id)
    return render_template("invoices/invoices.html", years=queries.by_year(found), states=rules.STATE_NAMES)


@bp.get("/facturen/<uuid:invoice_id>")
def invoice(invoice_id):
    found = find.find_invoice(invoice_id)
    return render_template(
        "invoices/invoice.html", invoice=found, lines=queries.lines_of(found.id), states=rules.STATE_NAMES,
        care=CARE_NAMES, today=clock.today(),
    )  # fmt: skip
