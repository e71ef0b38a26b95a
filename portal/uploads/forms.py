"""The form that takes a file of parents."""

from flask_babel import lazy_gettext

from portal.fields import File, Form


class UploadForm(Form):
    file = File(lazy_gettext("Bestand met ouders en kinderen"), lazy_gettext("Kies een bestand."), ".csv,.txt,text/csv")
