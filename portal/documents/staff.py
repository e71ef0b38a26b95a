"""Papers of a child for the office: added, withdrawn, and who opened them."""

from flask import Blueprint, flash, render_template, url_for
from flask_login import current_user

from portal import answers, doors
from portal import db as database
from portal.children.find import find_child_here
from portal.db import db, writing
from portal.documents import actions, find, forms, queries, rules
from portal.errors import Refused
from portal.roles import may
from portal.text import _

bp = doors.staff(Blueprint("office_papers", __name__, url_prefix="/beheer/kinderen"), "papers.change")


@bp.route("/<uuid:child_id>/papieren/nieuw", methods=["GET", "POST"])
def add_paper(child_id):
    child, form = find_child_here(child_id), forms.PaperForm(data={"audience": "daily"})
    if form.validate_on_submit():
        try:
            title = _kept(child_id, form)
        except Refused as refusal:
            form.file.errors = [str(refusal)]
        else:
            flash(_("%(title)s staat klaar voor de ouders.", title=title), "success")
            return answers.redirect(url_for("office_children.child", child_id=child_id))
        child = find_child_here(child_id)
    return answers.form_page("documents/add_paper.html", form, child=child)


def _kept(child_id, form):
    """Nothing is held in the database while the file is read and kept."""
    by = current_user.account.id
    with writing():
        actions.count_document(by)
        db.session.commit()
    sent = form.file.data
    received = actions.receive(sent.stream.read(rules.MOST_BYTES + 1), sent.filename or "")
    with writing():
        child = find_child_here(child_id, held=True)
        added = actions.add_paper(
            received, child, form.title.data.strip(), form.audience.data, by, form.shows_bsn.data
        )  # fmt: skip
        title = added.title
        db.session.commit()
    database.read_only()
    return title


@bp.get("/<uuid:child_id>/papieren/<uuid:document_id>")
def paper(child_id, document_id):
    child, document = find.find_paper(child_id, document_id)
    openings = queries.openings_of(document_id) if may(current_user.role, "log.see") else None
    return render_template(
        "documents/paper.html", child=child, document=document, audiences=rules.AUDIENCES,
        who=queries.who_may(document), openings=openings,
    )  # fmt: skip


@bp.post("/<uuid:child_id>/papieren/<uuid:document_id>/intrekken")
def withdraw(child_id, document_id):
    _child, document = find.find_paper(child_id, document_id, held=True)
    actions.withdraw(document, current_user.account.id)
    db.session.commit()
    flash(_("%(title)s is ingetrokken. Niemand kan het nog openen.", title=document.title), "success")
    return answers.redirect(url_for("office_children.child", child_id=child_id))
