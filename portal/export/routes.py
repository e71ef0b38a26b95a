"""A parent takes along everything about a child: asks for it, sees how far it is, and fetches it."""

from datetime import timedelta

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors, pages
from portal.auth.find import confirm_first
from portal.children.find import find_child
from portal.children.queries import children_of
from portal.db import db, writing
from portal.export import actions, find, queries

bp = doors.parents(Blueprint("takeout", __name__, url_prefix="/meenemen"))


@bp.get("")
def children():
    mine = children_of(current_user.account.person_id)
    if len(mine) == 1:
        return answers.redirect(url_for(".child", child_id=mine[0].id))
    return render_template("export/children.html", children=mine)


@bp.get("/<uuid:child_id>")
def child(child_id):
    found = find_child(child_id)
    export = queries.export_of(current_user.account.id, found.id)
    now = clock.now()
    state = export.state if export else "new"
    if state == "ready" and not export.is_ready(now):
        state = "gone"
    if state == "ready" and not find.is_still_true(export):
        state = "changed"
    is_waiting = state == "waiting"
    return render_template(
        "export/child.html", child=found, export=export, state=state,
        is_behind=is_waiting and queries.is_behind(export), is_away=is_waiting and export.due_at > now,
        is_late=is_waiting and export.asked_at < now - SLOW and export.tries == 0,
    )  # fmt: skip


SLOW = timedelta(minutes=1)  # after which the page says that a worker should have begun


@bp.post("/<uuid:child_id>")
def ask(child_id):
    found = find_child(child_id)
    here = url_for(".child", child_id=found.id)
    if first := confirm_first(here):
        return first
    if answers.allowed(lambda: actions.ask(current_user.account, found)):
        db.session.commit()
    return answers.redirect(here)


@bp.get("/<uuid:child_id>/bestand")
def download(child_id):
    """Each time, and each piece of it, is asked anew: session, guardianship, consent of whom is in it."""
    found = find_child(child_id)
    export = find.find_ready(found)
    kept = find.find_kept(export)
    if not find.may_fetch(export):
        return confirm_first(url_for(".child", child_id=found.id))
    session, account_id, is_rest = current_user.session, export.account_id, find.goes_on(export)
    if request.method == "GET":
        with writing():
            is_allowed = actions.count_fetch(account_id)
            if is_allowed and not is_rest:
                actions.begin_fetching(find.find_ready(found), session)
            db.session.commit()
        if not is_allowed:
            raise pages.too_many(retry_after=3600)
    return find.answer(export, kept)
