"""The library for the office: what stands there, in which order, for whom, and its versions."""

from flask import Blueprint, abort, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal import db as database
from portal.db import db, writing
from portal.documents import actions as documents
from portal.documents.queries import openings_of
from portal.documents.rules import MOST_BYTES
from portal.errors import Refused
from portal.fields import sought
from portal.library import actions, find, forms, queries
from portal.roles import may
from portal.text import _

bp = doors.staff(Blueprint("office_library", __name__, url_prefix="/beheer/bibliotheek"), "library.change")


@bp.get("")
def shelves():
    words = sought()
    shown = find.asked(queries.items(with_hidden=True), words)
    kept = {"zoek": words or None, "map": request.args.get("map")}
    return render_template(
        "library/shelves.html", shown=shown, words=words, folder=kept["map"], folders=queries.folders(),
        choices=find.folder_choices(shown, ".shelves", words, _("Geen map")),
        older=url_for(".shelves", **kept, na=shown.last) if shown.last else "",
        newest=url_for(".shelves", **kept) if "na" in request.args else "",
    )  # fmt: skip


@bp.route("/document", methods=["GET", "POST"])
def add_document():
    form = forms.DocumentForm(queries.folders(), data={"audience": "parents", "folder": request.args.get("map", "")})
    if form.validate_on_submit():
        words = form.words
        try:
            received = _received(form.file.data)
            with writing():
                actions.add_document(received, words, current_user.account.id)
                db.session.commit()
        except Refused as refusal:
            form.file.errors = [str(refusal)]
        else:
            return _done(_("%(title)s staat bij de documenten.", title=words.title), words.folder_id)
        database.read_only()
    return answers.form_page("library/add_document.html", form)


def _received(file):
    """Nothing is held in the database while the file is read and kept."""
    by = current_user.account.id
    with writing():
        documents.count_document(by)
        db.session.commit()
    return documents.receive(file.stream.read(MOST_BYTES + 1), file.filename or "")


def _done(said, folder_id):
    """Back to the list, at the folder it is about."""
    flash(said, "success")
    return answers.redirect(url_for(".shelves", map=folder_id or ""))


@bp.route("/link", methods=["GET", "POST"])
def add_link():
    form = forms.LinkForm(queries.folders(), data={"audience": "public", "folder": request.args.get("map", "")})
    if form.validate_on_submit():
        words = form.words
        if answers.allowed(lambda: actions.add_link(form.url.data.strip(), words, current_user.account.id), form):
            db.session.commit()
            return _done(_("%(title)s staat bij de documenten.", title=words.title), words.folder_id)
    return answers.form_page("library/add_link.html", form)


@bp.route("/<uuid:library_item_id>", methods=["GET", "POST"])
def item(library_item_id):
    found = find.find_item(library_item_id, held=request.method == "POST")
    now, is_link = forms.values_of(found), bool(found.url)
    form = (forms.ChangeLinkForm if is_link else forms.ChangeDocumentForm)(queries.folders(), data=now)
    if request.method == "GET" and not g.get("stale_form"):
        form.watch(now)
    if form.validate_on_submit() and not form.is_overtaken(now):
        words, url = form.words, form.url.data.strip() if is_link else ""
        if answers.allowed(lambda: actions.change(found, words, current_user.account.id, url), form):
            db.session.commit()
            return _done(_("De wijziging is bewaard."), words.folder_id)
        found = find.find_item(library_item_id)
    opened = openings_of(found.document_id) if found.document_id and may(current_user.role, "log.see") else None
    return answers.form_page(
        "library/item.html", form, item=found, versions=queries.versions_of(found), openings=opened
    )


@bp.route("/<uuid:library_item_id>/nieuwe-versie", methods=["GET", "POST"])
def replace(library_item_id):
    found, form = find.find_item(library_item_id), forms.VersionForm()
    if form.validate_on_submit():
        try:
            received = _received(form.file.data)
            with writing():
                found = find.find_item(library_item_id, held=True)
                actions.replace(found, received, current_user.account.id)
                title, folder_id = found.title, found.folder_id
                db.session.commit()
        except Refused as refusal:
            form.file.errors = [str(refusal)]
        else:
            return _done(_("De nieuwe versie van %(title)s staat er.", title=title), folder_id)
        database.read_only()
        found = find.find_item(library_item_id)
    return answers.form_page("library/replace.html", form, item=found)


@bp.post("/<uuid:library_item_id>/verplaatsen")
def move(library_item_id):
    found = find.find_item(library_item_id, held=True)
    actions.move(found, _steps())
    db.session.commit()
    return answers.redirect(url_for(".shelves", map=request.args.get("map"), _anchor=f"item-{library_item_id}"))


def _steps():
    """One up or one down."""
    return {"up": -1, "down": 1}.get(request.form.get("way", "")) or abort(422)


@bp.post("/<uuid:library_item_id>/weg")
def withdraw(library_item_id):
    found = find.find_item(library_item_id, held=True)
    title, folder_id = found.title, found.folder_id
    actions.withdraw(found, current_user.account.id)
    db.session.commit()
    return _done(_("%(title)s is weg. Niemand kan het nog openen.", title=title), folder_id)


# Folders


@bp.route("/mappen/nieuw", methods=["GET", "POST"])
def add_folder():
    form = forms.FolderForm()
    if form.validate_on_submit():
        name = form.name.data.strip()
        if answers.allowed(lambda: actions.add_folder(name, current_user.account.id), form):
            db.session.commit()
            flash(_("De map %(name)s is er.", name=name), "success")
            return answers.redirect(url_for(".shelves"))
    return answers.form_page("library/folder.html", form, folder=None, here=url_for(".add_folder"), is_empty=False)


@bp.route("/mappen/<uuid:folder_id>", methods=["GET", "POST"])
def folder(folder_id):
    found = find.find_folder(folder_id)
    form, here = forms.FolderForm(data={"name": found.name}), url_for(".folder", folder_id=folder_id)
    if form.validate_on_submit():
        name = form.name.data.strip()
        if answers.allowed(lambda: actions.rename_folder(found, name, current_user.account.id), form):
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(url_for(".shelves"))
        found = find.find_folder(folder_id)
    is_empty = not queries.items_in(folder_id)
    return answers.form_page("library/folder.html", form, folder=found, here=here, is_empty=is_empty)


@bp.post("/mappen/<uuid:folder_id>/verplaatsen")
def move_folder(folder_id):
    actions.move_folder(find.find_folder(folder_id), _steps())
    db.session.commit()
    return answers.redirect(url_for(".shelves"))


@bp.post("/mappen/<uuid:folder_id>/weg")
def end_folder(folder_id):
    found = find.find_folder(folder_id)
    if answers.allowed(lambda: actions.end_folder(found, current_user.account.id)):
        db.session.commit()
        flash(_("De map is weg."), "success")
    return answers.redirect(url_for(".shelves"))
