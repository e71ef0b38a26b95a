"""What the worker asks when a mail about a change goes out."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from portal import keys
from portal.auth import queries as auth
from portal.auth.letters import account_of, letter_to
from portal.auth.rules import sign_link
from portal.changes import queries
from portal.changes.rules import STOPS_IBAN
from portal.children.queries import shielded_from
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.own import queries as own
from portal.text import lazy_gettext


def decided(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    context: dict[str, object] = {"link": link(organisation, "own.details")}
    return letter_to("changes/decided", account, organisation, context) if account else None


def iban_asked(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Also when the account is blocked: whoever it belongs to is told whatever happens."""
    bank = queries.bank(UUID(mail.params["bank"]))
    account = auth.account(mail.account_id) if mail.account_id else None
    if bank is None or account is None or bank.stopped_at is not None:
        return None
    token = sign_link(keys.keys(STOPS_IBAN), STOPS_IBAN, bank.id.hex, bank.organisation_id, moment)
    context: dict[str, object] = {
        "link": link(organisation, "stop_iban.stop", token=token), "moment": bank.created_at,
        "effective": bank.effective_at,
    }  # fmt: skip
    letter = letter_to("changes/iban_asked", account, organisation, context)
    if "change" not in mail.params:
        return letter
    before = own.change(UUID(mail.params["change"]))
    return replace(letter, address=before.old_email) if before else None


def waiting(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    number = queries.number_waiting(shielded_from(account.person_id)) if account else 0
    if account is None or not account.role or not number:
        return None
    context: dict[str, object] = {"link": link(organisation, "office_changes.changes"), "number": number}
    return letter_to("changes/waiting", account, organisation, context)


def register() -> None:
    prepare_with("changes/decided", decided, lazy_gettext("Antwoord op een wijziging"))
    prepare_with("changes/iban_asked", iban_asked, lazy_gettext("Ander rekeningnummer gevraagd"))
    prepare_with("changes/waiting", waiting, lazy_gettext("Wijzigingen die wachten"))
