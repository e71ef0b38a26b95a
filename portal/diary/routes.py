"""What a parent reads of the days of the own children."""

from datetime import timedelta

from flask import Blueprint, abort, render_template, request, url_for
from flask_login import current_user

from portal import clock, doors
from portal import db as database
from portal.audit.actions import look
from portal.children.find import find_child
from portal.children.queries import children_of
from portal.db import db, writing
from portal.diary import actions, find, queries, rules
from portal.photos.actions import opened_by_parent

bp = doors.parents(Blueprint("diary", __name__, url_prefix="/dagboek"))


@bp.get("")
def days():
    return _page(children_of(current_user.account.person_id), None)


@bp.get("/<uuid:child_id>")
def child_days(child_id):
    find_child(child_id)
    children = children_of(current_user.account.person_id)
    return _page(children, next(child for child in children if child.id == child_id))


@bp.get("/foto/<uuid:photo_id>")
def picture(photo_id):
    account_id, person_id = current_user.account.id, current_user.account.person_id
    children = {child.id: child.given_name for child in children_of(person_id)}
    found = queries.picture_of(person_id, list(children), photo_id) or abort(404)
    newer, older = queries.next_to(person_id, list(children), found)
    names = rules.in_a_row([name for child_id, name in children.items() if child_id in found.child_ids])
    opened_by_parent(photo_id, account_id)
    return render_template("diary/picture.html", picture=found, names=names, newer=newer, older=older)


def _page(children, child):
    account_id, person_id = current_user.account.id, current_user.account.person_id
    read, until = [child] if child else children, find.asked_until(request.args.get("tot", ""))
    shown, older = queries.days_of(person_id, read, until)
    endpoint, kept = (".child_days", {"child_id": child.id}) if child else (".days", {})
    page = render_template(
        "diary/days.html", children=children, child=child, many=len(read) > 1, days=shown,
        until=until, today=clock.today(), here=url_for(endpoint, **kept), is_back="tot" in request.args,
        older=url_for(endpoint, **kept, tot=older - timedelta(days=1)) if older else "",
        new=sum(story.is_new for day in shown for _names, story in day.stories),
    )  # fmt: skip
    if shown:
        for each in read:
            look("days_seen", account_id, each.id)
        database.end_reading()  # what was read stays known, such as who is logged in
        with writing():
            actions.visited(person_id)
            db.session.commit()
    return page
