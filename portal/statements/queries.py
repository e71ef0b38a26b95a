"""What invoices of a year come to by now, what was published of it, and the number of a child."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.auth.models import Account, Person
from portal.children.models import Child
from portal.db import db
from portal.invoices.models import Invoice, InvoiceLine
from portal.people.rules import full_name
from portal.statements import rules
from portal.statements.models import AnnualStatement, Bsn, StatementRun
from portal.statements.rules import Counted, Facts, State


class Row(NamedTuple):
    """One payer and child in one year: what it comes to now, beside what was published."""

    facts: Facts
    published: Facts | None
    version: int  # of what was published; 0 when nothing was
    state: State

    @property
    def key(self) -> tuple[UUID, UUID]:
        return self.facts.payer_id, self.facts.child_id


_PAYER, _CHILD = aliased(Person), aliased(Person)
_WHO = (
    Invoice.payer_id, InvoiceLine.child_id, _PAYER.given_name, _PAYER.infix, _PAYER.family_name, _PAYER.sort_name,
    _CHILD.given_name, _CHILD.infix, _CHILD.family_name, _CHILD.birth_date, Bsn.kept, Bsn.version,
)  # fmt: skip
_WHAT = InvoiceLine.lrk_number, InvoiceLine.care_type


def rows_of(year: int, payer_id: UUID | None = None, child_id: UUID | None = None) -> list[Row]:
    """All payers and their children in this year, by the names of the payers. In two statements, however many."""
    now, published = facts_of(year, payer_id, child_id), published_of(year, payer_id, child_id)
    found = []
    for facts in now:
        statement = published.get((facts.payer_id, facts.child_id))
        before, version = (statement.facts, statement.version) if statement else (None, 0)
        found.append(Row(facts, before, version, rules.state_of(facts, before)))
    return found


def facts_of(year: int, payer_id: UUID | None = None, child_id: UUID | None = None) -> list[Facts]:
    """What the lines that count come to now. Added up by the database, for there are a quarter of a million."""
    minutes, cents = sa.func.sum(InvoiceLine.minutes), sa.func.sum(InvoiceLine.amount_cents)
    found = (
        sa.select(*_WHO, *_WHAT, minutes, cents)
        .select_from(Invoice)
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .join(_PAYER, _PAYER.id == Invoice.payer_id)
        .join(Child, Child.id == InvoiceLine.child_id)
        .join(_CHILD, _CHILD.id == Child.person_id)
        .outerjoin(Bsn, Bsn.child_id == Child.id)
        .where(*_counts(year, payer_id, child_id))
        .group_by(*_WHO, *_WHAT)
        .order_by(_PAYER.sort_name, Invoice.payer_id, _CHILD.birth_date, _CHILD.given_name, InvoiceLine.child_id)
    )
    lines: dict[tuple[Any, ...], list[Counted]] = {}
    for row in db.session.execute(found):
        lines.setdefault(tuple(row[:12]), []).append(Counted(row[12], row[13], int(row[14]), int(row[15])))
    return [_facts(year, who, some) for who, some in lines.items()]


def _facts(year: int, who: tuple[Any, ...], lines: list[Counted]) -> Facts:
    payer_id, child_id, given, infix, family, _sort, child_given, child_infix, child_family, born, kept, version = who
    return Facts(
        year, payer_id, child_id, full_name(given, infix, family), full_name(child_given, child_infix, child_family),
        born, version if kept else 0, rules.summed(lines),
    )  # fmt: skip


def counted_lines(year: int, payer_id: UUID, child_id: UUID) -> list[Counted]:
    """Each line that counts, as it was imported."""
    found = sa.select(*_WHAT, InvoiceLine.minutes, InvoiceLine.amount_cents).join(
        Invoice, Invoice.id == InvoiceLine.invoice_id
    )
    return [Counted(*row) for row in db.session.execute(found.where(*_counts(year, payer_id, child_id)))]


def _counts(year: int, payer_id: UUID | None, child_id: UUID | None) -> list[sa.ColumnElement[bool]]:
    """Of the year in which the period of the invoice lies, whenever it was made or paid."""
    conditions: list[sa.ColumnElement[bool]] = [
        Invoice.period >= date(year, 1, 1), Invoice.period <= date(year, 12, 31),
        InvoiceLine.counts_for_statement.is_(True),
    ]  # fmt: skip
    if payer_id is not None:
        conditions.append(Invoice.payer_id == payer_id)
    if child_id is not None:
        conditions.append(InvoiceLine.child_id == child_id)
    return conditions


def published_of(
    year: int, payer_id: UUID | None = None, child_id: UUID | None = None
) -> dict[tuple[UUID, UUID], AnnualStatement]:
    """The statements that hold now, by payer and child."""
    found = sa.select(AnnualStatement).where(AnnualStatement.year == year, AnnualStatement.replaced_at.is_(None))
    if payer_id is not None:
        found = found.where(AnnualStatement.payer_id == payer_id)
    if child_id is not None:
        found = found.where(AnnualStatement.child_id == child_id)
    return {(each.payer_id, each.child_id): each for each in db.session.scalars(found)}


def versions_of(year: int, payer_id: UUID, child_id: UUID) -> Sequence[AnnualStatement]:
    """The newest first."""
    found = sa.select(AnnualStatement).where(
        AnnualStatement.year == year, AnnualStatement.payer_id == payer_id, AnnualStatement.child_id == child_id
    )
    return db.session.scalars(found.order_by(AnnualStatement.version.desc())).all()


def years() -> list[int]:
    """The years of the invoices there are, the newest first."""
    first, last = db.session.execute(sa.select(sa.func.min(Invoice.period), sa.func.max(Invoice.period))).one()
    return list(range(last.year, first.year - 1, -1)) if first and last else []


# For the payer


def statement_of(person_id: UUID, statement_id: UUID) -> AnnualStatement | None:
    """This statement, when it is for this person: nobody else is shown it (domain.md, B2)."""
    found = sa.select(AnnualStatement).where(AnnualStatement.id == statement_id, AnnualStatement.payer_id == person_id)
    return db.session.scalars(found).one_or_none()


def statements_of(person_id: UUID) -> Sequence[AnnualStatement]:
    """All of a payer, also those that were replaced: the newest year first, and in it the newest version."""
    found = sa.select(AnnualStatement).where(AnnualStatement.payer_id == person_id)
    order = (
        AnnualStatement.year.desc(),
        AnnualStatement.child_born,
        AnnualStatement.child_id,
        AnnualStatement.version.desc(),
    )
    return db.session.scalars(found.order_by(*order)).all()


def by_year(statements: Sequence[AnnualStatement]) -> dict[int, list[AnnualStatement]]:
    years: dict[int, list[AnnualStatement]] = {}
    for each in statements:
        years.setdefault(each.year, []).append(each)
    return years


def newer_than(statement: AnnualStatement) -> AnnualStatement | None:
    """The one that holds now, when this one was replaced."""
    if statement.replaced_at is None:
        return None
    key = statement.payer_id, statement.child_id
    return published_of(statement.year, *key).get(key)


def has_statements(person_id: UUID) -> bool:
    return db.session.scalar(sa.select(sa.exists().where(AnnualStatement.payer_id == person_id))) is True


def accounts_of(person_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The accounts of these persons, by person."""
    found = sa.select(Account.person_id, Account.id).where(Account.person_id.in_(person_ids))
    return {row.person_id: row.id for row in db.session.execute(found)}


# Publishing many


def last_run(year: int) -> StatementRun | None:
    """What was asked last for this year."""
    found = sa.select(StatementRun).where(StatementRun.year == year).order_by(StatementRun.created_at.desc())
    return db.session.scalars(found.limit(1)).one_or_none()


def is_work(now: datetime) -> sa.ColumnElement[bool]:
    """What is asked, and what a worker left lying."""
    left = sa.and_(StatementRun.state == "busy", StatementRun.lease_until < now)
    return sa.or_(StatementRun.state == "waiting", left)


def has_work(now: datetime) -> bool:
    return db.session.execute(sa.select(StatementRun.id).where(is_work(now)).limit(1)).scalar() is not None


def first_to_do(now: datetime) -> StatementRun | None:
    """The one that waits longest, of any organisation; no other worker takes it meanwhile."""
    waiting = sa.select(StatementRun).where(is_work(now)).order_by(StatementRun.updated_at, StatementRun.id).limit(1)
    return db.session.scalars(waiting.with_for_update(skip_locked=True)).one_or_none()


# The number of a child


def bsn_of(child_id: UUID) -> Bsn | None:
    return db.session.scalars(sa.select(Bsn).where(Bsn.child_id == child_id)).one_or_none()


def panel_of(child: Child) -> tuple[str, dict[str, Any]]:
    """What the office sees of it on the page of a child."""
    return "statements/_bsn.html", {"bsn": bsn_of(child.id)}
