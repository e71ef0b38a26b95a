"""From an id in the URL to a mail."""

from uuid import UUID

from flask import abort

from portal.auth.models import Account
from portal.children.find import shielded
from portal.delivery import queries
from portal.outbox.models import Mail


def find_mail(mail_id: UUID) -> tuple[Mail, Account]:
    """A mail to a parent whose address this colleague may know, or 404."""
    mail, account = queries.mail_and_account(mail_id) or abort(404)
    if account.role or account.person_id in shielded():
        abort(404)
    return mail, account
