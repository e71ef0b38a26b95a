"""The forms about contracts: what the office fills in, and what a parent agrees with."""

from fractions import Fraction
from uuid import UUID

from wtforms.validators import ValidationError

from portal import clock
from portal.contracts import rules
from portal.contracts.actions import People
from portal.contracts.rules import Terms
from portal.documents import rules as documents
from portal.fields import CheckBox, Choice, Choices, Day, File, Form, Hidden, Line, Paragraph, options
from portal.organisations.rules import MOST_NOTICE, notice
from portal.sheets import cents, hours_of, plain, rounded
from portal.text import _, lazy_gettext

MOST_IN_ZIP = 100 << 20


class ContractForm(Form):
    version = Hidden()
    number = Line(lazy_gettext("Contractnummer"), lazy_gettext("Vul het nummer in."), rules.LONGEST_NUMBER)
    file = File(
        lazy_gettext("PDF van het contract"), lazy_gettext("Kies een PDF-bestand."), documents.PDF, documents.MOST_BYTES
    )
    party = Choice(lazy_gettext("Contractouder"), [])
    payer = Choice(lazy_gettext("Wie betaalt?"), [])
    also = Choices(lazy_gettext("Wie moet ook akkoord geven?"))
    is_on_paper = CheckBox(lazy_gettext("Dit contract is al op papier getekend"))
    care_type = Choice(lazy_gettext("Opvangsoort"), rules.CARES.items())
    lrk_number = Line(lazy_gettext("LRK-nummer"), None, 12, inputmode="numeric")
    days = Paragraph(lazy_gettext("Dagen"), None, rules.LONGEST_DAYS, rows=5)
    weeks = Choice(lazy_gettext("Weken per jaar"), [])
    hours_a_year = Line(lazy_gettext("Uren per jaar"), None, 9)
    rate = Line(lazy_gettext("Prijs per uur"), lazy_gettext("Vul de prijs in."), 9, inputmode="decimal")
    starts_on = Day(lazy_gettext("Eerste dag"), lazy_gettext("Vul de eerste dag in."))
    ends_on = Day(lazy_gettext("Laatste dag"), None)
    notice_months = Choice(lazy_gettext("Opzegtermijn"), [])

    def __init__(self, guardians, usual_notice, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = [(str(each.person_id), each.name) for each in guardians]
        first = _("Kies een ouder") if people else _("Er is geen ouder met een account")
        self.party.choices = options([("", first), *people])
        self.payer.choices = options([("", _("De contractouder")), *people])
        self.also.choices = options(people)
        self.weeks.choices = options([*((str(number), str(number)) for number in rules.WEEKS), ("", _("flexibel"))])
        usual = _("Zoals bij ons gewoon is (%(notice)s)", notice=notice(usual_notice))
        self.notice_months.choices = options(
            [("", usual), *((str(number), notice(number)) for number in range(MOST_NOTICE + 1))]
        )
        if self.weeks.data is None:
            self.weeks.data = "52"

    def show(self, terms, people):
        """Put what counts now in the fields."""
        self.number.data, self.care_type.data, self.lrk_number.data = terms.number, terms.care_type, terms.lrk_number
        self.days.data, self.weeks.data = rules.written(terms.slots), str(terms.weeks or "")
        minutes = terms.minutes_a_year
        self.hours_a_year.data = f"{minutes // 60}:{minutes % 60:02}" if minutes else ""
        self.rate.data, self.starts_on.data, self.ends_on.data = plain(terms.rate_cents), terms.starts_on, terms.ends_on
        self.notice_months.data = "" if terms.notice_months is None else str(terms.notice_months)
        self.party.data, self.is_on_paper.data = str(people.party_id), people.is_on_paper
        self.payer.data = "" if people.payer_id == people.party_id else str(people.payer_id)
        self.also.data = [str(each) for each in people.also]

    def validate(self, extra_validators=None):
        return super().validate(extra_validators) and self._is_sound()

    def _is_sound(self):
        """Each thing that is wrong stands with its field."""
        if not self.party.data:
            self._say("party", _("een contract is met een ouder of voogd van dit kind die een account heeft"))
        slots, wrong = rules.slots_of(self.days.data or "")
        self._say("days", *wrong)
        if (rate := cents(self.rate.data)) is None:
            self._say("rate", _("%(value)s is geen prijs, zoals 10,71", value=self.rate.data))
        hours = hours_of(self.hours_a_year.data) if self.hours_a_year.data else Fraction(0)
        if hours is None or hours < 0:
            self._say("hours_a_year", _("%(value)s is geen aantal uren, zoals 450", value=self.hours_a_year.data))
        if any(field.errors for field in self):
            return False
        self.terms = Terms(
            self.number.data.strip(), self.care_type.data, (self.lrk_number.data or "").strip(), tuple(slots),
            int(self.weeks.data) if self.weeks.data else None, rounded(hours * 60) or None, rate, self.starts_on.data,
            self.ends_on.data, int(self.notice_months.data) if self.notice_months.data else None,
        )  # fmt: skip
        for name, problem in rules.problems(self.terms, clock.today()):
            self._say(name, problem)
        return not any(field.errors for field in self)

    def _say(self, name, *problems):
        sentences = [f"{problem[:1].upper()}{problem[1:]}." for problem in problems]
        self[name].errors = [*self[name].errors, *sentences]

    @property
    def people(self):
        party = UUID(self.party.data)
        payer = UUID(self.payer.data) if self.payer.data else party
        also = tuple(UUID(each) for each in self.also.data or [] if each != self.party.data)
        return People(party, payer, also, self.is_on_paper.data)


class AgreeForm(Form):
    sha256 = Hidden()
    has_read = CheckBox(lazy_gettext("Ik heb het contract gelezen en ik ga akkoord"))

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        if not self.has_read.data:
            self.has_read.errors = [_("Lees het contract, en zet dan dit vinkje.")]
            valid = False
        return valid


class EndForm(Form):
    day = Day(lazy_gettext("Laatste dag"), lazy_gettext("Vul de laatste dag in."))

    def suggest(self, first):
        """The first day that can be."""
        if self.day.data is None:
            self.day.data = first


class LastDayForm(Form):
    day = Day(lazy_gettext("Laatste dag"), None)


class ChangeForm(EndForm):
    day = Day(lazy_gettext("Vanaf welke dag?"), lazy_gettext("Vul in vanaf welke dag."))
    words = Paragraph(
        lazy_gettext("Wat wilt u anders?"), lazy_gettext("Schrijf op wat u anders wilt."), rules.LONGEST_WORDS
    )

    def validate_words(self, field):
        if not field.data.strip():
            raise ValidationError(_("Schrijf op wat u anders wilt."))


class DecideForm(Form):
    decision = Hidden()
    reason = Paragraph(lazy_gettext("Toelichting voor de ouder"), None, rules.LONGEST_WORDS)

    def validate_decision(self, field):
        if field.data not in ("approve", "refuse"):
            raise ValidationError(_("Kies een van de mogelijkheden."))


class ContractsForm(Form):
    file = File(
        lazy_gettext("Zip met contracten"), lazy_gettext("Kies een bestand."), ".zip,.csv,application/zip", MOST_IN_ZIP
    )
