"""The forms about a parent's account."""

from wtforms.validators import ValidationError

from portal.children.rules import is_address
from portal.fields import CheckBox, Form, Line, Watched
from portal.parents.rules import ParentName
from portal.text import _, lazy_gettext


def _is_address(form, field):
    if not is_address((field.data or "").strip()):
        raise ValidationError(_("Dit is geen e-mailadres. Er hoort een @ in."))


class NameForm(Watched):
    given_name = Line(lazy_gettext("Voornaam"), lazy_gettext("Vul de voornaam in."), 100, autocomplete="off")
    infix = Line(lazy_gettext("Tussenvoegsel"), None, 30, autocomplete="off")
    family_name = Line(lazy_gettext("Achternaam"), lazy_gettext("Vul de achternaam in."), 100, autocomplete="off")
    phone = Line(lazy_gettext("Telefoon"), None, 30, autocomplete="off", inputmode="tel")

    @property
    def name(self):
        fields = (self.given_name, self.infix, self.family_name, self.phone)
        return ParentName(*((field.data or "").strip() for field in fields))


class AddressForm(Form):
    email = Line(
        lazy_gettext("Nieuw e-mailadres"), lazy_gettext("Vul het e-mailadres in."), 254, _is_address,
        autocomplete="off", autocapitalize="none", spellcheck="false", inputmode="email",
    )  # fmt: skip
    was_someone_elses = CheckBox(lazy_gettext("Het oude adres was van iemand anders"))
