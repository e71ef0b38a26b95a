"""What an import came to, and the parents as a file."""

from flask import Blueprint, Response, flash, render_template, request, stream_with_context, url_for
from flask_login import current_user

from portal import answers, clock, doors, pages
from portal.audit.actions import record
from portal.auth.find import confirm_first
from portal.children.find import shielded
from portal.db import db
from portal.imports import actions, find, queries, rules
from portal.text import _
from portal.throttle.rules import masked

bp = doors.staff(Blueprint("imports", __name__, url_prefix="/beheer/import/gedaan"), "imports.do")
exports = doors.staff(Blueprint("exports", __name__, url_prefix="/beheer/export"), "parents.see")


@bp.get("/<uuid:import_id>")
def result(import_id):
    done = find.find_past_import(import_id)
    return render_template(queries.RESULTS[done.kind], done=done)


@bp.post("/<uuid:import_id>/nagekeken")
def settle(import_id):
    done = find.find_past_import(import_id)
    actions.settle(done, current_user.account.id)
    db.session.commit()
    flash(_("U heeft de twijfels nagekeken. Ze staan niet meer op de lijst."), "success")
    return answers.redirect(url_for(".result", import_id=done.id))


@exports.route("", methods=["GET", "POST"])
def export():
    if request.method == "POST":
        return confirm_first(url_for(".export")) or _file()
    return render_template("imports/export.html", left_out=queries.parents_without_child())


def _file():
    """Read at once and sent slowly, so that a slow line holds nothing in the database."""
    account = current_user.account
    if not actions.count_export(account.id):
        raise pages.too_many(retry_after=3600)
    rows = queries.rows_to_export(shielded())
    record(
        "parents_downloaded", None, by=account.id, detail=f"{len(rows)} rows", object_type="export",
        address=masked(request.remote_addr or ""),
    )  # fmt: skip
    db.session.commit()
    response = Response(stream_with_context(rules.csv_lines(rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="ouders-{clock.today()}.csv"'
    return response
