"""What a manager asks of the log. The answers stand in the address, so the fields have Dutch names."""

from wtforms.validators import ValidationError

from portal import clock
from portal.fields import Choice, Day, Line, Question
from portal.logbook import rules
from portal.text import _, lazy_gettext


def _is_in_range(form, field):
    """A year that a calendar here knows; or the last moment of a day would fall off it."""
    if field.data and not 2000 <= field.data.year <= clock.today().year + 1:
        raise ValidationError(_("Kies een dag vanaf het jaar 2000."))


class LogForm(Question):
    wie = Line(lazy_gettext("Wie deed het"), None, 100, autocomplete="off")
    over = Line(lazy_gettext("Over welke ouder of welk kind"), None, 100, autocomplete="off")
    wat = Choice(lazy_gettext("Wat"), [])
    van = Day(lazy_gettext("Vanaf"), None, _is_in_range)
    tot = Day(lazy_gettext("Tot en met"), None, _is_in_range)

    def __init__(self):
        super().__init__()
        self.wat.choices = [("", _("Alles"))]
        for kind, (words, actions) in rules.KINDS.items():
            self.wat.choices.append((kind, words()))
            self.wat.choices += [(action, f"– {rules.sentence(action)}") for action in actions]
        self.wat.data = self.wat.data or ""


class WhoForm(Question):
    over = Line(
        lazy_gettext("Welk kind, welke ouder of welk document"), lazy_gettext("Vul een naam of een nummer in."), 100,
        autocomplete="off",
    )  # fmt: skip
    van = Day(lazy_gettext("Vanaf"), lazy_gettext("Vul een dag in."), _is_in_range)
    tot = Day(lazy_gettext("Tot en met"), lazy_gettext("Vul een dag in."), _is_in_range)
