"""The form for a new token."""

from flask_babel import lazy_gettext

from portal.fields import Form, Line


class TokenForm(Form):
    name = Line(lazy_gettext("Naam van het programma"), lazy_gettext("Vul een naam in."), 60, autocomplete="off")
