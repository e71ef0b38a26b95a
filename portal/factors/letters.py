"""What the worker asks when a mail about the second step goes out."""

from datetime import datetime
from uuid import UUID

from portal.auth.letters import account_of, letter_to
from portal.db import db
from portal.factors.actions import reset_token
from portal.factors.models import FactorReset
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext


def second_step_changed(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account = account_of(mail)
    context = {"moment": mail.created_at, "what": mail.params["what"], "link": link(organisation, "account.sessions")}
    return letter_to("factors/second_step_changed", account, organisation, context) if account else None


def second_step_goes(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account, reset = account_of(mail), db.session.get(FactorReset, UUID(mail.params["reset"]))
    if account is None or reset is None or reset.ended_at or reset.due_at is None:
        return None
    token = reset_token(reset, moment)
    context = {"due": reset.due_at, "link": link(organisation, "stop_reset.stop", token=token)}
    return letter_to("factors/second_step_goes", account, organisation, context)


def register() -> None:
    prepare_with("factors/second_step_changed", second_step_changed, lazy_gettext("Tweede stap gewijzigd"))
    prepare_with("factors/second_step_goes", second_step_goes, lazy_gettext("De tweede stap gaat weg"))
