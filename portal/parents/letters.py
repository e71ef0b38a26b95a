"""What the worker asks when a mail about the account of a parent goes out."""

from dataclasses import replace
from datetime import datetime

from portal.auth import queries
from portal.auth.letters import account_of, letter_to
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail


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
    context = {"moment": mail.created_at, "link": link(organisation, "auth.login")}
    return letter_to("parents/address_new", account, organisation, context) if account else None


def register() -> None:
    prepare_with("parents/address_changed", address_changed)
    prepare_with("parents/address_new", address_new)
