"""From what stands in an address to a statement, a year or a row this visitor may see; or a 404."""

from uuid import UUID

from flask import abort, request
from flask_login import current_user

from portal import clock
from portal.statements import queries
from portal.statements.models import AnnualStatement
from portal.statements.queries import Row


def find_statement(statement_id: UUID) -> AnnualStatement:
    """A statement for this visitor, or 404."""
    return queries.statement_of(current_user.account.person_id, statement_id) or abort(404)


def find_row(year: int, payer_id: UUID, child_id: UUID) -> Row:
    """What this payer has of this child in this year, for the office; or 404."""
    rows = queries.rows_of(year, payer_id, child_id) if 2000 <= year <= clock.today().year + 1 else []
    return rows[0] if rows else abort(404)


def asked_year(years: list[int]) -> int:
    """Of the years there are the one that is asked; else the one that was over last, or the newest."""
    last = clock.today().year - 1
    asked = next((year for year in years if str(year) == request.args.get("jaar")), None)
    return asked or (last if last in years or not years else years[0])
