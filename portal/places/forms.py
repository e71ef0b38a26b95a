"""The forms about locations and groups."""

from flask_babel import lazy_gettext

from portal.fields import Choice, Form, Hidden, Line, options


class LocationForm(Form):
    seen = Hidden()
    name = Line(lazy_gettext("Naam van de locatie"), lazy_gettext("Vul een naam in."), 100, autocomplete="off")


class GroupForm(Form):
    seen = Hidden()
    name = Line(lazy_gettext("Naam van de groep"), lazy_gettext("Vul een naam in."), 100, autocomplete="off")
    location = Choice(lazy_gettext("Locatie"), [])

    def __init__(self, locations, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.location.choices = options((str(location.id), location.name) for location in locations)
