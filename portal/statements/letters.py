"""What the worker asks when a mail about annual statements goes out."""

from datetime import datetime

from portal.auth.letters import account_of, letter_to
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.statements import queries
from portal.text import lazy_gettext


def ready(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Nothing for who has no statement by then."""
    account = account_of(mail)
    if account is None or not queries.has_statements(account.person_id):
        return None
    context: dict[str, object] = {"link": link(organisation, "statements.statements")}
    return letter_to("statements/ready", account, organisation, context)


def register() -> None:
    prepare_with("statements/ready", ready, lazy_gettext("Jaaropgave staat klaar"), again=True)
