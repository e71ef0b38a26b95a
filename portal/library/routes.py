"""The library for parents, and the part of it that everyone may read without logging in."""

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal.documents import find as documents
from portal.fields import sought
from portal.library import find, queries
from portal.text import _

bp = doors.public(Blueprint("library", __name__, url_prefix="/bibliotheek"))


@bp.get("")
def library():
    """One address for all: who is not logged in finds there what is for everyone."""
    is_in, words = current_user.is_authenticated, sought()
    shown = find.asked(queries.items(is_public=not is_in), words)
    kept = {"zoek": words or None, "map": request.args.get("map")}
    return render_template(
        "library/library.html", shown=shown, words=words, folder=kept["map"], is_in=is_in,
        choices=find.folder_choices(shown, ".library", words, _("Overig")),
        older=url_for(".library", **kept, na=shown.last) if shown.last else "",
        newest=url_for(".library", **kept) if "na" in request.args else "",
    )  # fmt: skip


@bp.get("/<uuid:library_item_id>")
def document(library_item_id):
    """The version of now, at an address that stays the same. What is not for everyone is asked where documents are."""
    everyones = None if current_user.is_authenticated else queries.public_document(library_item_id)
    if everyones is not None:
        return documents.answer_to_stranger(everyones)
    document_id = queries.shown_document(library_item_id) or library_item_id
    return answers.redirect(url_for("documents.document", document_id=document_id))
