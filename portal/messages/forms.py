"""A message, and when it is published."""

from uuid import uuid4

from wtforms.validators import ValidationError

from portal.auth.find import as_id
from portal.fields import CheckBox, Choice, Day, Files, Form, Hidden, Line, Paragraph, as_time, options
from portal.messages.actions import Words
from portal.messages.rules import ACCEPT, LONGEST_BODY, LONGEST_TITLE, MOST_FILES
from portal.text import _, lazy_gettext


class NewsForm(Form):
    token = Hidden()
    version = Hidden()
    audience = Choice(lazy_gettext("Voor wie?"), [])
    title = Line(lazy_gettext("Titel"), lazy_gettext("Schrijf een titel."), LONGEST_TITLE, autocomplete="off")
    body = Paragraph(lazy_gettext("Bericht"), lazy_gettext("Schrijf het bericht."), LONGEST_BODY, rows=10)
    asks_receipt = CheckBox(lazy_gettext("Vraag ouders om op Gelezen te drukken"))
    is_urgent = CheckBox(lazy_gettext("Dit kan niet wachten, zoals een sluiting of een incident"))

    def __init__(self, choices, **values):
        """Without choices it is about a message of which nobody can change any more whom it is for."""
        super().__init__(**values)
        self.known = {each.key: each.audience for each in choices}
        self.audience.choices = options((each.key, each.words) for each in choices)
        if not choices:
            del self.audience
        if not self.is_submitted():
            self.token.data = uuid4()

    @classmethod
    def of(cls, item, choices):
        chosen = next((each.key for each in choices if each.audience.id == item.audience_id), None)
        return cls(
            choices, version=item.version, audience=chosen, title=item.title, body=item.body,
            asks_receipt=item.asks_receipt, is_urgent=item.is_urgent,
        )  # fmt: skip

    def validate_title(self, field):
        if not field.data.strip():
            raise ValidationError(_("Schrijf een titel."))

    def validate_body(self, field):
        if not field.data.strip():
            raise ValidationError(_("Schrijf het bericht."))

    @property
    def chosen(self):
        return self.known[self.audience.data] if "audience" in self else None

    @property
    def item_id(self):
        return as_id(self.token.data or "") or uuid4()

    @property
    def seen(self):
        said = self.version.data or ""
        return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0

    @property
    def words(self):
        return Words(self.title.data, self.body.data, self.asks_receipt.data, self.is_urgent.data)


class PlanForm(Form):
    day = Day(lazy_gettext("Op welke dag?"), lazy_gettext("Vul de dag in."))
    time = Line(lazy_gettext("Hoe laat?"), lazy_gettext("Vul de tijd in, bijvoorbeeld 9:30."), 5, autocomplete="off")

    def validate_time(self, field):
        if as_time(field.data) is None:
            raise ValidationError(_("Dit is geen tijd. Schrijf de tijd zo: 9:30."))

    @property
    def at(self):
        return as_time(self.time.data)


class FilesForm(Form):
    files = Files(lazy_gettext("Bestanden"), lazy_gettext("Kies een bestand."), ACCEPT, MOST_FILES)
