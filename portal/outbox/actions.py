"""Putting a mail in the outbox, who knows how to prepare it, and what happens to it there."""

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock
from portal.db import changed, db, scope
from portal.errors import Refused
from portal.organisations.models import Organisation
from portal.outbox import queries, rules
from portal.outbox.models import SOON, UNSENT, Mail
from portal.outbox.rules import Verdict

RETRY_LIVES = timedelta(hours=5)  # whoever asks for a retry is waiting for it


@dataclass(frozen=True)
class Letter:
    """What the subject of a mail tells the worker at the moment the mail goes out."""

    address: str  # the address as it is stored, never as a visitor typed it
    name: str
    language: str  # nl or en
    template: str  # a folder in templates/mail
    context: dict[str, object] = field(default_factory=dict)
    unsubscribe: str = ""  # where one press ends mails like this one (RFC 8058); account mail has none


# Gives the letter of this mail, stamped at this moment, or None when there is nothing to send (an unknown address).
# It may write rows (a link, a temporary password); the worker commits them before it sends. Called again for the same
# mail it makes the same secrets.
Prepare = Callable[[Mail, Organisation, datetime], Letter | None]


class Kind(NamedTuple):
    """What its subject tells about one kind of mail."""

    prepare: Prepare
    name: Any = ""  # what the office calls it: a lazy translation
    again: bool = False  # whether the office may send it once more, for what it says is true then too


_kinds: dict[str, Kind] = {}

# What else the worker does about once an hour, each for one organisation: other subjects add what is over with them.
SWEEPS: list[Callable[[], object]] = []

# What other subjects let the worker do beside the mails. Each gets the name of the worker, does one piece, and tells
# whether there was any. It commits by itself.
CHORES: list[Callable[[str], bool]] = []

# What other subjects say of the address to which a mail is about to go: False holds it back. Each gets the row, in
# which it may write, and the address.
BEFORE_SENDING: list[Callable[[Mail, str], bool]] = []

# What other subjects do when a server refused a mail for good: the row, the code and the words of that server. In the
# transaction that settles the mail.
AFTER_REFUSAL: list[Callable[[Mail, int, str], None]] = []


def prepare_with(kind: str, prepare: Prepare, name: Any = "", again: bool = False) -> None:
    _kinds[kind] = Kind(prepare, name, again)


def prepare_of(kind: str) -> Prepare:
    """Raises KeyError for a kind nobody knows."""
    return _kinds[kind].prepare


def name_of(kind: str) -> str:
    """What the office calls this kind of mail, in the language of the page; its own name when nobody gave it one."""
    return str(_kinds[kind].name or kind) if kind in _kinds else kind


def goes_again(kind: str) -> bool:
    return kind in _kinds and _kinds[kind].again


def enqueue(
    kind: str, lives: timedelta, account_id: UUID | None = None, address: str = "",
    params: dict[str, Any] | None = None, priority: int = SOON, due_at: datetime | None = None,
) -> Mail:  # fmt: skip
    """A mail in the outbox, in this transaction. It has `lives` after `due_at` (default now), then it expires."""
    due_at = due_at or clock.now()
    mail = Mail(
        id=uuid4(), organisation_id=scope(), kind=kind, account_id=account_id, address=address, params=params or {},
        priority=priority, due_at=due_at, expires_at=due_at + lives,
    )  # fmt: skip
    db.session.add(mail)
    return mail


def enqueue_all(kind: str, due: Mapping[UUID, datetime], expires_at: datetime, priority: int) -> dict[UUID, UUID]:
    """The same for thousands at once: a mail for each of these accounts, due at its moment. Gives their ids."""
    made = {account_id: uuid4() for account_id in due}
    same = {"organisation_id": scope(), "kind": kind, "priority": priority, "expires_at": expires_at}
    rows = [{"id": made[each], "account_id": each, "due_at": moment, **same} for each, moment in due.items()]
    if rows:
        db.session.execute(sa.insert(Mail), rows)
    return made


class Claim(NamedTuple):
    """What one worker holds for a while. Facts, no row: they stay true when a transaction is rolled back."""

    mail_id: UUID
    organisation_id: UUID
    kind: str
    owner: str
    tries: int
    expires_at: datetime
    stamped_at: datetime
    is_fresh: bool  # stamped for this try; False when an earlier try may have got through


def claim(owner: str, lease: timedelta, of: Collection[UUID]) -> Claim | None:
    """Take the first mail of these organisations that is due."""
    now = clock.now()
    mail = queries.next_due(now, of)
    if mail is None:
        return None
    is_fresh, stamp = mail.stamped_at is None, mail.stamped_at or now
    mail.state, mail.owner, mail.lease_until = "busy", owner, now + lease
    mail.stamped_at, mail.tries = stamp, mail.tries + 1
    db.session.flush()
    return Claim(
        mail.id,
        mail.organisation_id,
        mail.kind,
        owner,
        mail.tries,
        mail.expires_at,
        stamped_at=stamp,
        is_fresh=is_fresh,
    )


def settle(
    claimed: Claim, verdict: Verdict, code: int | None = None, text: str = "", tell: bool = True, **also: Any
) -> bool:  # fmt: skip
    """Write down how the try ended, and `also` these values; `tell` other subjects of a refusal.

    Whether this worker still held the mail: if not, nothing is written.
    """
    held = sa.update(Mail).where(Mail.id == claimed.mail_id, Mail.owner == claimed.owner, Mail.state == "busy")
    values = {"smtp_code": code, "smtp_text": text[:300], **also, **_outcome(claimed, verdict)}
    if changed(held.values(owner="", lease_until=None, **values)) != 1:
        return False
    if tell and verdict is Verdict.REFUSED and code is not None:
        mail = db.session.get_one(Mail, claimed.mail_id)
        for each in AFTER_REFUSAL:
            each(mail, code, text)
    return True


_ENDS = {
    Verdict.ACCEPTED: "sent", Verdict.REFUSED: "refused", Verdict.CANCELLED: "cancelled",
    Verdict.SUPPRESSED: "suppressed",
}  # fmt: skip


def _outcome(claimed: Claim, verdict: Verdict) -> dict[str, Any]:
    now = clock.now()
    if verdict in _ENDS:
        sent_at = now if verdict is Verdict.ACCEPTED else None
        return {"state": _ENDS[verdict], "sent_at": sent_at, "address": ""}
    values: dict[str, Any] = {"state": "new"}
    if verdict is Verdict.PAUSE:
        values["tries"] = claimed.tries - 1
    else:
        values["due_at"] = min(now + rules.delay(claimed.tries, random.random()), claimed.expires_at)  # noqa: S311
    if claimed.is_fresh and verdict is not Verdict.UNKNOWN:
        values["stamped_at"] = None
    return values


def cancel(account_id: UUID, kinds: Collection[str]) -> None:
    """Mails of these kinds that wait for this account do not go out: what they would say is over."""
    waiting = sa.update(Mail).where(Mail.account_id == account_id, Mail.kind.in_(kinds), Mail.state == "new")
    db.session.execute(waiting.values(state="cancelled").execution_options(synchronize_session=False))


def expire_overdue(of: Collection[UUID]) -> int:
    """End what could not be sent in time, of these organisations; the number of mails."""
    now = clock.now()
    written = db.session.execute(
        sa.update(Mail)
        .where(queries.is_due(now), Mail.expires_at <= now, Mail.organisation_id.in_(of))
        .values(state="expired", owner="", lease_until=None, address="")
        .execution_options(synchronize_session=False)
    )
    return int(getattr(written, "rowcount", 0))


def forget_cancelled() -> int:
    """Remove what strangers asked for addresses without an account, a day later; the number of rows."""
    written = db.session.execute(
        sa.delete(Mail)
        .where(Mail.state == "cancelled", Mail.account_id.is_(None), Mail.due_at < clock.now() - timedelta(days=1))
        .execution_options(synchronize_session=False)
    )
    return int(getattr(written, "rowcount", 0))


def retry(mail: Mail) -> None:
    """Send a mail after all that did not arrive. Raises Refused with a sentence for the command line."""
    if mail.state not in UNSENT:
        raise Refused(f"Only a mail that did not arrive can be sent again; this one is {mail.state}.")
    if mail.account_id is None:
        raise Refused("The address of this mail is gone; let the parent ask for a new one.")
    now = clock.now()
    mail.expires_at = now + min(mail.expires_at - mail.created_at, RETRY_LIVES)
    mail.state, mail.due_at, mail.tries, mail.stamped_at = "new", now, 0, None
    mail.smtp_code, mail.smtp_text = None, ""
    mail.digest, mail.bounced_at, mail.bounce_status, mail.bounce_text = "", None, "", ""
