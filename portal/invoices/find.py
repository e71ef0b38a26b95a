"""From an id in the address to an invoice of this visitor."""

from uuid import UUID

from flask import abort
from flask_login import current_user

from portal.invoices import queries
from portal.invoices.models import Invoice


def find_invoice(invoice_id: UUID) -> Invoice:
    """An invoice that this visitor pays, or 404."""
    return queries.invoice_of(current_user.account.person_id, invoice_id) or abort(404)
