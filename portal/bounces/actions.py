"""What follows when mail comes back: the address is flagged, until it is trusted again."""

import hmac
from collections.abc import Iterable

from portal import clock, keys
from portal.audit.actions import record
from portal.auth.models import Account
from portal.auth.queries import account as account_with_id
from portal.auth.queries import account_with
from portal.auth.rules import email_key
from portal.bounces import queries, rules
from portal.bounces.rules import Report
from portal.db import db, scope, within
from portal.outbox.models import Mail
from portal.outbox.rules import RETURN_PATH, mail_of_token, return_token


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


def take(report: Report) -> str:
    """What becomes of a report, of whichever organisation, in one word for the log.

    noted; known already; later: the mail is in the hands of a worker; delayed, complaint, other: no mail failed.
    forged: a return path we never made; unknown: not of a mail and reader of ours; old: that mail left too long ago.
    """
    if report.kind != "failed":
        return report.kind
    mail_id = mail_of_token(report.token) if report.token else rules.mail_of(report.message_id)
    mail = queries.held_mail(mail_id) if mail_id else None
    if report.token and (mail is None or not _is_our_token(report.token, mail)):
        return "forged"
    if mail is None:
        return "unknown"
    with within(mail.organisation_id):
        if not report.token and not _is_of(mail, report.message_id, report.recipients):
            return "unknown"
        return come_back(mail, report.status or "5.0.0", report.text)


def _is_our_token(token: str, mail: Mail) -> bool:
    if mail.stamped_at is None:
        return False
    made = [return_token(mail.id, mail.stamped_at, key) for key in keys.keys(RETURN_PATH)]
    return any(hmac.compare_digest(token, each) for each in made)


def _is_of(mail: Mail, message_id: str, recipients: Iterable[str]) -> bool:
    """Whether these are the Message-ID and the reader of this mail, as only who got it can know them."""
    same = hmac.compare_digest(mail.message_id.encode(), message_id.encode())
    return same and any(mail.digest in digests_of(email_key(address)) for address in recipients)


def mail_that_went(message_id: str, recipient: str = "") -> Mail | None:
    """The mail of this organisation with this Message-ID, and when one is named to this recipient."""
    message_id = f"<{message_id.strip().strip('<>')}>"
    mail_id = rules.mail_of(message_id)
    mail = queries.held_mail(mail_id) if mail_id else None
    if mail is None or mail.message_id != message_id:
        return None
    return mail if not recipient or _is_of(mail, message_id, [recipient]) else None


def come_back(mail: Mail, status: str, text: str) -> str:
    """This mail, which a server had taken, came back: noted, known, later or old."""
    if mail.state == "busy":
        return "later"
    if mail.state != "sent":
        return "known"
    if not rules.is_recent(mail.sent_at, clock.now()):
        return "old"
    mail.state = "bounced"
    _note(mail, status, text)
    return "noted"


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
