"""What happened to a mail, in one plain sentence for the office."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from portal import clock
from portal.auth.models import Account
from portal.bounces.rules import without_addresses
from portal.delivery import rules
from portal.outbox.actions import goes_again, name_of
from portal.outbox.models import Mail
from portal.text import _, datumtijd, lazy_gettext, tijd

SENTENCES: dict[str, Callable[[Mail], str]] = {
    "waiting": lambda mail: _("Wacht. De e-mail gaat zo weg."),
    "planned": lambda mail: _("Wacht. De e-mail gaat weg %(moment)s.", moment=_at(mail.due_at)),
    "stuck": lambda mail: _(
        "Wacht al sinds %(moment)s. De mailserver neemt hem nog niet aan. Het portaal probeert het steeds opnieuw.",
        moment=_since(mail.created_at),
    ),
    "sent": lambda mail: _("Aangenomen door uw mailprovider %(moment)s.", moment=_at(mail.sent_at or mail.updated_at)),
    "refused, gone": lambda mail: _("Geweigerd: dit adres bestaat niet."),
    "refused, full": lambda mail: _("Geweigerd: het postvak is vol."),
    "refused, distrusted": lambda mail: _("Geweigerd: de mailserver van de ontvanger vertrouwt deze e-mail niet."),
    "refused, other": lambda mail: _("Geweigerd: de mailserver van de ontvanger nam hem niet aan."),
    "bounced, gone": lambda mail: _("Teruggekomen: dit adres bestaat niet."),
    "bounced, full": lambda mail: _("Teruggekomen: het postvak is vol."),
    "bounced, distrusted": lambda mail: _("Teruggekomen: de mailserver van de ontvanger vertrouwt deze e-mail niet."),
    "bounced, other": lambda mail: _("Teruggekomen: de mailserver van de ontvanger gaf hem niet door."),
    "expired": lambda mail: _("Niet verstuurd: het lukte niet op tijd. De mailserver nam hem niet aan."),
    "suppressed": lambda mail: _("Niet verstuurd: e-mail naar dit adres kwam eerder terug."),
    "cancelled": lambda mail: _("Niet verstuurd: hij was niet meer nodig."),
}
NOT_AGAIN = {
    "moment": lazy_gettext("Opnieuw sturen kan niet: deze e-mail ging over iets van dat moment."),
    "closed": lazy_gettext("Opnieuw sturen kan niet: dit account is geblokkeerd of gesloten."),
    "flagged": lazy_gettext("Opnieuw sturen kan pas als het adres weer goed is."),
}
BAD, BUSY, GOOD = "bad", "todo", "good"


class Told(NamedTuple):
    """A mail as a page of the office shows it."""

    id: UUID
    account: Account | None
    what: str
    at: datetime
    sentence: str
    mark: str  # bad, todo or good
    answer: str  # what a mail server said, as it said it; no address in it
    again: str  # which button sends it once more: "credentials", "mail" or ""
    why_not: str  # said when there is no such button and one would look for it


def told(mail: Mail, account: Account | None, now: datetime) -> Told:
    because = rules.not_again_because(mail, account, goes_again(mail.kind))
    is_bad = rules.is_bad(mail)
    return Told(
        mail.id, account, name_of(mail.kind), mail.created_at, SENTENCES[rules.fate(mail, now)](mail),
        BAD if is_bad else GOOD if mail.state == "sent" else BUSY, _answer(mail),
        "" if because else "credentials" if mail.kind == "auth/credentials" else "mail",
        str(NOT_AGAIN.get(because, "")) if is_bad else "",
    )  # fmt: skip


def _answer(mail: Mail) -> str:
    if mail.bounce_text or mail.bounce_status:
        return " ".join(part for part in (mail.bounce_status, mail.bounce_text) if part)
    return " ".join(str(part) for part in (mail.smtp_code, without_addresses(mail.smtp_text)) if part)


def _at(moment: datetime) -> str:
    if clock.local(moment).date() == clock.today():
        return _("om %(time)s", time=tijd(moment))
    return _("op %(moment)s", moment=datumtijd(moment))


def _since(moment: datetime) -> str:
    return tijd(moment) if clock.local(moment).date() == clock.today() else datumtijd(moment)
