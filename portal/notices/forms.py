"""Which mails a parent wants."""

from portal.fields import Form, OneOf
from portal.text import lazy_gettext

ONCE_A_DAY, NONE = lazy_gettext("Eén e-mail om 18.00 uur"), lazy_gettext("Geen e-mail")


class ChoicesForm(Form):
    days = OneOf(
        lazy_gettext("Dagboek en foto's"),
        [("once", lazy_gettext("Bij de eerste foto van de dag")), ("evening", ONCE_A_DAY), ("none", NONE)],
    )
    news = OneOf(
        lazy_gettext("Nieuws van de opvang"),
        [("once", lazy_gettext("Meteen")), ("evening", ONCE_A_DAY), ("none", NONE)],
    )


MEANINGS = {
    "days": {
        "once": lazy_gettext("U krijgt meteen een e-mail. De rest van die dag staat in één e-mail om 18.00 uur."),
        "evening": lazy_gettext("Alleen als er iets nieuws is dat u nog niet zag."),
        "none": lazy_gettext("U kijkt zelf in het portaal."),
    },
    "news": {
        "once": lazy_gettext("Bij elk nieuw bericht."),
        "evening": lazy_gettext("Alleen als er een bericht is dat u nog niet las."),
        "none": lazy_gettext("Alleen als iets niet kan wachten, zoals een sluiting."),
    },
}
