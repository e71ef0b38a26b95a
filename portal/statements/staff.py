"""The office publishes annual statements, and keeps the number of a child."""

from collections import Counter

from flask import Blueprint, current_app, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal.auth.find import confirm_first
from portal.changes.queries import home_on
from portal.children.find import find_child_here
from portal.db import db, writing
from portal.errors import Refused
from portal.fields import sought
from portal.organisations.rules import CARE_NAMES
from portal.people.queries import PAGE
from portal.statements import actions, find, forms, queries, rules
from portal.text import _, getal

bp = doors.staff(Blueprint("office_statements", __name__, url_prefix="/beheer/jaaropgaven"), "statements.make")
numbers = doors.staff(Blueprint("office_bsn", __name__, url_prefix="/beheer/kinderen"), "bsn.change")


@bp.get("")
def overview():
    years = queries.years()
    year, state, words = find.asked_year(years), request.args.get("toon", ""), sought()
    rows, run = queries.rows_of(year), queries.last_run(year)
    wanted = [row for row in rows if rules.is_wanted(row.facts, row.state, state, words)]
    after = next((place for place, row in enumerate(wanted, start=1) if _key(row) == request.args.get("na")), 0)
    shown, kept = wanted[after : after + PAGE], {"jaar": year, "zoek": words or None, "toon": state or None}
    last = _key(shown[-1]) if after + PAGE < len(wanted) else ""
    return render_template(
        "statements/overview.html", year=year, rows=shown, total=len(rows), words=words, states=rules.STATES,
        kept=kept, years=[(url_for(".overview", jaar=each), each, each == year) for each in years],
        choices=list(_choices(rows, kept)), run=run, form=forms.RunForm(), is_over=rules.is_over(year, clock.today()),
        ready=len(actions.to_do(rows, without_bsn=False)), all_ready=len(actions.to_do(rows, without_bsn=True)),
        older=url_for(".overview", **kept, na=last) if last else "",
        newest=url_for(".overview", **kept) if after else "",
    )  # fmt: skip


def _choices(rows, kept):
    """What the list can show, with how many there are of it."""
    counts = Counter(row.state for row in rows)
    counts["bsn"] = sum(not row.facts.bsn_version for row in rows)
    yield url_for(".overview", **{**kept, "toon": None}), f"{_('Alle')} ({getal(len(rows))})", not kept["toon"]
    for state, label in {**rules.STATES, "bsn": _("Zonder BSN")}.items():
        if counts[state] or kept["toon"] == state:
            address = url_for(".overview", **{**kept, "toon": state})
            yield address, f"{label} ({getal(counts[state])})", kept["toon"] == state


def _key(row):
    return f"{row.facts.payer_id.hex}_{row.facts.child_id.hex}"


@bp.post("/<int:year>/klaarzetten")
def publish_all(year):
    here = url_for(".overview", jaar=year)
    if first := confirm_first(here):
        return first
    without_bsn = forms.RunForm().without_bsn.data
    if answers.allowed(lambda: actions.ask_run(year, without_bsn, current_user.account)):
        db.session.commit()
    return answers.redirect(here)


@bp.get("/<int:year>/<uuid:payer_id>/<uuid:child_id>")
def office_statement(year, payer_id, child_id):
    row = find.find_row(year, payer_id, child_id)
    problem = rules.problem_of(row.facts, is_correction=row.published is not None)
    return render_template(
        "statements/office_statement.html", row=row, facts=row.facts, states=rules.STATES, care=CARE_NAMES,
        why_not=rules.why_not(problem) if problem else "", is_over=rules.is_over(year, clock.today()),
        differences=rules.differences(row.facts, row.published) if row.published else [],
        versions=queries.versions_of(year, payer_id, child_id),
        has_address=home_on(payer_id, clock.today()) is not None,
    )  # fmt: skip


@bp.post("/<int:year>/<uuid:payer_id>/<uuid:child_id>/klaarzetten")
def publish(year, payer_id, child_id):
    row, here = (
        find.find_row(year, payer_id, child_id),
        url_for(".office_statement", year=year, payer_id=payer_id, child_id=child_id),
    )
    if first := confirm_first(here):
        return first
    try:
        _published(row)
    except Refused as refusal:
        flash(str(refusal), "error")
    else:
        flash(_("De jaaropgave staat klaar. De betaler krijgt een e-mail."), "success")
    return answers.redirect(here)


def _published(row):
    """Nothing is held in the database while it is drawn and kept."""
    by = current_user.account.id
    ready = actions.prepare(row, g.organisation)
    db.session.rollback()
    drawn = actions.draw(ready, clock.now())
    try:
        with writing():
            actions.publish(drawn, by)
            actions.tell([row.facts.payer_id], current_app.config["MAIL_PER_MINUTE"])
            db.session.commit()
    except BaseException:
        actions.take_back([drawn])
        raise


# The number of a child


@numbers.route("/<uuid:child_id>/bsn", methods=["GET", "POST"])
def bsn(child_id):
    form = forms.BsnForm()
    child = find_child_here(child_id, held=form.is_submitted())
    if form.validate_on_submit():
        actions.keep_bsn(child, rules.bsn(form.number.data), by=current_user.account)
        db.session.commit()
        flash(_("Het BSN is bewaard. Wij laten alleen de laatste vier cijfers zien."), "success")
        return answers.redirect(url_for("office_children.child", child_id=child_id))
    return answers.form_page("statements/bsn.html", form, child=child, known=queries.bsn_of(child_id))


@numbers.post("/<uuid:child_id>/bsn/weghalen")
def remove_bsn(child_id):
    actions.keep_bsn(find_child_here(child_id, held=True), "", by=current_user.account)
    db.session.commit()
    flash(_("Het BSN is weggehaald."), "success")
    return answers.redirect(url_for("office_children.child", child_id=child_id))
