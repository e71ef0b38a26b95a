"""Photos of a group: sent by who works there, looked through, named, withdrawn."""

from uuid import UUID

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal import db as database
from portal.audit.actions import look
from portal.children.queries import children_of_group
from portal.db import db, writing
from portal.errors import Refused
from portal.files.rules import clean_name
from portal.photos import actions, find, forms, queries, rules
from portal.text import _, lazy_gettext, ngettext

_NOBODY_ON = lazy_gettext("Er staat nog geen kind op: ouders zien ze niet.")

bp = doors.staff(Blueprint("group_photos", __name__, url_prefix="/beheer"), "diary.write")


@bp.route("/groepen/<uuid:group_id>/fotos", methods=["GET", "POST"])
def photos(group_id):
    """Each photo is taken in by itself: one that is refused keeps back no other."""
    group = find.find_group(group_id)
    form = forms.PhotosForm(children_of_group(group.id))
    if form.validate_on_submit():
        children, by = [UUID(each) for each in form.children.data], current_user.account.id
        taken, refused = _take_in(form.photo.data, group, by, form.caption.data or "", children)
        if taken and answers.is_htmx() and not refused:  # photos.js, that sends them one by one
            ((photo, said),) = _shown([queries.photo(taken[-1])], group)
            return answers.fragment("photos/_photo.html", to="", photo=photo, said=said)
        if taken:
            arrived = ngettext("%(num)s foto is aangekomen.", "%(num)s foto's zijn aangekomen.", len(taken))
            flash(arrived if children else f"{arrived} {_NOBODY_ON}", "success")
        if not refused:
            return answers.redirect(url_for(".photos", group_id=group.id))
        form.photo.errors = refused
    look("group_photos_seen", current_user.account.id, object_type="group", object_id=group.id)
    shown = _shown(queries.photos_of_group(group.id), group)
    return answers.form_page("photos/photos.html", form, group=group, photos=shown, heaviest=rules.MOST_BYTES)


@bp.get("/groepen/<uuid:group_id>/fotos/stand")
def stand(group_id):
    """How far the photos are that were sent last; a page asks it by itself."""
    group = find.find_group(group_id)
    shown = _shown(queries.photos_of_group(group.id), group)
    return render_template("photos/_sent_photos.html", group=group, photos=shown)


def _shown(photos, group):
    """Each of these photos with what stands below it."""
    on = queries.children_on([photo.id for photo in photos])
    names = {child.id: child.person.full_name for child in children_of_group(group.id)}
    return [(photo, _said(photo, on, names)) for photo in photos]


def _take_in(sent, group, by, caption, child_ids):
    """The ids of what was taken in, and the sentences about the rest. Nothing is held in the database while a
    photo is read and kept."""
    taken, refused = [], []
    for file in sent:
        try:
            with writing():
                is_allowed = actions.count_photo(by)
                db.session.commit()
            if not is_allowed:
                return taken, [
                    *refused,
                    _("U heeft dit uur heel veel foto's gestuurd. Probeer het over een uur opnieuw."),
                ]
            received = actions.receive(file.stream.read(rules.MOST_BYTES + 1))
            with writing():
                photo_id = actions.take_in(received, group, by, file.filename or "", caption, child_ids).id
                db.session.commit()
            taken.append(photo_id)
        except Refused as refusal:
            refused.append(f"{clean_name(file.filename or '')}: {refusal}" if len(sent) > 1 else str(refusal))
    database.read_only()
    return taken, refused


def _said(photo, on, names):
    """What stands below a photo: why it is not there, or who is on it."""
    if photo.status == "new":
        return _("Wordt klaargemaakt …")
    if photo.status == "refused":
        return rules.why_not(photo.problem)
    return ", ".join(sorted(names[child_id] for child_id in on[photo.id] if child_id in names)) or _("Niemand gekozen")


@bp.route("/fotos/<uuid:photo_id>", methods=["GET", "POST"])
def change_photo(photo_id):
    photo = find.find_photo(photo_id, held=request.method == "POST")
    on = queries.children_on([photo.id])[photo.id]
    now = {"caption": photo.caption, "children": [str(each) for each in on]}
    form = forms.PhotoForm(children_of_group(photo.group_id, on), data=now)
    if request.method == "GET" and not g.get("stale_form"):
        form.watch(now)
    if form.validate_on_submit() and not form.is_overtaken(now):
        try:
            actions.tag(photo, [UUID(each) for each in form.children.data], current_user.account.id)
            actions.set_caption(photo, form.caption.data or "")
        except Refused as refusal:
            db.session.rollback()
            form.children.errors = [str(refusal)]
        else:
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(url_for(".photos", group_id=photo.group_id))
    return answers.form_page("photos/photo.html", form, photo=photo, problem=rules.why_not(photo.problem))


@bp.post("/fotos/<uuid:photo_id>/intrekken")
def withdraw(photo_id):
    photo = find.find_photo(photo_id, held=True)
    actions.withdraw(photo, current_user.account.id)
    db.session.commit()
    flash(_("De foto is weg. Niemand ziet hem meer."), "success")
    return answers.redirect(url_for(".photos", group_id=photo.group_id))


@bp.get("/fotos/<uuid:photo_id>/<size>")
def photo(photo_id, size):
    sight = find.find_sight_here(photo_id, size)
    if size != "klein":  # forty of those are a look at the photos of the group
        actions.opened_by_staff(photo_id, sight.child_ids, current_user.account.id)
    return find.answer(sight)
