"""What the worker asks when it tells a family that the days of a child will go."""

from datetime import datetime
from uuid import UUID

from flask import current_app

from portal.auth.letters import account_of, letter_to
from portal.children.queries import child_of
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.retention import queries, rules
from portal.text import lazy_gettext


def offer(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    """Nothing when the child stays after all, when it is held, or when this parent may not see it any more."""
    account = account_of(mail)
    child = child_of(account.person_id, UUID(mail.params["child"])) if account else None
    if account is None or child is None or child.end_date is None:
        return None
    keeping = queries.keeping(child.id)
    if keeping is None or keeping.held_at or keeping.offered_at is None:
        return None
    last_day = rules.last_day(child.end_date, current_app.config[rules.TERMS["days"].setting])
    context: dict[str, object] = {
        "child": child.person.given_name, "link": link(organisation, "takeout.child", child_id=child.id),
        "last_day": max(last_day, (keeping.offered_at + rules.NOTICE).date()),
    }  # fmt: skip
    return letter_to("retention/offer", account, organisation, context)


def register() -> None:
    prepare_with("retention/offer", offer, lazy_gettext("Dagboek en foto's gaan weg"), again=True)
