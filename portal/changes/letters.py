"""What the worker asks when a mail about a change goes out."""

from datetime import datetime

from portal.auth.letters import account_of, letter_to
from portal.changes import queries
from portal.children.queries import shielded_from
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext


def decided(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    context: dict[str, object] = {"link": link(organisation, "own.details")}
    return letter_to("changes/decided", account, organisation, context) if account else None


def waiting(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    number = queries.number_waiting(shielded_from(account.person_id)) if account else 0
    if account is None or not account.role or not number:
        return None
    context: dict[str, object] = {"link": link(organisation, "office_changes.changes"), "number": number}
    return letter_to("changes/waiting", account, organisation, context)


def register() -> None:
    prepare_with("changes/decided", decided, lazy_gettext("Antwoord op een wijziging"))
    prepare_with("changes/waiting", waiting, lazy_gettext("Wijzigingen die wachten"))
