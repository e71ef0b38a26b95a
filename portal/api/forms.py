"""The form for a new token."""

from flask_babel import lazy_gettext

from portal.fields import Form, Line, OneOf


class TokenForm(Form):
    name = Line(lazy_gettext("Naam van het programma"), lazy_gettext("Vul een naam in."), 60, autocomplete="off")
    opens = OneOf(
        lazy_gettext("Wat mag dit programma?"),
        [
            ("children", lazy_gettext("Kinderen en ouders toevoegen en wijzigen")),
            ("bounces", lazy_gettext("Melden dat een e-mail is teruggekomen")),
        ],
    )
