"""News as the office and the groups write it: a draft, a look at it as parents see it, and then to the parents."""

from flask import Blueprint, abort, flash, g, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from portal import answers, clock, doors
from portal.auth.find import as_id
from portal.db import db, writing
from portal.errors import Refused
from portal.files.actions import count_upload, put
from portal.files.rules import clean_name
from portal.messages import actions, find, forms, queries, rules
from portal.messages.routes import handed_out
from portal.text import _

bp = doors.staff(Blueprint("office_news", __name__, url_prefix="/beheer/nieuws"), "news.write")


@bp.get("")
def items():
    state = request.args.get("toon", "")
    state = state if state in rules.STATES else ""
    last = find.asked_last(request.args.get("na", ""))
    lines, more = queries.office_page(state, find.own_groups(), last)
    return render_template(
        "messages/office_items.html", lines=lines, state=state, now=clock.now(), may_write=bool(find.choices_here()),
        newest=url_for(".items", toon=state or None) if last else "",
        older=url_for(".items", toon=state or None, na=more) if more else "",
    )  # fmt: skip


@bp.route("/nieuw", methods=["GET", "POST"])
def write():
    form = forms.NewsForm(find.choices_here())
    if form.validate_on_submit() and form.chosen:
        try:
            item = actions.write(form.item_id, form.chosen, form.words, by=current_user.account)
        except IntegrityError:  # the same press of the button a second time, at this very moment
            db.session.rollback()
            form.form_errors.append(_("Druk nog een keer op de knop."))
        else:
            item = find.find_living(item.id)
            db.session.commit()
            flash(_("Het concept is bewaard. Kijk het na, en publiceer het daarna."), "success")
            return answers.redirect(url_for(".item", item_id=item.id))
    return answers.form_page("messages/write.html", form, item=None, here=url_for(".write"))


@bp.route("/<uuid:item_id>/wijzigen", methods=["GET", "POST"])
def change(item_id):
    found = find.find_living(item_id, held=request.method == "POST")
    is_read = found.state(clock.now()) == "published"
    form = forms.NewsForm.of(found, [] if is_read else find.choices_here())
    if form.validate_on_submit():
        words = form.seen, form.chosen, form.words
        if answers.allowed(lambda: actions.change(found, *words, by=current_user.account), form):
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(url_for(".item", item_id=item_id))
        found = find.find_living(item_id)
        form.version.data = found.version
    return answers.form_page("messages/write.html", form, item=found, here=url_for(".change", item_id=item_id))


@bp.route("/<uuid:item_id>", methods=["GET", "POST"])
def item(item_id):
    """The message as parents see it, and what can be done with it. What is posted here is a later moment."""
    found, form = find.find_item(item_id, held=request.method == "POST"), forms.PlanForm()
    if request.method == "GET" and not g.get("stale_form"):
        _propose(form, found)
    if form.validate_on_submit() and answers.allowed(
        lambda: actions.plan(found, form.day.data, form.at, by=current_user.account), form
    ):
        db.session.commit()
        flash(_("Het bericht is gepland."), "success")
        return answers.redirect(url_for(".item", item_id=item_id))
    return _page(item_id, form, plan=form, attach=forms.FilesForm())


def _page(item_id, form, plan, attach):
    """The page of a message; `form` is the one that was sent, if any."""
    found = find.find_item(item_id)
    return answers.form_page(
        "messages/office_item.html", form, plan=plan, attach=attach, item=found, place=queries.place_of(found),
        state=found.state(clock.now()), files=queries.files_of([item_id])[item_id],
        versions=queries.versions_of(item_id), reach=queries.reach_of(found),
    )  # fmt: skip


def _propose(form, item):
    """The moment it has, or seven o'clock tomorrow."""
    if item.publish_at:
        moment = clock.local(item.publish_at)
        form.day.data, form.time.data = moment.date(), f"{moment:%H:%M}"
    else:
        form.day.data, form.time.data = rules.tomorrow(clock.today()), "07:00"


@bp.post("/<uuid:item_id>/publiceren")
def publish(item_id):
    found = find.find_living(item_id, held=True)
    return _flashed(lambda: actions.publish(found, by=current_user.account), found, _("Ouders lezen het bericht nu."))


@bp.post("/<uuid:item_id>/concept")
def unplan(item_id):
    found = find.find_living(item_id, held=True)
    return _flashed(lambda: actions.unplan(found), found, _("Het bericht is weer een concept."))


@bp.post("/<uuid:item_id>/intrekken")
def withdraw(item_id):
    found = find.find_living(item_id, held=True)
    words = _("Het bericht is ingetrokken. Ouders zien het niet.")
    return _flashed(lambda: actions.withdraw(found, by=current_user.account), found, words)


@bp.get("/<uuid:item_id>/gelezen")
def receipts(item_id):
    """Who said to have read it, and who did not."""
    found, state = find.find_item(item_id), request.args.get("toon", "")
    if not found.asks_receipt:
        abort(404)
    state, last = state if state in ("read", "not") else "", as_id(request.args.get("na"))
    rows, more = queries.receipts_page(found, state, last)
    return render_template(
        "messages/receipts.html", item=found, rows=rows, state=state, reach=None if last else queries.reach_of(found),
        newest=url_for(".receipts", item_id=item_id, toon=state or None) if last else "",
        older=url_for(".receipts", item_id=item_id, toon=state or None, na=more) if more else "",
    )  # fmt: skip


# What goes with it


@bp.post("/<uuid:item_id>/bijlagen")
def attach(item_id):
    find.find_living(item_id)
    form, plan, by = forms.FilesForm(), forms.PlanForm(), current_user.account
    if form.validate_on_submit():
        form.files.errors = [f"{name}: {reason}" for name, reason in _refused(item_id, form.files.data, by)]
        if not form.files.errors:
            flash(_("De bijlagen staan erbij."), "success")
            return answers.redirect(url_for(".item", item_id=item_id))
    _propose(plan, find.find_living(item_id))
    return _page(item_id, form, plan, attach=form)


def _refused(item_id, sent, by):
    """Name and reason of files that are refused. Each is taken in by itself."""
    for file in sent:
        try:
            with writing():
                count_upload(by.id)
                db.session.commit()
            picture = actions.opened_file(file.stream.read(rules.MOST_BYTES + 1))
            key = put(picture.content)
            with writing():
                actions.attach(find.find_living(item_id, held=True), file.filename or "", key, picture, by)
                db.session.commit()
        except Refused as refusal:
            yield clean_name(file.filename or "")[:40], str(refusal)


@bp.get("/<uuid:item_id>/bijlagen/<uuid:file_id>")
def attachment(item_id, file_id):
    return handed_out(find.find_file(find.find_item(item_id), file_id))


@bp.post("/<uuid:item_id>/bijlagen/<uuid:file_id>/weg")
def detach(item_id, file_id):
    found = find.find_living(item_id, held=True)
    actions.detach(found, find.find_file(found, file_id), by=current_user.account)
    db.session.commit()
    flash(_("De bijlage is weg."), "success")
    return answers.redirect(url_for(".item", item_id=item_id))


def _flashed(action, item, words):
    item_id = item.id
    if answers.allowed(action):
        db.session.commit()
        flash(words, "success")
    return answers.redirect(url_for(".item", item_id=item_id))
