"""The forms with which an organisation gets its own face."""

from flask_babel import lazy_gettext
from wtforms.validators import ValidationError

from portal.face.rules import SETTINGS
from portal.fields import CheckBox, Choice, File, Form, Hidden, Line, OneOf, Paragraph, options
from portal.files.rules import ACCEPT, MOST_BYTES
from portal.organisations.actions import WrongSetting, checked
from portal.organisations.rules import MOST_NOTICE, WHOLE_NUMBERS, notice, tidy
from portal.text import LANGUAGES, _, ngettext

DAYS = (1, 2, 3, 4, 5, 7)
LENGTHS = (8, 10, 12, 14, 16, 20)


def _rule(form, field):
    """The rules of the command line, said on the screen."""
    try:
        checked(field.name, form.typed()[field.name])
    except WrongSetting as refusal:
        raise ValidationError(str(refusal)) from None


class OrganisationForm(Form):
    seen = Hidden()
    name = Line(lazy_gettext("Naam"), lazy_gettext("Vul de naam in."), 100, _rule, autocomplete="organization")
    login_text = Paragraph(lazy_gettext("Eigen zin op de bladzijde om in te loggen"), None, 300, rows=2)
    colour = Line(
        lazy_gettext("Kleur"), lazy_gettext("Kies een kleur."), 7, _rule, autocomplete="off", spellcheck="false"
    )
    email = Line(lazy_gettext("E-mail"), lazy_gettext("Vul een e-mailadres in."), 254, _rule, autocomplete="email")
    phone = Line(lazy_gettext("Telefoon"), lazy_gettext("Vul een telefoonnummer in."), 30, _rule, autocomplete="tel")
    phone_hours = Line(lazy_gettext("Wanneer neemt u de telefoon op?"), None, 200, _rule)
    credentials_mail = OneOf(
        lazy_gettext("Wat staat in de eerste e-mail aan een ouder?"),
        [
            (
                "password",
                lazy_gettext("Een tijdelijk wachtwoord: de ouder typt het over en kiest daarna een eigen wachtwoord."),
            ),
            (
                "link",
                lazy_gettext("Een link: de ouder klikt erop en kiest meteen een eigen wachtwoord."),
            ),
        ],
    )
    temporary_password_hours = Choice(lazy_gettext("Hoe lang werkt een tijdelijk wachtwoord?"), [])
    shortest_password = Choice(lazy_gettext("Hoe lang is een wachtwoord van een ouder minstens?"), [])
    notice_months = Choice(lazy_gettext("Opzegtermijn van een contract"), [])
    language = Choice(lazy_gettext("Taal van e-mails aan wie geen taal heeft gekozen"), list(LANGUAGES.items()))

    def __init__(self, settings, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hours = sorted({24 * days for days in DAYS} | {settings["temporary_password_hours"]})
        lengths = sorted({*LENGTHS, settings["shortest_password"]})
        self.temporary_password_hours.choices = options((str(number), _duration(number)) for number in hours)
        self.shortest_password.choices = options(
            (str(number), _("%(number)s tekens", number=number)) for number in lengths
        )
        self.notice_months.choices = options((str(number), notice(number)) for number in range(MOST_NOTICE + 1))

    def typed(self):
        """The settings as they were typed, in the shape in which they are kept."""
        values = {name: tidy(self[name].data or "") for name in SETTINGS}
        values["colour"] = values["colour"].lower()
        for name in WHOLE_NUMBERS:
            values[name] = int(values[name]) if values[name].isdecimal() else values[name]
        return values

    def show(self, values):
        """Put these settings in the fields."""
        for name, value in values.items():
            self[name].data = str(value)


def _duration(hours):
    if hours % 24:
        return _("%(hours)s uur", hours=hours)
    return ngettext("%(num)s dag", "%(num)s dagen", hours // 24)


class LogoForm(Form):
    logo = File(lazy_gettext("Bestand"), lazy_gettext("Kies een bestand."), ACCEPT, MOST_BYTES)


class UseLogoForm(Form):
    says_name = CheckBox(lazy_gettext("Onze naam staat al in dit logo"))
