"""From an id in the address to an invoice of this visitor."""

from datetime import date
from uuid import UUID

from flask import abort
from flask_login import current_user

from portal.children.find import shielded
from portal.invoices import queries
from portal.invoices.models import Invoice
from portal.invoices.queries import Place


def find_invoice(invoice_id: UUID) -> Invoice:
    """An invoice that this visitor pays, or 404."""
    return queries.invoice_of(current_user.account.person_id, invoice_id) or abort(404)


def find_invoice_here(invoice_id: UUID) -> Invoice:
    """An invoice of this organisation, but of no payer whose data this colleague may not learn; or 404."""
    found = queries.invoice(invoice_id)
    return abort(404) if found is None or found.payer_id in shielded() else found


def asked_year(words: str, years: list[int]) -> int | None:
    """The year in an address, when there is an invoice of it."""
    return next((year for year in years if str(year) == words), None)


def asked_place(words: str) -> Place | None:
    """Where the page before ended: a month, and the number of an invoice."""
    day, _space, number = words[:60].partition(" ")
    try:
        return Place(date.fromisoformat(day), number.replace("\0", ""))
    except ValueError:
        return None
