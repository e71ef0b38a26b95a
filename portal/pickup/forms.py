"""Who may fetch a child, as a parent or the office writes it down."""

from wtforms.validators import ValidationError

from portal import clock
from portal.auth.find import as_id
from portal.fields import Choice, Day, Form, Line, OneOf, options
from portal.pickup import rules
from portal.text import _, lazy_gettext

NO_NAME = lazy_gettext("Vul de naam in.")
NO_RELATION = lazy_gettext("Vul in wie dit is van het kind, bijvoorbeeld oma of buurman.")


def _has_words(sentence):
    def check(form, field):
        if not rules.tidy(field.data):
            raise ValidationError(sentence)

    return check


def _is_phone(form, field):
    if problem := rules.phone_problem(rules.tidy(field.data)):
        raise ValidationError(problem)


class PersonForm(Form):
    name = Line(lazy_gettext("Naam"), NO_NAME, 100, _has_words(NO_NAME), autocomplete="off")
    relation = Line(
        lazy_gettext("Wie is dit van het kind?"), NO_RELATION, 60, _has_words(NO_RELATION), autocomplete="off"
    )
    phone = Line(
        lazy_gettext("Telefoon"), lazy_gettext("Vul het telefoonnummer in."), 30, _is_phone,
        autocomplete="off", inputmode="tel",
    )  # fmt: skip
    how = OneOf(lazy_gettext("Wanneer mag dit?"), rules.HOW.items())
    day = Day(lazy_gettext("Welke dag? Niet nodig bij altijd"), None)

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        problem = rules.day_problem(self.how.data, self.day.data, clock.today())
        if problem and not self.how.errors and not self.day.errors:
            self.day.errors, valid = [problem], False
        return valid

    @property
    def details(self):
        words = [rules.tidy(field.data) for field in (self.name, self.relation, self.phone)]
        return rules.Permission(*words, self.how.data, self.day.data)


class OfficeForm(PersonForm):
    granted_by = Choice(lazy_gettext("Welke ouder vraagt dit?"), [])

    def __init__(self, deciding, *args, **kwargs):
        super().__init__(*args, **kwargs)
        parents = [(str(each.person_id), each.person.full_name) for each in deciding]
        self.granted_by.choices = options([("", _("Kies een ouder")), *parents])  # none by itself: it says who sees it

    def validate_granted_by(self, field):
        if not field.data:
            raise ValidationError(_("Kies de ouder die dit vraagt."))

    @property
    def granter(self):
        return as_id(self.granted_by.data)
