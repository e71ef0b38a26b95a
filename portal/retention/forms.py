"""The form with which the office keeps all of a child."""

from portal.fields import Form, Paragraph
from portal.retention.rules import LONGEST_REASON
from portal.text import lazy_gettext


class HoldForm(Form):
    reason = Paragraph(
        lazy_gettext("Waarom blijft alles?"), lazy_gettext("Schrijf op waarom alles blijft, en wie dat vroeg."),
        LONGEST_REASON, rows=3,
    )  # fmt: skip
