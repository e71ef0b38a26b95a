"""The access log for a manager: with filters, as a file, and who saw or downloaded one thing."""

import csv
import io

from flask import Blueprint, Response, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal.audit.actions import record
from portal.auth.find import confirm_first
from portal.db import db
from portal.logbook import find, forms, queries, rules, words
from portal.sheets import harmless
from portal.text import _
from portal.throttle.rules import masked

bp = doors.staff(Blueprint("logbook", __name__, url_prefix="/beheer/logboek"), "log.see")


@bp.get("")
def overview():
    form = forms.LogForm()
    wanted = find.find_filter(form)
    entries, more = [], None
    if wanted is not None:
        entries, more = queries.lines(wanted, find.find_key(request.args.get("na", "")))
    return render_template(
        "logbook/overview.html",
        form=form, entries=find.without_secrets(entries), rules=rules, detail_words=words.detail_words,
        asked=_asked(form), older=_older(form, more),
        newest=url_for(".overview", **_asked(form)) if "na" in request.args else "", most=queries.MOST_EXPORTED,
    ), 200 if wanted is not None else 422  # fmt: skip


def _asked(form):
    """The filled in fields, for the address of another page."""
    return {field.name: field.raw_data[0] for field in form if field.raw_data and field.raw_data[0]}


def _older(form, more):
    return url_for(".overview", na=find.written(more), **_asked(form)) if more else ""


@bp.post("/bestand")
def download():
    form = forms.LogForm()
    here = url_for(".overview", **_asked(form))
    if first := confirm_first(here):
        return first
    wanted = find.find_filter(form)
    if wanted is None:
        return answers.redirect(here)
    entries, more = queries.lines(wanted, most=queries.MOST_EXPORTED)
    record(
        "log_downloaded", None, by=current_user.account.id, detail=f"{len(entries)} rows", object_type="export",
        address=masked(request.remote_addr or ""),
    )  # fmt: skip
    db.session.commit()
    response = Response(_csv(find.without_secrets(entries), bool(more)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="logboek-{clock.today()}.csv"'
    return response


def _csv(entries, is_cut):
    """As Excel opens it here: semicolons, and a mark that it is UTF-8. No cell is a formula."""
    file = io.StringIO()
    file.write("\ufeff")
    rows = csv.writer(file, delimiter=";")
    rows.writerow(
        [_("moment"), _("wie"), _("rol"), _("wat"), _("bijzonderheden"), _("over"), _("kind"), _("gelukt"),
         _("netwerk"), _("soort"), _("nummer"), _("kenmerk")]
    )  # fmt: skip
    for entry in entries:
        rows.writerow([harmless(value) for value in _cells(entry)])
    if is_cut:
        rows.writerow([_("Er is meer. Kies een kortere tijd.")])
    return file.getvalue()


def _cells(entry):
    yield clock.local(entry.at).strftime("%Y-%m-%d %H:%M:%S")
    yield entry.actor.name if entry.actor else ""
    yield rules.role_words(entry.actor.role) if entry.actor else ""
    yield rules.sentence(entry.action)
    yield words.detail_words(entry.action, entry.detail)
    yield entry.account.name if entry.account else ""
    yield entry.child or entry.group
    yield _("ja") if entry.result == "ok" else _("nee")
    yield entry.address
    yield entry.object_type
    yield str(entry.object_id or "")
    yield entry.reference


# Who saw or downloaded one thing


@bp.get("/wie-zag")
def who_saw():
    form = forms.WhoForm()
    if not request.args:
        form.van.data, form.tot.data = find.default_days()
        return render_template("logbook/who_saw.html", form=form, things=[], looks=None, could=[], rules=rules)
    is_right = form.validate() and find.is_in_order(form)
    things = queries.things_named(form.over.data) if is_right else []
    if is_right and not things:
        form.over.errors = [_("Wij vinden niemand die zo heet.")]
    looks, could = None, []
    if len(things) == 1:
        since, until = find.moments(form.van.data, form.tot.data)
        looks = queries.who_saw(things[0], since, until)
        could = queries.who_could(things[0].id, form.van.data, form.tot.data) if things[0].is_child else []
    status = 422 if form.errors else 200
    page = "logbook/who_saw.html"
    return render_template(page, form=form, things=things, looks=looks, could=could, rules=rules), status
