"""Setting up the second step, passing it, and taking it away. Count the try and commit before you verify a code."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from portal import clock, keys
from portal.audit.actions import record
from portal.auth.models import Account, Session
from portal.auth.rules import hashed, sign_link
from portal.db import changed, db, scope
from portal.errors import Refused
from portal.factors import mails, queries, rules
from portal.factors.models import FactorReset, RecoveryCode, SecondFactor
from portal.passwords.rules import canonical_code, code_from
from portal.text import _
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit

# Five in one session and ten an hour for one account; a new login starts neither again (security.md, O5). After a
# hundred wrong ones in a row the app is of no use any more: a recovery code is, or a colleague.
TRIES_SESSION = Limit("second step session", 5, timedelta(hours=12))
TRIES = Limit("second step", 10, timedelta(hours=1))
TRIES_IN_A_ROW = Limit("second step in a row", 100, timedelta(days=365))
PURPOSE = "second step"
STOPS = "stop second step reset"
STOPS_FOR = 2 * 86_400  # seconds that a link to stop it works: longer than the day it takes


def count_try(session: Session, is_recovery: bool = False) -> throttle.Verdict:
    """Count a code before it is verified."""
    return throttle.count(_buckets(session, is_recovery))


def session_is_spent(verdict: throttle.Verdict) -> bool:
    """Whether a wrong code after this verdict was the last one of the session."""
    return bool(verdict.refused) or verdict.tries[TRIES_SESSION.name] >= TRIES_SESSION.most


def _buckets(session: Session, is_recovery: bool) -> list[throttle.Bucket]:
    here, way = scope().hex, "recovery" if is_recovery else "app"
    account = f"{here} {session.account_id.hex} {way}"
    in_a_row = [] if is_recovery else [(TRIES_IN_A_ROW, account)]
    return [(TRIES_SESSION, f"{here} {session.id.hex}"), (TRIES, account), *in_a_row]


# The app


def offered_secret(session: Session) -> str:
    """The secret that this session may set up: the same at every look. Nothing is kept before a code of it."""
    account = session.account
    before = account.second_step_at.isoformat() if account.second_step_at else ""
    return rules.secret_from(keys.seed("offered second step", account.id.hex, session.id.hex, before))


def set_up(session: Session, typed: str) -> list[str] | None:
    """From now on a code of the app is asked. Gives ten recovery codes, or None when this code is not right.

    Raises Refused when another browser set it up in the meantime.
    """
    account, secret, now = session.account, offered_secret(session), clock.now()
    step = rules.step_of(secret, rules.canonical_code(typed), now)
    if step is None:
        return None
    what: mails.What = "replaced" if account.second_step_at else "set"
    same = sa.update(Account).where(
        Account.id == account.id, Account.second_step_at.is_not_distinct_from(account.second_step_at)
    )
    if changed(same.values(second_step_at=now)) != 1:
        raise Refused(_("Uw tweede stap is net ergens anders ingesteld. Log opnieuw in."))
    _forget(account)
    db.session.add(
        SecondFactor(
            organisation_id=scope(), account_id=account.id, secret=keys.encrypt(PURPOSE, secret), last_step=step
        )
    )
    account.second_step_at = now
    _end_resets(account, "set up again")
    record(f"second_step_{what}", account.id, by=account.id)
    mails.second_step_changed(account.id, what)
    _passed(session)
    return new_recovery_codes(account, says_so=False)


def passes(session: Session, typed: str) -> bool:
    """Whether this is a code of the app that was not used before. Of two at once one passes (security.md, O3)."""
    factor = queries.factor_of(session.account_id)
    if factor is None:
        return False
    step = rules.step_of(keys.decrypt(PURPOSE, factor.secret), rules.canonical_code(typed), clock.now()) or 0
    later = sa.update(SecondFactor).where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
    if changed(later.values(last_step=step)) != 1:
        record("second_step_wrong", session.account_id, result="refused")
        return False
    throttle.forget(_buckets(session, is_recovery=False))
    _end_resets(session.account, "the app is there")
    _passed(session)
    return True


def passes_with_recovery_code(session: Session, typed: str) -> bool:
    """Whether this is a recovery code that was not used before. It is used now."""
    code = canonical_code(typed, rules.RECOVERY_LETTERS)
    unused = sa.update(RecoveryCode).where(
        RecoveryCode.account_id == session.account_id, RecoveryCode.code_hash == hashed(code),
        RecoveryCode.used_at.is_(None),
    )  # fmt: skip
    if not code or changed(unused.values(used_at=clock.now())) != 1:
        record("second_step_wrong", session.account_id, result="refused", detail="recovery code")
        return False
    throttle.forget(_buckets(session, is_recovery=True))
    record("recovery_code_used", session.account_id, by=session.account_id)
    mails.second_step_changed(session.account_id, "code_used")
    _passed(session)
    return True


def _passed(session: Session) -> None:
    if session.kind == "half":
        session.kind = "full"
        record("second_step_passed", session.account_id, by=session.account_id)
    else:
        record("step_up", session.account_id, by=session.account_id)


def new_recovery_codes(account: Account, says_so: bool = True) -> list[str]:
    """Ten fresh codes; the earlier ones are over. They are shown once: only hashes are kept."""
    codes = [code_from(secrets.token_bytes(32), rules.RECOVERY_LETTERS) for _number in range(rules.RECOVERY_CODES)]
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    db.session.add_all(
        RecoveryCode(organisation_id=scope(), account_id=account.id, code_hash=hashed(code)) for code in codes
    )
    record("recovery_codes_made", account.id, by=account.id)
    if says_so:
        mails.second_step_changed(account.id, "codes")
    return codes


def turn_off(account: Account) -> None:
    """A parent wants no second step any more. Raises Refused for who works here."""
    if account.role:
        raise Refused(_("Wie hier werkt, heeft altijd een tweede stap nodig."))
    _forget(account)
    account.second_step_at = None
    record("second_step_off", account.id, by=account.id)
    mails.second_step_changed(account.id, "off")


def _forget(account: Account) -> None:
    db.session.execute(sa.delete(SecondFactor).where(SecondFactor.account_id == account.id))
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


# Phone and codes are lost


def ask_reset(account: Account, by: Account) -> FactorReset:
    """A colleague asks that the second step of this account is taken away. Another one has to agree."""
    if account.second_step_at is None:
        raise Refused(_("%(name)s heeft geen tweede stap.", name=account.person.full_name))
    if account.id == by.id:
        raise Refused(_("Uw eigen tweede stap kunt u niet laten weghalen. Vraag het een collega."))
    for known in queries.open_resets(account.id):
        return known
    reset = FactorReset(organisation_id=scope(), account_id=account.id, asked_by=by.id)
    db.session.add(reset)
    record("second_step_reset_asked", account.id, by=by.id)
    db.session.flush()
    return reset


def agree_to_reset(reset: FactorReset, by: Account) -> None:
    """The second person. A day later the step is gone, unless somebody stops it; the owner is told at once."""
    if by.id in (reset.asked_by, reset.account_id):
        raise Refused(_("Een andere collega moet hiermee akkoord gaan."))
    first = sa.update(FactorReset).where(
        FactorReset.id == reset.id, FactorReset.approved_by.is_(None), FactorReset.ended_at.is_(None)
    )
    if changed(first.values(approved_by=by.id, due_at=clock.now() + rules.RESET_WAITS)) == 1:
        record("second_step_reset_agreed", reset.account_id, by=by.id)
        mails.second_step_goes(reset.account_id, reset.id)


def reset_token(reset: FactorReset, moment: datetime) -> str:
    """The secret part of the link that stops it."""
    return sign_link(keys.keys(STOPS), STOPS, reset.id.hex, reset.organisation_id, moment)


def stop_reset(reset: FactorReset, because: str, by: Account | None = None) -> None:
    if reset.ended_at is None:
        reset.ended_at, reset.ended_because = clock.now(), because
        record("second_step_reset_stopped", reset.account_id, by=by.id if by else None, detail=because)


def reset_now(account: Account) -> None:
    """Who hosts the portal takes the second step away, on the command line."""
    _forget(account)
    account.second_step_at = None
    _end_resets(account, "done")
    record("second_step_reset", account.id, detail="command line")
    mails.second_step_changed(account.id, "reset")


def _end_resets(account: Account, because: str) -> None:
    for reset in queries.open_resets(account.id):
        stop_reset(reset, because, by=account)
