"""What the worker asks when a mail about one's work goes out."""

from datetime import datetime

from portal.auth.letters import account_of, letter_to
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext


def role_changed(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    if account is None or not account.role:
        return None
    context = {"role": account.role, "moment": mail.created_at, "link": link(organisation, "auth.login")}
    return letter_to("staff/role_changed", account, organisation, context)


def register() -> None:
    prepare_with("staff/role_changed", role_changed, lazy_gettext("Rol gewijzigd"))
