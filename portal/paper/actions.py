"""Making a letter with which a parent chooses a password."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from portal import clock
from portal.auth import queries
from portal.auth.actions import make_link
from portal.auth.models import Account
from portal.auth.rules import LETTER_LIVES, no_credentials_because
from portal.children.queries import share_child
from portal.db import scope
from portal.errors import Refused
from portal.text import _
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit

LETTERS = Limit("letters", 5, timedelta(days=1))
LETTERS_BY = Limit("letters by", 50, timedelta(hours=1))


class MadeLetter(NamedTuple):
    """What stands on the paper and nowhere else: of both secrets only a hash is kept."""

    token: str
    code: str
    expires_at: datetime


def make_letter(account: Account, by: Account) -> MadeLetter:
    """A letter for this parent; an earlier one works no more. The password that is there keeps working.

    Raises Refused. Count and letter stand in one transaction: commit, also for who is refused.
    """
    if account.role:
        raise Refused(_("Deze ouder werkt hier ook. Dit account regelt een manager."))
    if share_child(by.person_id, account.person_id):
        raise Refused(_("Deze ouder heeft een kind samen met u. Laat een collega dit doen."))
    now = clock.now()
    changed = account.email_changed_by, account.email_changed_at
    if reason := no_credentials_because(account.status, *changed, by.id, now):
        raise Refused(_same_hand() if reason == "same hand" else _closed())
    buckets = [(LETTERS, f"{scope().hex} {account.id.hex}"), (LETTERS_BY, f"{scope().hex} {by.id.hex}")]
    if throttle.count(buckets).refused:  # who comes at the same moment waits here, so one letter stays
        raise Refused(_("Er zijn vandaag al veel brieven gemaakt. Probeer het morgen opnieuw, of bel de ouder."))
    for earlier in queries.live_links(account.id, "letter"):
        earlier.replaced_at = now
    made = make_link(account, "letter", secrets.token_bytes(32), now, by=by.id)
    return MadeLetter(made.token, made.code, now + LETTER_LIVES)


def _same_hand() -> str:
    """Who has just chosen the address that hears of a new password does not make a new password possible too (E7)."""
    return _("U heeft vandaag het e-mailadres van deze ouder gewijzigd. Laat een collega de brief maken.")


def _closed() -> str:
    return _("Dit account is geblokkeerd of gesloten. Daarom is er geen brief.")
