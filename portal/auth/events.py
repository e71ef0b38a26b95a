"""What getting in leaves in the access log when it fails, or when a stranger tries (security.md, G1).

Nobody can fill the log: a line is only written for a try that the throttle let through, and while very many fail only
what is aimed at one address. Of an address that was typed only a keyed hash is kept, and that for a week.
"""

from datetime import timedelta

from portal.audit.actions import mark_of, record
from portal.auth import rules
from portal.auth.actions import NETWORK_LIMITS, ORGANISATION, Try
from portal.auth.models import Account, OneTimeLink
from portal.db import scope
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit, masked

SAID = {*NETWORK_LIMITS, ORGANISATION.name}
REFUSED_LINKS = Limit("refused link lines", 3, timedelta(days=1))
DENIED = Limit("denied lines", 20, timedelta(hours=1))


def login_failed(account: Account | None, attempt: Try, browser: str, address: str) -> None:
    """A wrong password, or an address nobody has here: the same work for either, so that the time tells nothing."""
    near = masked(address)
    for limit in sorted({*attempt.verdict.reached} & SAID):
        record("tries_limited", None, result="refused", detail=limit, address=near)
    if not rules.worth_a_line(attempt.in_a_row, attempt.verdict.tries.get(ORGANISATION.name, 0)):
        return
    if account is None:
        record("unknown_login_failed", None, result="refused", detail=mark_of(attempt.key), address=near)
    else:
        device = "known" if attempt.is_known_device else "new"
        record("login_failed", account.id, result="refused", detail=f"{device}, {browser}", address=near)


def code_refused(key: str, address: str) -> None:
    record("code_refused", None, result="refused", detail=mark_of(key), address=masked(address))


def link_refused(link: OneTimeLink | None, problem: str, address: str) -> None:
    """A link from a mail that no longer works, or never did. A few lines a day for each link."""
    if link is None:
        record("unknown_link_refused", None, result="refused", address=masked(address))
    elif not throttle.count([(REFUSED_LINKS, f"{scope().hex} {link.id.hex}")]).refused:
        detail = f"{link.purpose}, {problem}"
        record("link_refused", link.account_id, result="refused", detail=detail, address=masked(address))


def step_up(account: Account, address: str) -> None:
    record("step_up", account.id, by=account.id, address=masked(address))


def step_up_failed(account: Account, address: str) -> None:
    record("step_up_failed", account.id, by=account.id, result="refused", address=masked(address))


def denied(account: Account, page: str, address: str) -> bool:
    """Somebody who is logged in asked for what is not theirs to see. Whether a line was written."""
    if throttle.count([(DENIED, f"{scope().hex} {account.id.hex}")]).refused:
        return False
    record("denied", account.id, by=account.id, result="refused", detail=page, address=masked(address))
    return True
