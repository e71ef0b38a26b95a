"""What the worker asks when a mail about the account of a parent goes out."""

from dataclasses import replace
from datetime import datetime

from portal.auth import queries
from portal.auth.letters import account_of, letter_to
from portal.auth.rules import held_until
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext


def address_changed(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Also when the account is blocked: the old address is told whatever happens."""
    account = queries.account(mail.account_id) if mail.account_id else None
    if account is None:
        return None
    context = {"moment": mail.created_at, "link": link(organisation, "welcome.help")}
    letter = letter_to("parents/address_changed", account, organisation, context)
    return replace(letter, address=mail.address, context={**letter.context, "email": mail.address})


def address_new(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    if account is None:
        return None
    held = held_until(account.email_changed_by, account.email_changed_at, moment)
    login = link(organisation, "auth.login")
    context: dict[str, object] = {"moment": mail.created_at, "until": held, "link": login}
    return letter_to("parents/address_new", account, organisation, context)


def register() -> None:
    prepare_with("parents/address_changed", address_changed, lazy_gettext("E-mailadres gewijzigd"))
    prepare_with("parents/address_new", address_new, lazy_gettext("Dit is uw nieuwe e-mailadres"))
