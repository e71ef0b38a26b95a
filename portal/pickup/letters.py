"""What the worker asks when a mail about fetching a child goes out."""

from datetime import datetime
from uuid import UUID

from portal.auth.letters import account_of, letter_to
from portal.children.queries import child_of, who_decide
from portal.clock import today
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext


def changed(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Nothing for who does not see or decide about this child (any more) by the time the mail goes out."""
    account, child_id = account_of(mail), UUID(mail.params["child"])
    child = child_of(account.person_id, child_id) if account else None
    if account is None or child is None or account.person_id not in who_decide(child_id, today()):
        return None
    context: dict[str, object] = {
        "child": child.person.given_name, "change": mail.params["change"],
        "link": link(organisation, "pickup.child", child_id=child_id),
    }  # fmt: skip
    return letter_to("pickup/changed", account, organisation, context)


def register() -> None:
    prepare_with("pickup/changed", changed, lazy_gettext("Gewijzigd wie een kind ophaalt"))
