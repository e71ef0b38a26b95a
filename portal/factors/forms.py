"""The forms of the second step."""

from flask_babel import lazy_gettext

from portal.fields import Form, Hidden, Line


def _Code(label):
    return Line(
        label, lazy_gettext("Vul de code in."), 40,
        autocomplete="one-time-code", inputmode="numeric", spellcheck="false",
    )  # fmt: skip


class CodeForm(Form):
    code = _Code(lazy_gettext("Code uit de app"))
    next = Hidden()


class RecoveryForm(Form):
    code = Line(
        lazy_gettext("Herstelcode"), lazy_gettext("Vul een herstelcode in."), 40,
        autocomplete="off", autocapitalize="characters", spellcheck="false",
    )  # fmt: skip
    next = Hidden()
