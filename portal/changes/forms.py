"""Where somebody lives, what is to be known of a child, who can be called for it, and the office's no."""

from wtforms.validators import ValidationError

from portal import clock
from portal.changes import rules
from portal.fields import Day, Form, Hidden, Line, Paragraph, Watched
from portal.people.rules import is_phone
from portal.text import _, lazy_gettext


def _is_phone(form, field):
    if (field.data or "").strip() and not is_phone(field.data):
        raise ValidationError(_("Dit is geen telefoonnummer. Schrijf het bijvoorbeeld zo: 06-12345678."))


def _is_near(form, field):
    if field.data and (problem := rules.day_problem(field.data, clock.today())):
        raise ValidationError(problem)


def _filled(form, field):
    if not (field.data or "").strip():
        raise ValidationError(_("Vul dit in."))


class HomeForm(Form):
    street = Line(lazy_gettext("Straat"), lazy_gettext("Vul de straat in."), 100, _filled, autocomplete="address-line1")
    number = Line(lazy_gettext("Huisnummer"), None, 10, autocomplete="off")
    addition = Line(lazy_gettext("Toevoeging"), None, 10, autocomplete="off")
    postcode = Line(lazy_gettext("Postcode"), None, 12, autocomplete="postal-code", autocapitalize="characters")
    town = Line(
        lazy_gettext("Woonplaats"), lazy_gettext("Vul de woonplaats in."), 80, _filled, autocomplete="address-level2"
    )
    country = Line(lazy_gettext("Land"), None, 60, autocomplete="country-name")
    effective_on = Day(lazy_gettext("Vanaf welke dag"), lazy_gettext("Vul de eerste dag in."), _is_near)

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        problems = rules.address_problems(self.address) if valid else {}
        for name, problem in problems.items():
            self[name].errors = [problem]
        return valid and not problems

    @property
    def address(self):
        return rules.tidied({name: self[name].data or "" for name in rules.ADDRESS})


class IbanForm(Form):
    iban = Line(
        lazy_gettext("Nieuw rekeningnummer (IBAN)"), lazy_gettext("Vul uw IBAN in."), 50,
        autocomplete="off", autocapitalize="characters", spellcheck="false",
    )  # fmt: skip


class CareForm(Watched):
    """At the office; a parent's says in its own words that somebody was first."""

    doctor = Line(lazy_gettext("Naam van de huisarts"), None, 100, autocomplete="off")
    doctor_phone = Line(
        lazy_gettext("Telefoon van de huisarts"), None, 30, _is_phone, autocomplete="off", inputmode="tel"
    )
    allergies = Paragraph(lazy_gettext("Allergieën"), None, 400, rows=3)
    medical_notes = Paragraph(lazy_gettext("Medische bijzonderheden"), None, 700, rows=4)

    @property
    def care(self):
        return {name: "\n".join((self[name].data or "").strip().splitlines()) for name in rules.CARE}


class AskCareForm(CareForm):
    overtaken = lazy_gettext(
        "De opvang heeft dit net gewijzigd. Kijk hieronder wat goed is. Verstuur het daarna opnieuw."
    )


class ContactForm(Form):
    """One of the people who can be called; all empty is nobody."""

    name = Line(lazy_gettext("Naam"), None, 100, autocomplete="off")
    phone = Line(lazy_gettext("Telefoon"), None, 30, _is_phone, autocomplete="off", inputmode="tel")
    relation = Line(lazy_gettext("Wie is dat van het kind?"), None, 60, autocomplete="off")

    @property
    def contact(self):
        return {name: (self[name].data or "").strip() for name in rules.CONTACT}

    @property
    def is_blank(self):
        return not any(self.contact.values())

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        if not valid or self.is_blank:
            return valid
        for name in ("name", "phone"):
            if not self.contact[name]:
                self[name].errors = [_("Vul dit in.")]
                valid = False
        return valid


class ContactsForm(Form):
    """The form around them, with what holds for all."""

    seen = Hidden()  # the list of now, as the page showed it

    def __init__(self, contacts):
        super().__init__(data={"seen": rules.mark(rules.kept(contacts))})
        self.now = contacts
        known = [*contacts, *[{}] * rules.MOST_CONTACTS][: rules.MOST_CONTACTS]
        self.each = [ContactForm(prefix=f"contact{at}-", data=contact) for at, contact in enumerate(known, start=1)]

    def validate(self, extra_validators=None):
        valid = all([super().validate(extra_validators), *[each.validate() for each in self.each]])
        mark = rules.mark(rules.kept(self.now))
        if valid and self.seen.data != mark:
            now = "; ".join(rules.contact_line(each) for each in self.now) or _("(leeg)")
            self.form_errors.append(_("Dit is intussen gewijzigd. Er staat nu: %(now)s. Kijk wat goed is.", now=now))
            self.seen.data, valid = mark, False
        return valid

    @property
    def contacts(self):
        return [each.contact for each in self.each if not each.is_blank]


class ApproveForm(Form):
    seen = Hidden()  # the values of now, as the page showed them


class RefuseForm(Form):
    reason = Paragraph(
        lazy_gettext("Waarom niet?"), lazy_gettext("Schrijf op waarom. De ouder leest dit."), 300, rows=3
    )

    def validate_reason(self, field):
        if not field.data.strip():
            raise ValidationError(_("Schrijf op waarom. De ouder leest dit."))
