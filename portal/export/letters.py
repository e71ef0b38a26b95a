"""What the worker asks when the mail goes out that something can be fetched."""

from datetime import datetime
from uuid import UUID

from portal import clock
from portal.auth.letters import account_of, letter_to
from portal.children.queries import child_of
from portal.db import db
from portal.export.models import Export
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter, prepare_with
from portal.outbox.models import Mail
from portal.text import lazy_gettext


def ready(mail: Mail, organisation: Organisation, moment: datetime) -> Letter | None:
    account, export = account_of(mail), db.session.get(Export, UUID(mail.params["export"]))
    if account is None or export is None or not export.is_ready(clock.now()):
        return None
    child = child_of(account.person_id, export.child_id)
    if child is None:
        return None
    context: dict[str, object] = {
        "child": child.person.given_name, "expires": export.expires_at,
        "link": link(organisation, "takeout.child", child_id=child.id),
    }  # fmt: skip
    return letter_to("export/ready", account, organisation, context)


def register() -> None:
    prepare_with("export/ready", ready, lazy_gettext("Bestand om mee te nemen staat klaar"))
