"""News as parents read it."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal import db as database
from portal.db import db, writing
from portal.messages import actions, find, queries
from portal.text import _

bp = doors.parents(Blueprint("news", __name__, url_prefix="/nieuws"))


@bp.get("")
def items():
    last = find.asked_last(request.args.get("na", ""))
    lines, more = queries.news_page(current_user.account.person_id, find.own_audiences(), last)
    return render_template(
        "messages/items.html", lines=lines, newest=url_for(".items") if last else "",
        older=url_for(".items", na=more) if more else "",
    )  # fmt: skip


@bp.get("/<uuid:item_id>")
def item(item_id):
    found, person_id = find.find_news(item_id), current_user.account.person_id
    read = queries.read_by(person_id, item_id)
    page = render_template(
        "messages/item.html", item=found, place=queries.place_of(found), read=read,
        files=queries.files_of([item_id])[item_id],
    )  # fmt: skip
    if read is None:
        database.end_reading()
        with writing():
            actions.opened(item_id, person_id)
            db.session.commit()
    return page


@bp.post("/<uuid:item_id>/gelezen")
def confirm(item_id):
    found = find.find_news(item_id)
    read = actions.confirm(found, current_user.account.person_id)
    db.session.commit()
    if not answers.is_htmx():
        flash(_("Bedankt. Wij weten nu dat u dit las."), "success")
    return answers.fragment("messages/_receipt.html", to=url_for(".item", item_id=item_id), item=found, read=read)


@bp.get("/<uuid:item_id>/bijlage/<uuid:file_id>")
def attachment(item_id, file_id):
    return handed_out(find.find_file(find.find_news(item_id), file_id))


def handed_out(file):
    """What goes with a message, to who may have it; and that it was downloaded."""
    response, by = find.answer(file), current_user.account.id
    if request.method == "GET":
        database.end_reading()
        with writing():
            actions.note_downloaded(file, by)
            db.session.commit()
    return response
