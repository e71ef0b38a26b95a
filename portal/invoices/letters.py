"""What the worker asks when a mail about invoices goes out."""

from datetime import datetime

from portal.auth.letters import account_of, letter_to
from portal.invoices import queries
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext


def ready(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Nothing for who has no invoices by then."""
    account = account_of(mail)
    if account is None or not queries.has_invoices(account.person_id):
        return None
    context: dict[str, object] = {"link": link(organisation, "invoices.invoices")}
    return letter_to("invoices/ready", account, organisation, context)


def register() -> None:
    prepare_with("invoices/ready", ready, lazy_gettext("Factuur staat klaar"), again=True)
