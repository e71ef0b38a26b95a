"""What the worker asks when a mail about a child goes out."""

from datetime import datetime
from uuid import UUID

from portal.auth.letters import account_of, letter_to
from portal.children import queries
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext


def child_added(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Nothing when this parent may not see the child (any more) by the time the mail goes out."""
    account = account_of(mail)
    child = queries.child_of(account.person_id, UUID(mail.params["child"])) if account else None
    if account is None or child is None:
        return None
    context: dict[str, object] = {"child": child.person.given_name, "link": link(organisation, "auth.login")}
    return letter_to("children/child_added", account, organisation, context)


def register() -> None:
    prepare_with("children/child_added", child_added, lazy_gettext("Kind toegevoegd"), again=True)
