"""Forms and fields as every subject uses them: what comes in is text, comes once, and is not too long."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date, time
from os import SEEK_END
from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    FileField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Optional, ValidationError

from portal.text import _, lazy_gettext

__all__ = [
    "CheckBox",
    "Choice",
    "Choices",
    "Day",
    "Email",
    "File",
    "Files",
    "Form",
    "Hidden",
    "Line",
    "OneOf",
    "Paragraph",
    "Password",
    "Question",
    "Watched",
    "as_time",
    "options",
    "sought",
]


LONGEST = 4000  # characters in a field that names no limit of its own


class Form(FlaskForm):
    """A form whose CSRF value the doors have checked already. A stale page keeps what was typed, passwords excepted."""

    class Meta:
        csrf = False

        def wrap_formdata(self, form: "Form", formdata: Any) -> Any:
            stale = g.get("stale_form")
            if stale is not None:
                return MultiDict([(k, v) for k, v in stale.items(multi=True) if not _is_secret(form, k)])
            if formdata is not _Auto or not form.is_submitted():
                return formdata if formdata is not _Auto else None
            return request.form  # words only: a file in the place of a word is no word

    confirm_url = ""  # where the visitor first says who it is (portal.auth.find.confirm_first)

    def ask_files_again(self) -> None:
        """A browser fills in words again, never a file: who gets this form back has to choose it once more."""
        for field in self:
            was_asked = isinstance(field, _File) and (field.flags.required or field.raw_data)
            if was_asked and not field.errors:
                field.errors = [_("Kies het bestand opnieuw.")]

    @property
    def sent(self) -> Any:
        """What the browser sent, as it came."""
        return request.form

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if self.confirm_url:
            self.form_errors.append(_("Laat eerst zien dat u het bent. Druk daarna nog een keer op de knop."))
            valid = False
        for field in self:
            values, is_many = self.sent.getlist(field.name), isinstance(field, SelectMultipleField)
            problem = _text_problem(values, field.flags.maxlength or LONGEST, is_many, isinstance(field, TextAreaField))
            if problem and not field.errors:
                field.errors = [*field.errors, problem]
                valid = False
        return valid


class Question(Form):
    """A form whose answers stand in the address (GET): what a list is asked to show. Nothing changes by it."""

    def __init__(self) -> None:
        super().__init__(request.args)

    @property
    def sent(self) -> Any:
        return request.args


class Watched(Form):
    """A form about a row that colleagues change too. `version` says from which values it was made."""

    version = HiddenField("")
    overtaken: Any = lazy_gettext(
        "Een collega heeft dit net ook gewijzigd. Kijk hieronder wat goed is. Bewaar het daarna opnieuw."
    )

    def watch(self, values: Mapping[str, Any]) -> None:
        """These are the values of the row, by the names of the fields."""
        self.version.data = _version(values)

    def is_overtaken(self, values: Mapping[str, Any]) -> bool:
        """Whether the row got other values since the form was made. Then each field that differs says what it is now.

        What was typed stays, and the next press of the button means it.
        """
        if self.version.data == _version(values):
            return False
        differs = [self[name] for name in values if _plain(self[name].data) != _plain(values[name])]
        for field in differs:
            field.errors = [*field.errors, _("In het portaal staat nu: %(value)s.", value=_said(field, values))]
        if differs:
            self.form_errors.append(str(self.overtaken))
        self.watch(values)
        return bool(differs)


def _version(values: Mapping[str, Any]) -> str:
    said = "\x1f".join(f"{name}={_plain(values[name])}" for name in sorted(values))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """However it was ordered, and whatever stands for nothing."""
    return sorted(value) if value and isinstance(value, list) else value or ""


def _said(field: Field, values: Mapping[str, Any]) -> str:
    """A value as a person reads it."""
    value = values[field.short_name]
    if isinstance(field, SelectField):
        choices: Any = field.iter_choices()
        chosen = value if isinstance(value, list) else [value]
        if said := [str(choice.label) for choice in choices if choice.value in chosen]:
            return ", ".join(said)
    if isinstance(field, BooleanField):
        return _("ja") if value else _("nee")
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    return str(value) if value else _("(leeg)")


def _is_secret(form: Form, name: str) -> bool:
    return isinstance(form._fields.get(name), PasswordField)


def _text_problem(values: list[str], most: int, is_many: bool = False, has_lines: bool = False) -> str:
    """Why these raw values of one field are not text of at most so many characters; empty when they are.

    One value on one line, unless the field takes many values or many lines.
    """
    if len(values) > 1 and not is_many:
        return _("Er ging iets mis. Vul dit nog een keer in.")
    for value in values:
        if len(value) > most:
            return _("Dit is te lang. Gebruik hoogstens %(most)s tekens.", most=most)
        if any(not _is_text(character) for character in value if not (has_lines and character in "\r\n\t")):
            return _("Hier staat een teken dat wij niet kennen. Typ het opnieuw.")
    return ""


def _is_text(character: str) -> bool:
    code = ord(character)
    is_control = code < 32 or 127 <= code < 160
    is_half = 0xD800 <= code <= 0xDFFF
    return not (is_control or is_half or character == "\ufffd")


def sought() -> str:
    """What a list is searched for (?zoek=): not too long, and without the NUL that PostgreSQL takes from nobody."""
    return request.args.get("zoek", "")[:100].replace("\0", "\ufffd")


class Required(InputRequired):
    def __init__(self, sentence: Any) -> None:
        super().__init__(message=sentence)


class AtMost:
    """At most so many characters. Unlike WTForms' Length it also tells the browser."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Form, field: Field) -> None:
        if len(field.data or "") > self.most:
            raise ValidationError(_("Dit is te lang. Gebruik hoogstens %(most)s tekens.", most=self.most))


def Email(check: Callable[..., None]) -> Any:
    return EmailField(
        lazy_gettext("E-mail"),
        [Required(lazy_gettext("Vul uw e-mailadres in.")), AtMost(254), check],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


def Password(label: Any, autocomplete: str, empty: Any) -> Any:
    return PasswordField(label, [_needed(empty)], render_kw={"autocomplete": autocomplete})


def Line(label: Any, empty: Any, most: int, *checks: Callable[..., None], **attributes: str) -> Any:
    """One line of text. `empty` is what is said when nothing is filled in; None when that is allowed."""
    return StringField(label, [_needed(empty), AtMost(most), *checks], render_kw=attributes)


def Paragraph(label: Any, empty: Any, most: int, rows: int = 5) -> Any:
    """Some lines of text."""
    return TextAreaField(label, [_needed(empty), AtMost(most)], render_kw={"rows": rows})


def Day(label: Any, empty: Any, *checks: Callable[..., None]) -> Any:
    """A date, as a browser's date field sends it (2026-11-23) or as people here write it (23-11-2026)."""
    return _Day(label, [_needed(empty), *checks], format=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"])


class _Day(DateField):
    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None  # emptied is empty, whatever the row says
        try:
            super().process_formdata(valuelist if any(value.strip() for value in valuelist) else [])
        except ValueError:
            raise ValueError(_("Dit is geen datum. Schrijf de datum zo: 23-11-2026.")) from None


def as_time(words: str) -> time | None:
    """The time of day in these words: 9:30 or 09.30."""
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})", words.strip(), re.ASCII)
    return time(int(found[1]), int(found[2])) if found and int(found[1]) < 24 and int(found[2]) < 60 else None


def Choice(label: Any, choices: Any, *checks: Callable[..., None]) -> Any:
    """One of these (value, words). Anything else gets a sentence."""
    return _Choice(label, [*checks], choices=options(choices))


def Choices(label: Any) -> Any:
    """Any number of the choices, which the form fills in: `self.groups.choices = options(…)`."""
    return _Choices(label, choices=[])


def options(choices: Any) -> list[SelectChoice]:
    """These (value, words) as WTForms wants them."""
    return [SelectChoice(value, words) for value, words in choices]


class _Choice(SelectField):
    def pre_validate(self, form: Any) -> None:
        if self.data not in _values(self):
            raise ValidationError(_("Kies een van de mogelijkheden."))


class _Choices(SelectMultipleField):
    def pre_validate(self, form: Any) -> None:
        if any(value not in _values(self) for value in self.data or []):
            raise ValidationError(_("Kies een van de mogelijkheden."))


def _values(field: Any) -> list[str]:
    return [choice.value for choice in field.iter_choices()]


def OneOf(label: Any, choices: Any) -> Any:
    """One of these (value, words), each with its own button: for words that are a whole sentence."""
    return _OneOf(label, choices=options(choices))


class _OneOf(_Choice):
    pass


def _needed(empty: Any) -> Any:
    return Required(empty) if empty else Optional()


def File(label: Any, empty: Any, accept: str, most: int = 0) -> Any:
    """One file, of at most so many bytes (0: the subject says so itself). Its page also needs `doors.takes_files`.

    `accept` tells the browser which kind to look for; what is in it is for the subject to find out.
    """
    return _File(label, [_needed(empty)], most=most, render_kw={"accept": accept})


def Files(label: Any, empty: Any, accept: str, many: int) -> Any:
    """One to so many files, of which the subject looks at each."""
    return _Files(label, [_needed(empty)], most=0, many=many, render_kw={"accept": accept, "multiple": "multiple"})


class _File(FileField):
    """Takes the file itself. Words in its place are no file, and neither is the empty part of who chose none."""

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        is_sent = formdata is not None and g.get("stale_form") is None
        self.raw_data = [file for file in request.files.getlist(self.name) if file.filename] if is_sent else []
        self.data = self.raw_data[0] if len(self.raw_data) == 1 else None

    def pre_validate(self, form: Any) -> None:
        if len(self.raw_data or []) > 1:
            raise ValidationError(_("Kies één bestand."))
        if self.data is None or not self.most:
            return
        size = self.data.stream.seek(0, SEEK_END)
        self.data.stream.seek(0)
        if size == 0:
            raise ValidationError(_("Dit bestand is leeg. Kies een ander bestand."))
        if size > self.most:
            raise ValidationError(
                _("Dit bestand is te groot. Het mag hoogstens %(most)s MB zijn.", most=self.most >> 20)
            )


class _Files(_File):
    """Gives all files that were sent, in their order."""

    def __init__(self, *args: Any, many: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.many = many

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        self.data = list(self.raw_data or [])

    def pre_validate(self, form: Any) -> None:
        if len(self.data) > self.many:
            raise ValidationError(_("Kies hoogstens %(many)s bestanden tegelijk.", many=self.many))


CheckBox: Callable[..., Any] = BooleanField


def Hidden() -> Any:
    return HiddenField("")  # without a label WTForms looks for a translation of its name
