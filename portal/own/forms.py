"""Another address, and what is wrong."""

from uuid import UUID

from wtforms.validators import ValidationError

from portal.fields import Choice, Form, Line, Paragraph, options
from portal.people.rules import is_phone
from portal.text import _, lazy_gettext


class AddressForm(Form):
    email = Line(
        lazy_gettext("Nieuw e-mailadres"), lazy_gettext("Vul uw nieuwe e-mailadres in."), 254,
        autocomplete="email", autocapitalize="none", spellcheck="false", inputmode="email",
    )  # fmt: skip


class PhoneForm(Form):
    phone = Line(lazy_gettext("Telefoon"), None, 30, autocomplete="tel", inputmode="tel")

    def validate_phone(self, field):
        if field.data.strip() and not is_phone(field.data):
            raise ValidationError(_("Dit is geen telefoonnummer. Schrijf het bijvoorbeeld zo: 06-12345678."))


class CorrectionForm(Form):
    about = Choice(lazy_gettext("Over wie gaat het"), [])
    words = Paragraph(
        lazy_gettext("Wat klopt er niet, en hoe moet het zijn?"), lazy_gettext("Schrijf op wat er niet klopt."), 1000
    )

    def __init__(self, children):
        super().__init__()
        self.about.choices = options(
            [("me", _("Over mijzelf")), *((str(child.id), child.full_name) for child in children)]
        )

    def validate_words(self, field):
        if not field.data.strip():
            raise ValidationError(_("Schrijf op wat er niet klopt."))

    @property
    def child_id(self):
        return None if self.about.data == "me" else UUID(self.about.data)
