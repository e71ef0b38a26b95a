"""The forms of getting in."""

from flask import g
from wtforms.validators import ValidationError

from portal.auth import queries
from portal.auth.rules import STAFF_SHORTEST_PASSWORD, email_key
from portal.fields import CheckBox, Email, Form, Hidden, Line, Password
from portal.passwords import rules as passwords
from portal.text import _, lazy_gettext

SAME = lazy_gettext("Dit is het wachtwoord dat u al heeft. Kies een ander wachtwoord.")
PASSWORD_EMPTY = lazy_gettext("Vul uw wachtwoord in.")


def _can_be_checked(form, field):
    if passwords.cannot_be_hashed(field.data or ""):
        raise ValidationError(_("Dit wachtwoord is te lang. Typ het opnieuw."))


def _is_address(form, field):
    """Said at once and to everyone: it tells nothing about who has an account."""
    if not email_key(field.data or ""):
        raise ValidationError(_("Dit is geen e-mailadres. Er hoort een @ in."))


class LoginForm(Form):
    email = Email(_is_address)
    password = Password(lazy_gettext("Wachtwoord"), "current-password", PASSWORD_EMPTY)
    remember = CheckBox(lazy_gettext("Onthoud mij"))
    next = Hidden()

    def validate_password(self, field):
        _can_be_checked(self, field)


class ForgotForm(Form):
    email = Email(_is_address)


class CodeForm(Form):
    email = Email(_is_address)
    code = Line(
        lazy_gettext("Code uit de e-mail of brief"), lazy_gettext("Vul de code in."), 20,
        autocomplete="one-time-code", autocapitalize="characters", spellcheck="false",
    )  # fmt: skip


class NewPasswordForm(Form):
    """Twice the same new password. The caller says how long it must be and which words are too easy."""

    password = Password(lazy_gettext("Nieuw wachtwoord"), "new-password", lazy_gettext("Vul een nieuw wachtwoord in."))
    repeat = Password(
        lazy_gettext("Nieuw wachtwoord herhalen"), "new-password", lazy_gettext("Vul het wachtwoord nog een keer in.")
    )

    def __init__(self, minimum, own_words, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.minimum, self.own_words = minimum, own_words

    def validate_password(self, field):
        refusal = passwords.refusal(field.data or "", self.minimum, self.own_words)
        if refusal:
            raise ValidationError(sentence(refusal, self.minimum))

    def validate_repeat(self, field):
        if field.data != self.password.data:
            raise ValidationError(_("De twee wachtwoorden zijn niet gelijk. Typ ze opnieuw."))


class ChangePasswordForm(NewPasswordForm):
    current = Password(lazy_gettext("Huidig wachtwoord"), "current-password", PASSWORD_EMPTY)

    def validate_current(self, field):
        _can_be_checked(self, field)


class StepUpForm(Form):
    password = Password(lazy_gettext("Wachtwoord"), "current-password", PASSWORD_EMPTY)
    next = Hidden()

    def validate_password(self, field):
        _can_be_checked(self, field)


def new_password_form(chooser, form_class=NewPasswordForm):
    """The form for a new password of this account (None: nobody knows yet whose), with what this account asks of it."""
    shortest = g.organisation.shortest_password
    minimum = max(shortest, STAFF_SHORTEST_PASSWORD) if chooser is not None and chooser.role else shortest
    own_words = [g.organisation.name, *(queries.own_words(chooser) if chooser is not None else [])]
    return form_class(minimum, own_words)


def sentence(refusal, minimum):
    """Why this password is refused, in words for the parent (NIST 800-63B-4 3.1.1.2: give the reason)."""
    name = g.organisation.name
    return {
        passwords.Refusal.TOO_SHORT: lambda: _(
            "Dit wachtwoord is te kort. Gebruik minstens %(minimum)s tekens.", minimum=minimum
        ),
        passwords.Refusal.TOO_LONG: lambda: _("Dit wachtwoord is te lang. Gebruik hoogstens 256 tekens."),
        passwords.Refusal.NOT_TEXT: lambda: _(
            "In dit wachtwoord staat een teken dat wij niet kennen. Typ het opnieuw."
        ),
        passwords.Refusal.COMMON: lambda: _("Veel mensen gebruiken dit wachtwoord. Kies een ander wachtwoord."),
        passwords.Refusal.PERSONAL: lambda: _(
            "Dit wachtwoord lijkt op uw naam of op %(name)s. Dan is het makkelijk te raden. Kies een ander wachtwoord.",
            name=name,
        ),
        passwords.Refusal.TEMPORARY: lambda: _(
            "Dit lijkt op een tijdelijk wachtwoord uit een e-mail. Kies een eigen wachtwoord."
        ),
    }[refusal]()


def feedback(form):
    """What the page says about a new password while the parent fills it in: three lines, each good, bad or to do."""
    typed, repeat = form.password.data or "", form.repeat.data or ""
    refusal = passwords.refusal(typed, form.minimum, form.own_words) if typed else None
    too_short = refusal is passwords.Refusal.TOO_SHORT
    long_enough = _("Minstens %(minimum)s tekens", minimum=form.minimum)
    easy = sentence(refusal, form.minimum) if refusal and not too_short else _("Niet makkelijk te raden")
    return [
        {"text": long_enough, "state": _state(typed, not too_short)},
        {"text": easy, "state": "todo" if too_short else _state(typed, refusal is None)},
        {"text": _("Twee keer hetzelfde"), "state": _state(repeat, typed == repeat)},
    ]


def _state(typed, is_good):
    if not typed:
        return "todo"
    return "good" if is_good else "bad"
