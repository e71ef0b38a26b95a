"""The mail server, the keys and the last check of an organisation."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from portal.db import db, scope
from portal.organisations.models import Organisation
from portal.outbox.models import MailServer, SigningKey
from portal.postmaster import words
from portal.postmaster.facts import WRONG, Finding, Record
from portal.postmaster.models import MailCheck


def hold() -> None:
    """Until the commit nobody else changes this set-up: of two at once the second finds what the first made."""
    db.session.execute(sa.select(Organisation.id).where(Organisation.id == scope()).with_for_update(key_share=True))


def own_server() -> MailServer | None:
    return db.session.scalars(sa.select(MailServer)).one_or_none()


def all_keys() -> Sequence[SigningKey]:
    """All keys, the newest first, RSA before Ed25519."""
    newest = SigningKey.created_at.desc()
    return db.session.scalars(sa.select(SigningKey).order_by(newest, SigningKey.algorithm.desc())).all()


def state_of(key: SigningKey, now: datetime) -> str:
    """new: not seen in the DNS yet; active: signs; old: mail on its way may still need its record."""
    if key.signs_from is None:
        return "new"
    return "active" if key.signs_until is None or key.signs_until > now else "old"


class Report(NamedTuple):
    checked_at: datetime
    findings: list[Finding]


def last_check() -> Report | None:
    """What the last check found; but for what this version of the portal has no words for any more."""
    row = last_check_row()
    if row is None:
        return None
    return Report(row.checked_at, [_finding(kept) for kept in row.findings if kept["code"] in words.WORDS])


def number_wrong() -> int:
    """Of the last check: how much must change before mail arrives."""
    report = last_check()
    return sum(finding.severity == WRONG for finding in report.findings) if report else 0


def last_check_row() -> MailCheck | None:
    return db.session.scalars(sa.select(MailCheck)).one_or_none()


def _finding(kept: dict[str, object]) -> Finding:
    finding = Finding(**kept)  # type: ignore[arg-type]
    return finding._replace(records=tuple(Record(*record) for record in finding.records))
