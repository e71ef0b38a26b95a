"""A statement is drawn, compared once more with the invoices, and published; and the number of a child is kept."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa

from portal import clock, keys
from portal.audit.actions import record
from portal.auth.models import Account
from portal.changes.queries import address_of, home_on
from portal.changes.rules import address_line
from portal.children.models import Child
from portal.db import changed, db, scope
from portal.documents import actions as documents
from portal.documents.actions import Received
from portal.errors import Refused
from portal.files import actions as files
from portal.imports.queries import wait_for_other_import
from portal.organisations.models import Organisation
from portal.statements import mails, queries, rules
from portal.statements.models import PURPOSE, AnnualStatement, Bsn, StatementRun
from portal.statements.queries import Row
from portal.statements.rules import Facts, Personal, Sender
from portal.text import _

LEASE = timedelta(minutes=3)
MOST_TRIES = 3


class Ready(NamedTuple):
    """All that a PDF needs, so that it is drawn outside of a transaction."""

    facts: Facts
    version: int
    personal: Personal
    sender: Sender


class Drawn(NamedTuple):
    """A statement whose PDF is kept. Without a row it is taken away again (files.actions.sweep)."""

    facts: Facts
    version: int
    title: str
    received: Received


def prepare(row: Row, organisation: Organisation) -> Ready:
    """What will be drawn. Only reads. Raises Refused: it cannot be made."""
    facts = row.facts
    if problem := rules.problem_of(facts, is_correction=row.published is not None):
        raise Refused(rules.why_not(problem))
    if not rules.is_over(facts.year, clock.today()):
        raise Refused(_("Het jaar %(year)s is nog niet voorbij.", year=facts.year))
    sender = Sender(
        organisation.name, organisation.email, organisation.phone, organisation.colour, organisation.language
    )
    address = address_line(address_of(home_on(facts.payer_id, clock.today())))
    return Ready(facts, row.version + 1, Personal(_number_of(facts), address), sender)


def draw(ready: Ready, moment: datetime) -> Drawn:
    """Make the PDF and keep it. Not in an open transaction, for it takes a while. Raises Refused: there is no room."""
    from portal.statements import sheet  # fpdf takes a second to load, and few processes ever draw

    drawn = sheet.draw(*ready, moment)
    return Drawn(ready.facts, ready.version, drawn.title, documents.receive(drawn.content, f"{drawn.title}.pdf"))


def _number_of(facts: Facts) -> str:
    """The number of the child that the facts mean. Raises Refused: it is another one by now, or its key is lost."""
    if not facts.bsn_version:
        return ""
    found = queries.bsn_of(facts.child_id)
    if found is None or found.version != facts.bsn_version:
        raise Refused(_overtaken())
    if not found.number:
        raise Refused(_("Wij kunnen het BSN van dit kind niet meer lezen. Vul het opnieuw in."))
    return found.number


def publish(drawn: Drawn, by: UUID | None) -> AnnualStatement:
    """From here on the payer has this statement, and the one before says that it was replaced.

    No import goes on meanwhile. Each line is added up once more: what differs from the PDF is not published (F6).
    """
    wait_for_other_import()
    facts = drawn.facts
    key = facts.year, facts.payer_id, facts.child_id
    before = queries.published_of(*key).get((facts.payer_id, facts.child_id))
    is_same_sum = rules.summed(queries.counted_lines(*key)) == facts.sums
    if queries.facts_of(*key) != [facts] or not is_same_sum or drawn.version != (before.version + 1 if before else 1):
        raise Refused(_overtaken())
    if before and rules.is_same(facts, before.facts):
        raise Refused(_("Deze jaaropgave staat al klaar."))
    document = documents.add(
        drawn.received, rules.STATEMENT, drawn.title, "financial", by, person_id=facts.payer_id, shows_bsn=True
    )
    made = AnnualStatement(
        id=uuid4(), organisation_id=scope(), year=facts.year, payer_id=facts.payer_id, child_id=facts.child_id,
        version=drawn.version, payer_name=facts.payer_name, child_name=facts.child_name, child_born=facts.child_born,
        bsn_version=facts.bsn_version, lines=[list(each) for each in facts.sums], document=document, published_by=by,
    )  # fmt: skip
    if before:
        before.replaced_at = clock.now()
        documents.replace(before.document, document, by)
    db.session.add(made)
    db.session.flush()
    return made


def tell(payer_ids: Iterable[UUID], per_minute: int) -> None:
    """One mail for each of these payers."""
    accounts = queries.accounts_of(list(payer_ids))
    mails.ready(accounts.values(), per_minute)


def take_back(drawn: Iterable[Drawn]) -> None:
    """These were not published: their PDFs go."""
    files.take_back([each.received.key for each in drawn])


def _overtaken() -> str:
    return _("Er is intussen iets veranderd. Kijk het na en druk nog een keer op de knop.")


# Many at once


def ask_run(year: int, without_bsn: bool, by: Account) -> StatementRun:
    """Publish all of this year that can be. Asked twice it is done once."""
    wait_for_other_import()
    run = queries.last_run(year)
    if run is not None and run.is_going:
        return run
    rows = queries.rows_of(year) if rules.is_over(year, clock.today()) else []
    total = len(to_do(rows, without_bsn))
    if not total and to_do(rows, without_bsn=True):
        raise Refused(_("Van deze kinderen weten wij het BSN niet. Vul het in, of zet het vinkje."))
    if not total:
        raise Refused(_("Er is niets klaar te zetten."))
    run = StatementRun(
        id=uuid4(), organisation_id=scope(), year=year, account_id=by.id, without_bsn=without_bsn, total=total
    )
    db.session.add(run)
    record("statements_published", None, by=by.id, detail=f"{year}: {total}")
    db.session.flush()
    return run


def to_do(rows: Sequence[Row], without_bsn: bool, after: str = "") -> list[Row]:
    """What can be published, payer by payer in the order of their ids."""
    found = [row for row in rows if row.state in ("new", "changed") and (row.facts.bsn_version or without_bsn)]
    return sorted(
        (row for row in found if row.facts.payer_id.hex > after),
        key=lambda row: (row.facts.payer_id.hex, row.key[1].hex),
    )


class Claim(NamedTuple):
    """What one worker holds for a while."""

    run_id: UUID
    organisation_id: UUID
    year: int
    without_bsn: bool
    last_payer: str
    by: UUID
    owner: str


def claim(owner: str) -> Claim | None:
    """Take the one that waits longest. One that stood still too often fails instead."""
    now = clock.now()
    run = queries.first_to_do(now)
    if run is None:
        return None
    if run.tries >= MOST_TRIES:
        run.state, run.owner, run.lease_until = "failed", "", None
        return None
    run.state, run.owner, run.lease_until, run.tries = "busy", owner, now + LEASE, run.tries + 1
    db.session.flush()
    return Claim(run.id, run.organisation_id, run.year, run.without_bsn, run.last_payer, run.account_id, owner)


def note_payer(claimed: Claim, payer_id: UUID, done: int) -> bool:
    """This payer is done, with so many statements. False when this worker no longer holds it."""
    return _held(
        claimed, done=StatementRun.done + done, last_payer=payer_id.hex, lease_until=clock.now() + LEASE, tries=0
    )


def let_go(claimed: Claim, state: str) -> None:
    """Its turn is over, and it waits for the next one; or it is done."""
    _held(claimed, state=state, owner="", lease_until=None, updated_at=clock.now())


def _held(claimed: Claim, **values: object) -> bool:
    mine = sa.update(StatementRun).where(
        StatementRun.id == claimed.run_id, StatementRun.owner == claimed.owner, StatementRun.state == "busy"
    )
    return changed(mine.values(**values)) == 1


# The number of a child


def keep_bsn(child: Child, number: str, by: Account) -> None:
    """This is the number of this child, which is held; "" takes it away. It stands in no log: only that it changed."""
    found = queries.bsn_of(child.id)
    if number == (found.number if found else ""):
        return
    kept = keys.encrypt(PURPOSE, number) if number else ""
    if found is None:
        db.session.add(Bsn(organisation_id=scope(), child_id=child.id, kept=kept))
    else:
        found.kept, found.version = kept, found.version + 1
    record("bsn_changed", None, by=by.id, child_id=child.id)
    db.session.flush()


# What is over (portal.retention)


def forget_number(child_id: UUID) -> int:
    return changed(sa.delete(Bsn).where(Bsn.child_id == child_id))


def forget_before(first_day: date, most: int, held: Any) -> int:
    """Statements of years before this day, but not of children that are held, with their PDFs; how many."""
    old = sa.select(AnnualStatement.id, AnnualStatement.document_id).where(
        AnnualStatement.year < first_day.year, AnnualStatement.child_id.not_in(held)
    )
    found = db.session.execute(old.order_by(AnnualStatement.year, AnnualStatement.id).limit(most)).all()
    changed(sa.delete(AnnualStatement).where(AnnualStatement.id.in_([row.id for row in found])))
    documents.forget([row.document_id for row in found])
    return len(found)
