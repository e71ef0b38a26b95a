"""Sending a mail once more, because the office asks it."""

from datetime import timedelta

from portal.audit.actions import record
from portal.auth.models import Account
from portal.children.actions import leave_to_colleague
from portal.db import scope
from portal.delivery import rules
from portal.delivery.words import NOT_AGAIN
from portal.errors import Refused
from portal.outbox.actions import enqueue, goes_again
from portal.outbox.models import Mail
from portal.text import _
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit

AGAIN = Limit("mail again", 5, timedelta(days=1))
AGAIN_BY = Limit("mail again by", 50, timedelta(hours=1))
LONGEST_LIFE = timedelta(days=5)


def send_again(mail: Mail, account: Account, by: Account) -> None:
    """A new mail of the same kind about the same thing; its link or password is made anew. Raises Refused.

    It goes to the address that is stored now. Credentials have a button of their own (`auth.actions.send_credentials`).
    """
    leave_to_colleague(account, by)
    because = rules.not_again_because(mail, account, goes_again(mail.kind))
    if because or mail.kind == "auth/credentials":
        raise Refused(str(NOT_AGAIN.get(because, NOT_AGAIN["moment"])))
    buckets = [(AGAIN, f"{scope().hex} {account.id.hex}"), (AGAIN_BY, by.id.hex)]
    if throttle.count(buckets).refused:
        raise Refused(
            _("Er zijn vandaag al veel e-mails opnieuw gestuurd naar %(email)s. Bel de ouder.", email=account.email)
        )
    lives = min(max(mail.expires_at - mail.created_at, timedelta(hours=1)), LONGEST_LIFE)
    params = {name: value for name, value in mail.params.items() if name != "asked_from"}
    enqueue(mail.kind, lives, account.id, params=params)
    record("mail_sent_again", account.id, by=by.id, detail=mail.kind)
