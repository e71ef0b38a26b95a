"""Documents for who is logged in: each of them is asked anew, by session, and by who may open it now."""

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal.auth.find import confirm_url, is_confirmed
from portal.db import db, writing
from portal.documents import actions, find, queries

bp = doors.parents(Blueprint("documents", __name__))


@bp.get("/papieren")
def papers():
    return render_template("documents/papers.html", children=queries.by_child(current_user.account.person_id))


@bp.get("/documenten/<uuid:document_id>")
def document(document_id):
    found = find.find_document(document_id)
    if found.document.shows_bsn and not is_confirmed():
        return answers.redirect(confirm_url(url_for(".document", document_id=document_id)))
    response = find.answer(found.document)
    if request.method == "GET":
        by = current_user.account.id
        with writing():
            actions.note_seen(found.document, by, found.as_parent)
            db.session.commit()
    return response


@bp.get("/documenten/<uuid:document_id>/openen")
def landing(document_id):
    """Where one comes from a mail, or after logging in: a file by itself would leave the page of before standing."""
    found = find.find_document(document_id)
    return render_template("documents/landing.html", document=found.document, as_parent=found.as_parent)
