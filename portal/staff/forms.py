"""The forms about who works here."""

from flask_babel import lazy_gettext
from wtforms.validators import ValidationError

from portal.auth.rules import email_key
from portal.fields import Choice, Choices, Form, Line, options
from portal.text import _

ROLE_NAMES = {
    "groepsleiding": lazy_gettext("Groepsleiding: ziet de kinderen van de eigen groepen"),
    "planning": lazy_gettext("Planning: ziet kinderen en ouders"),
    "administratie": lazy_gettext("Administratie: ziet en wijzigt kinderen en ouders"),
    "manager": lazy_gettext("Manager: mag alles, ook medewerkers en instellingen"),
}


def _is_address(form, field):
    if not email_key(field.data or ""):
        raise ValidationError(_("Dit is geen e-mailadres. Er hoort een @ in."))


class RoleForm(Form):
    role = Choice(lazy_gettext("Rol"), list(ROLE_NAMES.items()))
    groups = Choices(lazy_gettext("Groepen (alleen voor groepsleiding)"))

    def __init__(self, groups, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.groups.choices = options((str(group.id), group.name) for group in groups)


class InviteForm(RoleForm):
    name = Line(lazy_gettext("Voornaam en achternaam"), lazy_gettext("Vul een naam in."), 100, autocomplete="off")
    email = Line(
        lazy_gettext("E-mail"), lazy_gettext("Vul het e-mailadres in."), 254, _is_address,
        autocomplete="off", autocapitalize="none", spellcheck="false", inputmode="email",
    )  # fmt: skip
