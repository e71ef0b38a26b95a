"""What the worker asks when a mail about a parent's own change goes out."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from portal import keys
from portal.auth import queries as auth
from portal.auth.letters import letter_to
from portal.auth.rules import sign_link
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.own import queries
from portal.own.models import AddressChange
from portal.own.rules import CONFIRM_LIVES, CONFIRMS, STOP_LIVES, STOPS, is_open
from portal.text import lazy_gettext


def token_for(change: AddressChange, purpose: str, moment: datetime) -> str:
    """What a link carries: it names the row by a signature that only this portal makes."""
    return sign_link(keys.keys(purpose), purpose, change.id.hex, change.organisation_id, moment)


def confirm_address(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    change = _change(mail)
    if change is None or not change.account.is_open or not is_open(change.confirmed_at, change.ended_at):
        return None
    other = auth.account_with(change.email_key)
    if other is not None and other.id != change.account_id:
        context: dict[str, object] = {"moment": change.created_at, "link": link(organisation, "welcome.help")}
        return letter_to("own/address_taken", other, organisation, context) if other.is_open else None
    to_confirm = link(organisation, "own.confirm_address", token=token_for(change, CONFIRMS, moment))
    context = {"link": to_confirm, "email": change.email, "expires": moment + CONFIRM_LIVES}
    letter = letter_to("own/confirm_address", change.account, organisation, context)
    return replace(letter, address=change.email, name=change.account.person.given_name)


def address_asked(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    change = _change(mail)
    if change is None or change.ended_at is not None:
        return None
    return _to_old(change, "own/address_asked", organisation, moment)


def address_moved(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Also when the account is blocked: the old address is told whatever happens."""
    change = _change(mail)
    return _to_old(change, "own/address_moved", organisation, moment) if change else None


def _to_old(change: AddressChange, template: str, organisation: Organisation, moment: datetime) -> Letter:
    to_stop = link(organisation, "stop_address.stop", token=token_for(change, STOPS, moment))
    context = {"link": to_stop, "email": change.old_email, "moment": change.created_at, "expires": moment + STOP_LIVES}
    return replace(letter_to(template, change.account, organisation, dict(context)), address=change.old_email)


def _change(mail: Mail) -> AddressChange | None:
    return queries.change(UUID(mail.params["change"]))


def correction(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    here, name = link(organisation, "corrections.corrections"), organisation.name
    context: dict[str, object] = {"given_name": name, "moment": mail.created_at, "link": here}
    return Letter(organisation.email, name, organisation.language, "own/correction", context)


def register() -> None:
    prepare_with("own/confirm_address", confirm_address, lazy_gettext("Bevestig uw nieuwe e-mailadres"))
    prepare_with("own/address_asked", address_asked, lazy_gettext("Ander e-mailadres gevraagd"))
    prepare_with("own/address_moved", address_moved, lazy_gettext("E-mailadres gewijzigd"))
    prepare_with("own/correction", correction, lazy_gettext("Melding van een ouder"))
