"""The form that takes a zip of invoices."""

from portal.fields import File, Form
from portal.text import lazy_gettext

MOST_BYTES = 100 << 20


class InvoicesForm(Form):
    file = File(
        lazy_gettext("Zip met facturen"), lazy_gettext("Kies een bestand."), ".zip,.csv,application/zip", MOST_BYTES
    )
