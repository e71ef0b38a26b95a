"""The form with which the office adds a paper of a child."""

from portal.documents import rules
from portal.fields import CheckBox, File, Form, Line, OneOf
from portal.text import lazy_gettext


class PaperForm(Form):
    file = File(lazy_gettext("PDF-bestand"), lazy_gettext("Kies een PDF-bestand."), rules.PDF, rules.MOST_BYTES)
    title = Line(lazy_gettext("Titel"), lazy_gettext("Geef het papier een titel."), rules.LONGEST_TITLE)
    audience = OneOf(lazy_gettext("Wie ziet het?"), rules.AUDIENCES.items())
    shows_bsn = CheckBox(lazy_gettext("Er staat een burgerservicenummer (BSN) in"))
