"""What the worker asks when a mail about contracts goes out."""

from datetime import datetime
from uuid import UUID

from portal.auth.letters import account_of, letter_to
from portal.contracts import queries
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext


def waiting(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Nothing for whom nothing waits by then."""
    account = account_of(mail)
    if account is None or not queries.number_waiting(account.person_id):
        return None
    context: dict[str, object] = {"link": link(organisation, "contracts.contracts")}
    return letter_to("contracts/waiting", account, organisation, context)


def decided(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Nothing for who may not see that contract any more."""
    account, request_id = account_of(mail), UUID(mail.params["request"])
    if account is None or queries.request_of(account.person_id, request_id) is None:
        return None
    context: dict[str, object] = {"link": link(organisation, "contracts.request", request_id=request_id)}
    return letter_to("contracts/decided", account, organisation, context)


def register() -> None:
    prepare_with("contracts/waiting", waiting, lazy_gettext("Contract wacht op akkoord"), again=True)
    prepare_with("contracts/decided", decided, lazy_gettext("Besluit over een contract"), again=True)
