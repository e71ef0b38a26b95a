"""A question to parents, as a manager writes it; and the answer of a parent."""

from wtforms.validators import ValidationError

from portal.fields import Form, Hidden, Line, Paragraph
from portal.text import _, lazy_gettext


class PurposeForm(Form):
    version = Hidden()
    name = Line(lazy_gettext("Waarvoor vraagt u toestemming?"), lazy_gettext("Vul een naam in."), 100)
    text = Paragraph(
        lazy_gettext("Wat betekent ja?"), lazy_gettext("Schrijf op wat u doet als een ouder ja zegt."), 1000
    )

    def validate_name(self, field):
        if not field.data.strip():
            raise ValidationError(_("Vul een naam in."))

    def validate_text(self, field):
        if not field.data.strip():
            raise ValidationError(_("Schrijf op wat u doet als een ouder ja zegt."))

    @property
    def seen(self):
        return as_version(self.version.data)


class AnswerForm(Form):
    version = Hidden()
    value = Hidden()

    def validate_value(self, field):
        if field.data not in ("yes", "no"):
            raise ValidationError(_("Kies een van de mogelijkheden."))

    @property
    def seen(self):
        return as_version(self.version.data)


def as_version(said):
    """The number of a text; 0, which no text has, for anything else."""
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 9 else 0
