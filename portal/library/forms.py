"""The forms with which the office fills the library."""

from wtforms.validators import ValidationError

from portal.auth.find import as_id
from portal.documents.rules import MOST_BYTES, PDF
from portal.fields import CheckBox, Choice, File, Form, Line, OneOf, Paragraph, Watched, options
from portal.library import rules
from portal.library.actions import Words
from portal.text import _, lazy_gettext


def _is_link(form, field):
    if problem := rules.link_problem((field.data or "").strip()):
        raise ValidationError(problem)


def _address():
    empty = lazy_gettext("Vul het adres van de website in.")
    return Line(lazy_gettext("Adres van de website"), empty, rules.LONGEST_ADDRESS, _is_link, inputmode="url")


def _file():
    return File(lazy_gettext("PDF-bestand"), lazy_gettext("Kies een PDF-bestand."), PDF, MOST_BYTES)


class _About(Form):
    title = Line(lazy_gettext("Titel"), lazy_gettext("Vul een titel in."), rules.LONGEST_TITLE)
    text = Paragraph(lazy_gettext("Waar gaat het over?"), None, rules.LONGEST_TEXT, rows=2)
    folder = Choice(lazy_gettext("Map"), [])
    audience = OneOf(lazy_gettext("Wie kan het lezen?"), rules.AUDIENCES.items())

    def __init__(self, folders, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.folder.choices = options([("", _("Geen map")), *((str(folder.id), folder.name) for folder in folders)])

    @property
    def words(self):
        title, text = self.title.data.strip(), " ".join((self.text.data or "").split())
        return Words(title, text, as_id(self.folder.data), self.audience.data, self.hides)

    @property
    def hides(self):
        return False


class DocumentForm(_About):
    file = _file()


class LinkForm(_About):
    url = _address()


class _Changing(_About, Watched):
    is_hidden = CheckBox(lazy_gettext("Verborgen: alleen het kantoor ziet het"))

    @property
    def hides(self):
        return self.is_hidden.data


class ChangeDocumentForm(_Changing):
    pass


class ChangeLinkForm(_Changing):
    url = _address()


def values_of(item):
    """A document or link as its form shows it."""
    values = {
        "title": item.title, "text": item.text, "folder": str(item.folder_id or ""), "audience": item.audience,
        "is_hidden": item.is_hidden,
    }  # fmt: skip
    return {**values, "url": item.url} if item.url else values


class VersionForm(Form):
    file = _file()


class FolderForm(Form):
    name = Line(lazy_gettext("Naam van de map"), lazy_gettext("Geef de map een naam."), rules.LONGEST_FOLDER)
