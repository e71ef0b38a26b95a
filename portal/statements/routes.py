"""Annual statements for who pays."""

from flask import Blueprint, render_template
from flask_login import current_user

from portal import doors
from portal.organisations.rules import CARE_NAMES
from portal.statements import find, queries, rules

bp = doors.parents(Blueprint("statements", __name__))


@bp.get("/jaaropgaven")
def statements():
    found = queries.statements_of(current_user.account.person_id)
    return render_template("statements/statements.html", years=queries.by_year(found))


@bp.get("/jaaropgaven/<uuid:statement_id>")
def statement(statement_id):
    found = find.find_statement(statement_id)
    number = queries.bsn_of(found.child_id)
    return render_template(
        "statements/statement.html", statement=found, facts=found.facts, care=CARE_NAMES, rules=rules,
        masked=number.masked if number and number.version == found.bsn_version else "",
        newer=queries.newer_than(found),
    )  # fmt: skip
