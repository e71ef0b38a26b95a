"""The forms about children, their parents and what those may."""

from uuid import UUID, uuid4

from wtforms.validators import ValidationError

from portal import clock
from portal.auth.find import as_id
from portal.children import rules
from portal.fields import CheckBox, Choice, Day, Form, Hidden, Line, Paragraph, Watched, options
from portal.text import _, lazy_gettext

GIVEN, INFIX, FAMILY = lazy_gettext("Voornaam"), lazy_gettext("Tussenvoegsel"), lazy_gettext("Achternaam")
NO_GIVEN, NO_FAMILY = lazy_gettext("Vul de voornaam in."), lazy_gettext("Vul de achternaam in.")


def _is_born(form, field):
    if field.data and (problem := rules.birth_date_problem(field.data, clock.today())):
        raise ValidationError(problem)


def is_address(form, field):
    if not rules.is_address((field.data or "").strip()):
        raise ValidationError(_("Dit is geen e-mailadres. Er hoort een @ in."))


class ChildForm(Watched):
    given_name = Line(GIVEN, NO_GIVEN, 100, autocomplete="off")
    infix = Line(INFIX, None, 30, autocomplete="off")
    family_name = Line(FAMILY, NO_FAMILY, 100, autocomplete="off")
    birth_date = Day(lazy_gettext("Geboortedatum"), lazy_gettext("Vul de geboortedatum in."), _is_born)
    group = Choice(lazy_gettext("Groep"), [])
    external_id = Line(lazy_gettext("Nummer in uw eigen programma"), None, 64, autocomplete="off")

    def __init__(self, groups, *args, **kwargs):
        super().__init__(*args, **kwargs)
        none = [("", _("Nog geen groep"))]
        self.group.choices = options(none + [(str(group.id), group.name) for group in groups])

    @property
    def details(self):
        return rules.ChildDetails(
            self.given_name.data.strip(), (self.infix.data or "").strip(), self.family_name.data.strip(),
            self.birth_date.data, as_id(self.group.data), (self.external_id.data or "").strip(),
        )  # fmt: skip


def values_of_child(details):
    """A child as its form shows it."""
    return {
        "given_name": details.given_name, "infix": details.infix, "family_name": details.family_name,
        "birth_date": details.birth_date, "group": str(details.group_id or ""), "external_id": details.external_id,
    }  # fmt: skip


class NewChildForm(ChildForm):
    is_another = CheckBox(lazy_gettext("Ja, dit is een ander kind"))
    token = Hidden()  # the same for each try with this page, so that the child comes once

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.token.data = self.token.data or str(uuid4())

    def validate_token(self, field):
        if as_id(field.data) is None:
            raise ValidationError(_("Er ging iets mis. Vul dit nog een keer in."))

    @property
    def child_id(self) -> UUID | None:
        return as_id(self.token.data)


class ParentForm(Form):
    email = Line(
        lazy_gettext("E-mail"), lazy_gettext("Vul het e-mailadres in."), 254, is_address,
        autocomplete="off", autocapitalize="none", spellcheck="false", inputmode="email",
    )  # fmt: skip
    given_name = Line(GIVEN, NO_GIVEN, 100, autocomplete="off")
    infix = Line(INFIX, None, 30, autocomplete="off")
    family_name = Line(FAMILY, NO_FAMILY, 100, autocomplete="off")
    phone = Line(lazy_gettext("Telefoon"), None, 30, autocomplete="off", inputmode="tel")
    role = Choice(lazy_gettext("Wat is deze ouder van het kind?"), list(rules.ROLE_NAMES.items()))
    is_known = CheckBox(lazy_gettext("Ja, dit is dezelfde persoon"))
    asks = False  # whether the page asks for that tick

    @property
    def is_blank(self):
        return not any(field.data for field in (self.email, self.given_name, self.family_name, self.phone))

    @property
    def details(self):
        return rules.ParentDetails(
            self.email.data.strip(), self.given_name.data.strip(), (self.infix.data or "").strip(),
            self.family_name.data.strip(), (self.phone.data or "").strip(),
            rights=rules.RightsDetails(self.role.data), is_known=self.is_known.data,
        )  # fmt: skip


class RightsForm(Watched):
    role = Choice(lazy_gettext("Wat is deze ouder van het kind?"), list(rules.ROLE_NAMES.items()))
    legal_basis = Line(lazy_gettext("Verzoek of uitspraak"), None, 300, autocomplete="off")
    is_identified = CheckBox(lazy_gettext("Ik heb het identiteitsbewijs van deze ouder gezien"))
    valid_from = Day(lazy_gettext("Eerste dag"), None)
    valid_to = Day(lazy_gettext("Laatste dag"), None)
    address_shielded = CheckBox(lazy_gettext("Houd de gegevens van deze ouder geheim voor de andere ouder"))
    even_if_last = CheckBox(lazy_gettext("Ja, dat weet ik"))
    asks = False  # whether the page asks for that tick

    @property
    def details(self):
        return rules.RightsDetails(
            self.role.data, (self.legal_basis.data or "").strip(), self.is_identified.data, self.valid_from.data,
            self.valid_to.data,
        )  # fmt: skip


def values_of_rights(details, is_shielded):
    """Rights as their form shows them."""
    return {
        "role": details.role, "legal_basis": details.legal_basis, "is_identified": details.is_identified,
        "valid_from": details.valid_from, "valid_to": details.valid_to, "address_shielded": is_shielded,
    }  # fmt: skip


class EndForm(Form):
    last_day = Day(lazy_gettext("Laatste dag"), None)
    even_if_last = CheckBox(lazy_gettext("Ja, dat weet ik"))
    asks = False  # whether the page asks for that tick


class BlockForm(Form):
    reason = Paragraph(lazy_gettext("Reden"), lazy_gettext("Schrijf op waarom."), 500)
    document = Line(
        lazy_gettext("Stuk van de rechter"), lazy_gettext("Schrijf op welk stuk dit is."), 200, autocomplete="off"
    )
    ends_on = Day(lazy_gettext("Tot en met"), lazy_gettext("Vul de einddatum in."))
    even_if_last = CheckBox(lazy_gettext("Ja, dat weet ik"))
    asks = False  # whether the page asks for that tick


class LeaveForm(Form):
    end_date = Day(lazy_gettext("Laatste dag op de opvang"), None)
