"""What follows when mail comes back: the address is flagged, until it is trusted again."""

import hmac

from portal import clock, keys
from portal.audit.actions import record
from portal.auth.models import Account
from portal.auth.queries import account as account_with_id
from portal.auth.queries import account_with
from portal.auth.rules import email_key
from portal.bounces import queries, rules
from portal.db import db, scope
from portal.outbox.models import Mail


def trust_address(account: Account, by: Account) -> None:
    """Somebody of the office says that mail arrives there again. What was held back meanwhile stays unsent."""
    if account.bounce_state:
        account.mail_arrives()
        record("address_trusted", account.id, by=by.id)


# Going out


def look_before_sending(mail: Mail, address: str) -> bool:
    """Write down to which address this mail goes, as a digest; and whether it may go there."""
    key = email_key(address)
    mail.digest = digests_of(key)[-1]
    account = account_with_id(mail.account_id) if mail.account_id else None
    if account is None or account.email_key != key:
        account = account_with(key)
    return account is None or not account.bounce_state


def digests_of(key: str) -> list[str]:
    """What is kept in a mail of this address, made with each of our keys; the last with today's."""
    words = f"{scope().hex} {key}".encode()
    return [hmac.digest(each, words, "sha256").hex() for each in keys.keys("mail digest")]


# Coming back


def refused(mail: Mail, code: int, text: str) -> None:
    """The server that was to take this mail refused it for good."""
    _note(mail, rules.status_of(str(code), text), text)


def _note(mail: Mail, status: str, text: str) -> None:
    """This mail did not arrive, and why; its address is flagged when nothing arrives there any more."""
    mail.bounced_at = clock.now()
    mail.bounce_status, mail.bounce_text = status, rules.without_addresses(text)
    if mail.account_id is not None:
        _judge(mail, queries.held_account(mail.account_id))
    db.session.flush()


def _judge(mail: Mail, account: Account) -> None:
    digests, now = digests_of(account.email_key), clock.now()
    if mail.digest not in digests:  # the person has another address by now, or the mail went to an old one
        return
    earlier = queries.came_back(account.id, digests, now - rules.FULL_WITHIN, but=mail.id)
    verdict = rules.verdict(mail.bounce_status, earlier, now)
    if verdict and account.bounce_state not in (verdict, "gone"):
        account.bounce_state, account.bounced_at = verdict, now
        record("address_flagged", account.id, detail=verdict, object_type="mail", object_id=mail.id)
