"""The forms for the number of a child, and for all statements of a year."""

from wtforms.validators import ValidationError

from portal.fields import CheckBox, Form, Line
from portal.statements import rules
from portal.text import _, lazy_gettext


def _is_bsn(form, field):
    """Without the number in the sentence."""
    if rules.bsn(field.data or "") is None:
        raise ValidationError(
            _("Dit kan geen BSN zijn. Er staat een cijfer te veel of te weinig, of een verkeerd cijfer.")
        )


class BsnForm(Form):
    number = Line(
        lazy_gettext("Burgerservicenummer (BSN)"), lazy_gettext("Vul het BSN in."), 20, _is_bsn, autocomplete="off",
        inputmode="numeric", spellcheck="false",
    )  # fmt: skip


class RunForm(Form):
    without_bsn = CheckBox(lazy_gettext("Ook van kinderen van wie wij het BSN niet weten"))
