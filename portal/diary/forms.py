"""A story, and what is written down of the rhythm of a child."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

from wtforms.validators import ValidationError

from portal import clock
from portal.auth.find import as_id
from portal.diary.rules import CHOICE_NAMES, KIND_NAMES, QUICK, Rhythm, clock_time
from portal.fields import Choice, Choices, Files, Form, Hidden, Line, Paragraph, as_time, options
from portal.photos.rules import ACCEPT, MOST_AT_ONCE
from portal.text import _, lazy_gettext

AGO = (0, 15, 30, 60, 120)  # minutes


class StoryForm(Form):
    token = Hidden()
    version = Hidden()
    body = Paragraph(lazy_gettext("Wat is er gebeurd?"), lazy_gettext("Schrijf wat er gebeurde."), 1200, rows=3)
    children = Choices(lazy_gettext("Over wie gaat het?"))
    photos = Files(lazy_gettext("Foto's erbij"), None, ACCEPT, MOST_AT_ONCE)

    def __init__(self, children, **values):
        super().__init__(**values)
        self.known = {str(child.id): child for child in children}
        self.children.choices = options((id_, child.person.full_name) for id_, child in self.known.items())
        if not self.is_submitted():
            self.token.data = uuid4()

    def validate_body(self, field):
        if not field.data.strip():
            raise ValidationError(_("Schrijf wat er gebeurde."))

    def validate_children(self, field):
        if not field.data:
            raise ValidationError(_("Kies minstens één kind."))

    def validate_photos(self, field):
        if field.data and not self.is_published:
            raise ValidationError(_("Stuur foto's mee als het verhaal naar de ouders gaat, niet met een concept."))

    @property
    def is_published(self):
        return "publish" in self.sent

    @property
    def chosen(self):
        return [self.known[id_] for id_ in dict.fromkeys(self.children.data)]

    @property
    def entry_id(self):
        return as_id(self.token.data or "") or uuid4()

    @property
    def seen(self):
        said = self.version.data or ""
        return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


class QuickForm(Form):
    """One press of a button: "bottle:150", "diaper:wet"; and how long ago that was."""

    what = Hidden()
    ago = Choice(lazy_gettext("Wanneer?"), [])

    def __init__(self):
        super().__init__()
        words = {0: _("Nu"), 60: _("1 uur geleden"), 120: _("2 uur geleden")}
        self.ago.choices = options(
            (str(minutes), words.get(minutes) or _("%(minutes)s minuten geleden", minutes=minutes)) for minutes in AGO
        )

    def validate_what(self, field):
        kind, _colon, choice = (field.data or "").partition(":")
        if choice not in QUICK.get(kind, ()) and field.data != "sleep:start":
            raise ValidationError(_("Kies een van de mogelijkheden."))

    @property
    def rhythm(self):
        kind, _colon, choice = self.what.data.partition(":")
        at = clock.now() - timedelta(minutes=int(self.ago.data))
        if kind == "sleep":
            return Rhythm("sleep", at)
        return Rhythm(kind, at, amount=int(choice)) if choice.isdigit() else Rhythm(kind, at, choice=choice)


class RhythmForm(Form):
    """Anything of the rhythm, with its own time. `day` is the day it is about, `kind` what it is when that is known."""

    kind = Choice(lazy_gettext("Wat?"), KIND_NAMES.items())
    time = Line(lazy_gettext("Hoe laat?"), None, 5, autocomplete="off")
    until = Line(lazy_gettext("Tot hoe laat? (bij slapen)"), None, 5, autocomplete="off")
    amount = Line(lazy_gettext("Hoeveel? (ml of graden)"), None, 5, inputmode="decimal", autocomplete="off")
    choice = Choice(lazy_gettext("Luier, eten of drinken"), [])
    note = Line(lazy_gettext("Woorden erbij"), None, 300, autocomplete="off")

    def __init__(self, day, **values):
        super().__init__(**values)
        self.day = day
        self.choice.choices = options([("", "–"), *CHOICE_NAMES.items()])

    @classmethod
    def of(cls, row):
        return cls(
            row.day, kind=row.kind, time=_time_words(row.at), until=_time_words(row.until), amount=_amount_words(row),
            choice=row.choice, note=row.note,
        )  # fmt: skip

    def validate(self, extra_validators=None):
        is_valid = super().validate(extra_validators)
        if self.time.data or self.day == clock.today():
            return is_valid
        self.time.errors = [_("Vul de tijd in, bijvoorbeeld 9:30.")]
        return False

    def validate_time(self, field):
        _checked_time(field)

    def validate_until(self, field):
        _checked_time(field)

    def validate_amount(self, field):
        if field.data and not re.fullmatch(r"\d{1,3}([,.]\d)?", field.data.strip(), re.ASCII):
            raise ValidationError(_("Vul een getal in, bijvoorbeeld 150 of 37,8."))

    @property
    def rhythm(self):
        kind = self.kind.data
        number = float(self.amount.data.strip().replace(",", ".")) if self.amount.data else None
        takes = number is not None and kind in ("bottle", "drink", "temperature")
        return Rhythm(
            kind,
            self._moment(self.time.data) or clock.now().replace(microsecond=0),
            self._moment(self.until.data) if kind == "sleep" else None,
            round(number * 10 if kind == "temperature" else number) if takes else None,
            self.choice.data if self.choice.data in QUICK.get(kind, ()) else "",
            (self.note.data or "").strip(),
        )

    def _moment(self, words):
        if not words:
            return None
        return datetime.combine(self.day, as_time(words), tzinfo=clock.AMSTERDAM).astimezone(clock.UTC)


def _checked_time(field):
    if field.data and as_time(field.data) is None:
        raise ValidationError(_("Dit is geen tijd. Schrijf de tijd zo: 9:30."))


def _time_words(moment):
    return clock_time(moment).zfill(5) if moment else ""


def _amount_words(row):
    if row.amount is None:
        return ""
    return f"{row.amount / 10:.1f}".replace(".", ",") if row.kind == "temperature" else str(row.amount)
