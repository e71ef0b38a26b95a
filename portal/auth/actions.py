"""Verbs of getting in. They know no request; who asks and when are arguments."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock, keys
from portal.audit.actions import asker, in_session, mark_of, record
from portal.auth import mails, queries, rules
from portal.auth.models import Account, OneTimeLink, Session, TemporaryPassword
from portal.db import changed, db, scope
from portal.outbox.models import SOON
from portal.passwords import actions as passwords
from portal.passwords import rules as password_rules
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit, masked, networks

# How often a password may be tried (security.md, D3). No limit lets a stranger stand in a parent's way: a device the
# parent used before has counters of its own, and a link in the mail always works.
MINUTES_15, DAY = timedelta(minutes=15), timedelta(days=1)
NEW_DEVICES = Limit("account", 10, MINUTES_15, slows_down=True)
IN_A_ROW = Limit("in a row", 100, timedelta(days=30))
KNOWN_DEVICE = Limit("device", 20, MINUTES_15)
NETWORK = Limit("network", 30, MINUTES_15)
NETWORK_DAY = Limit("network day", 300, DAY)
WIDE_NETWORK = Limit("wide network", 120, MINUTES_15)
WIDE_NETWORK_DAY = Limit("wide network day", 1200, DAY)
ORGANISATION = Limit("organisation", 100, timedelta(minutes=10), only_counts=True)
NETWORK_LIMITS = {limit.name for limit in (NETWORK, NETWORK_DAY, WIDE_NETWORK, WIDE_NETWORK_DAY)}
HASH_LIMITS = ("hashes", "hashes of strangers")
# After eight mails a day they come at most an hour apart, so a stranger who asks all day leaves a link that works.
FORGOT_ADDRESS = (Limit("forgot", 3, timedelta(hours=1)), Limit("forgot day", 8, DAY, slows_down=True))
FORGOT_NETWORK = Limit("forgot network", 20, timedelta(hours=1))
FORGOT_WIDE_NETWORK = Limit("forgot wide network", 80, timedelta(hours=1))
FORGOT_AGAIN = Limit("forgot again", 1, rules.ASK_AGAIN_AFTER)  # a button that is pressed twice sends one mail
BAD_LINKS, BAD_LINKS_WIDE = Limit("bad links", 20, timedelta(hours=1)), Limit("bad links wide", 80, timedelta(hours=1))
# A letter works for two weeks, so five wrong codes must not end it: whoever knows an address could. Its code of 40 bits
# is guarded by these instead. All tries of two weeks together find it once in a hundred million letters; what a
# stranger used up comes back the next day; and the square on the letter (128 bits) has no such limit.
LETTER_NETWORK, LETTER_WIDE_NETWORK = Limit("letter", 10, DAY), Limit("letter wide", 40, DAY)
LETTER_ADDRESS = Limit("letter address", 500, DAY)
DEVICE_MAILS = Limit("device mails", 1, timedelta(hours=1))
PASSWORD_CHECKS = Limit("password checks", 120, MINUTES_15)
STEP_UPS = Limit("step up", 20, timedelta(hours=1))
STEP_UPS_SESSION = Limit("step up session", 5, timedelta(hours=12))
CREDENTIALS = Limit("credentials", 3, DAY)
CREDENTIALS_BY = Limit("credentials by", 50, timedelta(hours=1))


@dataclass(frozen=True)
class Try:
    """One try to log in, counted."""

    key: str
    is_known_device: bool
    own: list[throttle.Bucket]  # this account's counters: a success starts them again
    shared: list[throttle.Bucket]  # those of the network and the organisation: a success takes back this one try
    verdict: throttle.Verdict

    @property
    def network_is_full(self) -> bool:
        return any(name in NETWORK_LIMITS for name in self.verdict.refused)

    @property
    def machine_is_full(self) -> bool:
        return any(name in HASH_LIMITS for name in self.verdict.refused)

    @property
    def in_a_row(self) -> int:
        """The how many-eth try this is since the last one that was right."""
        return max(self.verdict.tries.get(limit.name, 0) for limit in (IN_A_ROW, KNOWN_DEVICE))

    @property
    def was_guessed_at(self) -> bool:
        """Whether a right password comes after five wrong ones or more (security.md, L15)."""
        return self.in_a_row > 5


def count_login(key: str, device: str, address: str, per_second: int) -> Try:
    """Count a login before anything is verified. `device` is the id of a device this address was used on, else ""."""
    here = scope().hex
    shared = [*_network_buckets(here, address), (ORGANISATION, here)]
    if device:
        own = [(KNOWN_DEVICE, f"{here} {key} {device}")]
        hashes = [(Limit("hashes", per_second, timedelta(seconds=1)), "")]
    else:
        own = [(NEW_DEVICES, f"{here} {key}"), (IN_A_ROW, f"{here} {key}")]
        hashes = [(Limit("hashes of strangers", per_second // 2, timedelta(seconds=1)), "")]
    return Try(key, bool(device), own, shared, throttle.count([*own, *shared, *hashes]))


def forgive(attempt: Try) -> None:
    """The password was right."""
    throttle.forget(attempt.own)
    throttle.take_back(attempt.shared)


def offer_device_link(key: str, browser: str) -> None:
    """After a hundred wrong passwords in a row a new device needs a link from the mail; at most one mail an hour."""
    if not throttle.count([(DEVICE_MAILS, f"{scope().hex} {key}")]).refused:
        mails.approve_device(key, browser)


def ask_reset(key: str, address: str, again: bool = False) -> None:
    """A mail with a new link for this address, unless too many were asked. Nobody is looked up (security.md, F2)."""
    here, limits = scope().hex, (*FORGOT_ADDRESS, FORGOT_AGAIN) if again else FORGOT_ADDRESS
    buckets: list[throttle.Bucket] = [(limit, f"{here} {key}") for limit in limits]
    for limit, network in zip((FORGOT_NETWORK, FORGOT_WIDE_NETWORK), networks(address), strict=True):
        buckets.append((limit, f"{here} {network}"))
    if not throttle.count(buckets).refused:
        record("reset_asked", None, detail=mark_of(key), address=masked(address))
        mails.forgot_password(key, asked_from=masked(address))


def bad_links_from(address: str) -> list[throttle.Bucket]:
    near, wide = networks(address)
    return [(BAD_LINKS, f"{scope().hex} {near}"), (BAD_LINKS_WIDE, f"{scope().hex} {wide}")]


def letter_tries(key: str, address: str) -> list[throttle.Bucket]:
    near, wide = networks(address)
    places = ((LETTER_NETWORK, near), (LETTER_WIDE_NETWORK, wide), (LETTER_ADDRESS, ""))
    return [(limit, f"{scope().hex} {key} {place}") for limit, place in places]


def checks_from(address: str) -> throttle.Bucket:
    return PASSWORD_CHECKS, f"{scope().hex} {networks(address)[0]}"


def _network_buckets(here: str, address: str) -> list[throttle.Bucket]:
    near, wide = networks(address)
    buckets = [(NETWORK, f"{here} {near}"), (NETWORK_DAY, f"{here} {near}")]
    if wide != near:
        buckets += [(WIDE_NETWORK, f"{here} {wide}"), (WIDE_NETWORK_DAY, f"{here} {wide}")]
    return buckets


def which_password(account: Account | None, temporary: TemporaryPassword | None, typed: str) -> str:
    """ "own", "temporary" or "": what was typed. One hash is verified, whoever asks and whatever is stored."""
    if password_rules.looks_temporary(typed):
        stored = temporary.password_hash if temporary else None
        found = passwords.matches(stored, password_rules.canonical_temporary(typed))
        return "temporary" if found and account and account.is_open else ""
    found = passwords.matches(account.password_hash if account else None, typed)
    return "own" if found and account and account.is_open else ""


def improve_hash(account: Account, typed: str) -> None:
    """Keep the password with today's parameters, unless it was changed meanwhile. Links and sessions stay."""
    if not passwords.is_outdated(account.password_hash):
        return
    better = passwords.hash_password(typed)
    same = sa.update(Account).where(Account.id == account.id, Account.password_hash == account.password_hash)
    db.session.execute(same.values(password_hash=better).execution_options(synchronize_session=False))


# Sessions


def confirm_login(account: Account, temporary: TemporaryPassword | None) -> bool:
    """Whether what was verified a moment ago still holds, now that nobody else can change it any more.

    Between the look and this moment the parent may have changed the password, the office may have blocked the account,
    or the same temporary password may have opened a session already (T3).
    """
    seen = {"account_id": account.id, "seen_version": account.password_version, "seen_status": account.status}
    if changed(_LOGGED_IN, **seen, now=clock.now()) != 1:
        return False
    if temporary is None:
        return True
    unused = sa.update(TemporaryPassword).where(
        TemporaryPassword.id == temporary.id, TemporaryPassword.ended_at.is_(None)
    )
    account.mail_arrives()  # it stood in a mail
    return changed(unused.values(ended_at=clock.now())) == 1


_LOGGED_IN = (
    sa.update(Account)
    .where(Account.id == sa.bindparam("account_id"), Account.password_version == sa.bindparam("seen_version"))
    .where(Account.status == sa.bindparam("seen_status"))
    .values(last_login_at=sa.bindparam("now"))
)


def begin_session(account: Account, kind: str, remembered: bool, browser: str, address: str) -> tuple[Session, str]:
    """A new session row and the secret for its cookie. The account keeps its 20 most recently used sessions."""
    now = clock.now()
    token = secrets.token_urlsafe(32)
    session = Session(
        id=uuid4(), organisation_id=scope(), token_hash=rules.hashed(token), account_id=account.id, account=account,
        kind=kind, remembered=remembered, created_at=now, seen_at=now, confirmed_at=now, browser=browser,
        address=masked(address),
    )  # fmt: skip
    for oldest in queries.live_sessions(account.id, but=rules.MOST_SESSIONS - 1):
        end_session(oldest, "too many")
    db.session.add(session)
    in_session(session.id, account.id)
    record("login", account.id, by=account.id, detail=f"{kind}, {browser}", address=session.address)
    db.session.flush()
    return session, token


def renew_session(session: Session, browser: str, is_confirmed: bool = True) -> str:
    """A new secret for its cookie; fresh when the strongest that this visitor has was just shown (security.md, U3)."""
    token = secrets.token_urlsafe(32)
    session.token_hash, session.browser = rules.hashed(token), browser
    if is_confirmed:
        session.confirmed_at = clock.now()
    return token


def touch(session_id: UUID) -> None:
    db.session.execute(sa.update(Session).where(Session.id == session_id).values(seen_at=clock.now()))


def end_session(session: Session, because: str) -> None:
    if session.ended_at is None:
        session.ended_at, session.ended_because = clock.now(), because
        record("session_ended", session.account_id, by=asker(), detail=because)


def end_sessions(account_id: UUID, because: str, but: UUID | None = None) -> int:
    """End all sessions of this account, except one. Gives how many ended."""
    ended = [session for session in queries.live_sessions(account_id) if session.id != but]
    for session in ended:
        end_session(session, because)
    return len(ended)


def end_everyones_sessions() -> int:
    """Everyone at this organisation is logged out. Gives how many sessions ended."""
    live = sa.update(Session).where(Session.ended_at.is_(None))
    ended = changed(live.values(ended_at=clock.now(), ended_because="everyone"))
    record("sessions_ended", None, detail=f"{ended} of everyone")
    return ended


# Links and temporary passwords


class MadeLink(NamedTuple):
    token: str
    code: str


def make_link(
    account: Account, purpose: str, seed: bytes, moment: datetime, by: UUID | None = None, asked_from: str = ""
) -> MadeLink:
    """A link for this account, as of this moment, and its code. The same seed makes the same link, stamped anew."""
    secret = seed.hex()[:32]
    code = password_rules.code_from(seed)
    found = queries.link_with(rules.hashed(secret), purpose)
    if found:
        found.sent_at = moment
    else:
        for oldest in queries.live_links(account.id, purpose)[: -(rules.MOST_LINKS - 1)]:
            oldest.replaced_at = moment
        db.session.add(
            OneTimeLink(
                organisation_id=scope(), purpose=purpose, token_hash=rules.hashed(secret), account_id=account.id,
                account=account, code_hash=_code_hash(account.email_key, code), sent_at=moment,
                password_version=account.password_version, email_version=account.email_version,
            )
        )  # fmt: skip
        action = "letter_printed" if purpose == "letter" else "link_sent"
        record(action, account.id, by=by, detail=purpose, address=asked_from)
    db.session.flush()
    return MadeLink(rules.sign_link(keys.keys(purpose), purpose, secret, scope(), moment), code)


def make_temporary_password(account: Account, mail_id: UUID, moment: datetime, lives: timedelta) -> str:
    """The temporary password of this mail. An earlier one of the account ends; its own password keeps working (T6)."""
    password = password_rules.temporary_password_from(keys.seed("temporary password", mail_id.hex))
    found = queries.temporary_password_of(mail_id)
    if found:
        found.expires_at = moment + lives
    else:
        end_temporary_passwords(account.id)
        db.session.add(
            TemporaryPassword(
                organisation_id=scope(), account_id=account.id, mail_id=mail_id,
                password_hash=passwords.hash_password(password), expires_at=moment + lives,
            )
        )  # fmt: skip
        record("temporary_password_sent", account.id)
    db.session.flush()
    return password


def end_temporary_passwords(account_id: UUID) -> None:
    live = sa.update(TemporaryPassword).where(TemporaryPassword.account_id == account_id)
    db.session.execute(live.where(TemporaryPassword.ended_at.is_(None)).values(ended_at=clock.now()))


def end_links(account: Account) -> None:
    """A temporary password was used: the links that were mailed or printed before are over (R6)."""
    for purpose in rules.CHOOSE_PASSWORD:
        for link in queries.live_links(account.id, purpose):
            link.replaced_at = clock.now()


def count_code_try(key: str) -> None:
    """One more try of the codes that were mailed to this address. The same work for an unknown address.

    The code of a letter counts apart (`letter_tries`).
    """
    accounts = sa.select(Account.id).where(Account.email_key == key).scalar_subquery()
    live = sa.update(OneTimeLink).where(
        OneTimeLink.account_id.in_(accounts), OneTimeLink.used_at.is_(None), OneTimeLink.purpose == "reset"
    )
    db.session.execute(live.values(code_tries=OneTimeLink.code_tries + 1).execution_options(synchronize_session=False))


def link_of_code(key: str, typed: str, letters: bool) -> OneTimeLink | None:
    """The link that was mailed (or, with `letters`, printed) with this code for this address. Count the try first."""
    purposes = ["reset", "letter"] if letters else ["reset"]
    return queries.link_with_code(key, _code_hash(key, typed), rules.MOST_CODE_TRIES, purposes)


def _code_hash(key: str, code: str) -> str:
    return keys.pseudonym("code", scope().hex, key, password_rules.canonical_code(code))


# Passwords


def use_link(link: OneTimeLink, password_hash: str, address: str) -> bool:
    """Choose a password with a link. Of many at the same moment one succeeds; then every other link is dead too."""
    account = link.account
    if not _use_once(link) or not _set_password(account, password_hash, link.password_version):
        return False
    end_sessions(account.id, "password")
    _forgive_strangers(link)
    done = "activated" if link.purpose == "activation" else "password_reset"
    record(done, account.id, by=account.id, address=masked(address))
    mails.password_changed(account.id)
    return True


def change_password(account: Account, password_hash: str, but: Session, because: str, address: str) -> bool:
    """A parent who is logged in chooses another password: only this session stays. Of two at once one wins."""
    if not _set_password(account, password_hash, account.password_version):
        return False
    end_sessions(account.id, "password", but=but.id)
    record(because, account.id, by=account.id, address=masked(address))
    mails.password_changed(account.id)
    return True


def approve_device(link: OneTimeLink) -> bool:
    if not _use_once(link):
        return False
    _forgive_strangers(link)
    record("device_approved", link.account_id, by=link.account_id)
    return True


def _use_once(link: OneTimeLink) -> bool:
    mine = sa.update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
    return changed(mine.where(OneTimeLink.replaced_at.is_(None)).values(used_at=clock.now())) == 1


def _set_password(account: Account, password_hash: str, version: int) -> bool:
    same = sa.update(Account).where(Account.id == account.id, Account.password_version == version)
    values = {"password_hash": password_hash, "password_version": version + 1, "status": "active"}
    if changed(same.where(Account.status.in_(("invited", "active"))).values(**values)) != 1:
        return False
    db.session.refresh(account)
    end_temporary_passwords(account.id)
    return True


def _forgive_strangers(link: OneTimeLink) -> None:
    """Who opened this link is no stranger; and when it was mailed, mail arrives there."""
    if link.purpose != "letter":
        link.account.mail_arrives()
    throttle.forget([(limit, f"{scope().hex} {link.account.email_key}") for limit in (NEW_DEVICES, IN_A_ROW)])


# The office


def send_credentials(account: Account, by: Account | None = None) -> None:
    """The manual's step 3: a newly generated password (or link) by mail. Raises NoCredentials, which says why not."""
    was_changed, by_id = (account.email_changed_by, account.email_changed_at), by.id if by else None
    reason = rules.no_credentials_because(account.status, *was_changed, by_id, clock.now())
    buckets = [(CREDENTIALS, f"{scope().hex} {account.id.hex}")] + ([(CREDENTIALS_BY, by.id.hex)] if by else [])
    if not reason and (full := throttle.count(buckets).refused):
        reason = "today" if CREDENTIALS.name in full else "this hour"
    if reason:
        raise rules.NoCredentials(reason, account.email)
    mails.credentials(account.id, priority=SOON)
    record("credentials_sent", account.id, by=by_id)
