"""The diary on the tablet of a group: stories, the rhythm in two taps, and putting right what was wrong."""

from datetime import timedelta

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from portal import answers, clock, doors
from portal.audit.actions import look
from portal.children.find import find_child_here, seen_groups
from portal.consent.queries import consented
from portal.consent.rules import GROUP_NAME
from portal.db import db, writing
from portal.diary import actions, find, forms, queries, rules
from portal.errors import Refused
from portal.files.rules import clean_name
from portal.photos import actions as photos
from portal.photos.rules import MOST_BYTES
from portal.text import _

bp = doors.staff(Blueprint("office_diary", __name__, url_prefix="/beheer/dagboek"), "diary.write")


@bp.get("")
def groups():
    found, _only = seen_groups()
    if len(found) == 1:
        return answers.redirect(url_for(".board", group_id=found[0].id))
    return render_template("diary/groups.html", groups=found)


# Stories


@bp.route("/<uuid:group_id>", methods=["GET", "POST"])
def board(group_id):
    group, day = find.find_group(group_id), find.asked_day(request.args.get("dag", ""))
    look("group_days_seen", current_user.account.id, object_type="group", object_id=group_id)
    children = queries.children_on(group_id, day)
    form = forms.StoryForm(children)
    if form.validate_on_submit() and _written(form, group, day):
        return answers.redirect(url_for(".board", group_id=group_id, dag=day))
    may_name = consented([child.id for child in children], GROUP_NAME)
    rhythm = queries.rhythm_on([child.id for child in children], day)
    return answers.form_page(
        "diary/board.html", form, group=group, day=day, today=clock.today(), children=children, rhythm=rhythm,
        said={child_id: [rules.said(row.rhythm) for row in rows] for child_id, rows in rhythm.items()},
        unnamed=rules.in_a_row([child.person.full_name for child in children if child.id not in may_name]),
        entries=queries.entries_on(group_id, day), title=rules.day_words(day, clock.today()),
        has_choice=len(seen_groups()[0]) > 1, days=_near(day), heaviest=MOST_BYTES,
    )  # fmt: skip


def _near(day):
    """The day before and the day after, when anything can be written about them."""
    near = [day + timedelta(days=step) for step in (-1, 1)]
    return [each if not rules.day_problem(each, clock.today()) else None for each in near]


def _written(form, group, day):
    by, children = current_user.account, form.chosen
    try:
        entry = actions.write_entry(form.entry_id, group.id, day, form.body.data, children, by=by)
        if form.is_published:
            actions.publish(entry, by=by)
    except (Refused, IntegrityError) as refusal:
        db.session.rollback()
        form.children.errors = [str(refusal) if isinstance(refusal, Refused) else _("Druk nog een keer op de knop.")]
        return False
    db.session.commit()
    words = _("Het verhaal staat bij de ouders.") if form.is_published else _("Het concept is bewaard.")
    flash(words, "success")
    refused = {}
    for name, reason in _sent_photos(form.photos.data, group, by.id, [child.id for child in children]):
        refused.setdefault(reason, []).append(name)
    for reason, names in refused.items():  # it travels in a cookie, and a browser drops one that is too long
        flash(f"{', '.join(names[:3])}{' …' if len(names) > 3 else ''}: {reason}", "error")
    return True


def _sent_photos(sent, group, by, child_ids):
    """Name and reason of photos that are refused. Each is taken in by itself, after the story that they belong to."""
    for file in sent:
        try:
            with writing():
                is_allowed = photos.count_photo(by)
                db.session.commit()
            if not is_allowed:
                raise Refused(_("U heeft dit uur heel veel foto's gestuurd. Probeer het over een uur opnieuw."))
            received = photos.receive(file.stream.read(MOST_BYTES + 1))
            with writing():
                photos.take_in(received, group, by, file.filename or "", "", child_ids)
                db.session.commit()
        except Refused as refusal:
            yield clean_name(file.filename or "")[:40], str(refusal)


@bp.route("/verhaal/<uuid:entry_id>", methods=["GET", "POST"])
def entry(entry_id):
    found = find.find_entry(entry_id, held=request.method == "POST")
    children = [*queries.children_on(found.group_id, found.day)]
    children += [tag.child for tag in found.tags if tag.child_id not in {child.id for child in children}]
    form = forms.StoryForm(children)
    if request.method == "GET" and not g.get("stale_form"):
        form.body.data, form.version.data = found.body, found.version
        form.children.data = [str(tag.child_id) for tag in found.tags]
    if form.validate_on_submit():
        words = form.body.data, form.chosen
        if answers.allowed(lambda: actions.correct_entry(found, form.seen, *words, by=current_user.account), form):
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(url_for(".board", group_id=found.group_id, dag=found.day))
        found = find.find_entry(entry_id)
        form.version.data = found.version
    return answers.form_page(
        "diary/entry.html", form, entry=found, title=rules.day_words(found.day, clock.today()),
        versions=queries.versions_of(entry_id), names={str(child.id): child.person.full_name for child in children},
    )  # fmt: skip


@bp.post("/verhaal/<uuid:entry_id>/publiceren")
def publish(entry_id):
    found = find.find_entry(entry_id, held=True)
    _flashed(lambda: actions.publish(found, by=current_user.account), _("Het verhaal staat bij de ouders."))
    return answers.redirect(url_for(".board", group_id=found.group_id, dag=found.day))


@bp.post("/verhaal/<uuid:entry_id>/intrekken")
def withdraw(entry_id):
    found = find.find_entry(entry_id, held=True)
    _flashed(lambda: actions.withdraw(found, by=current_user.account), _("Het verhaal is weg. Ouders zien het niet."))
    return answers.redirect(url_for(".board", group_id=found.group_id, dag=found.day))


# The rhythm of one child


@bp.route("/kind/<uuid:child_id>", methods=["GET", "POST"])
def child(child_id):
    found, day = find_child_here(child_id), find.asked_day(request.args.get("dag", ""))
    form = forms.RhythmForm(day)
    if form.validate_on_submit() and answers.allowed(
        lambda: actions.note_rhythm(found, form.rhythm, by=current_user.account), form
    ):
        db.session.commit()
        return _back_to_board(found, day, form.rhythm)
    rows = queries.rhythm_on([child_id], day)[child_id]
    return answers.form_page(
        "diary/child.html", form, child=found, day=day, is_today=day == clock.today(), quick=forms.QuickForm(),
        title=rules.day_words(day, clock.today()), rows=[(row, rules.said(row.rhythm)) for row in rows],
        asleep=next((row for row in rows if row.kind == "sleep" and row.until is None), None),
        kinds=rules.KIND_NAMES, buttons=rules.QUICK, choices=rules.CHOICE_NAMES,
    )  # fmt: skip


@bp.post("/kind/<uuid:child_id>/knop")
def press(child_id):
    found, form = find_child_here(child_id), forms.QuickForm()
    if not form.validate():
        flash(_("Kies een van de mogelijkheden."), "error")
        return answers.redirect(url_for(".child", child_id=child_id))
    said = form.rhythm
    if not answers.allowed(lambda: actions.note_rhythm(found, said, by=current_user.account)):
        return answers.redirect(url_for(".child", child_id=child_id))
    db.session.commit()
    return _back_to_board(found, clock.today(), said)


@bp.post("/ritme/<uuid:rhythm_id>/wakker")
def wake(rhythm_id):
    row, found = find.find_rhythm(rhythm_id)
    actions.wake(row, by=current_user.account)
    db.session.commit()
    return _back_to_board(found, row.day, row.rhythm)


def _back_to_board(child, day, said):
    time, words = rules.said(said)
    flash(_("%(name)s: %(time)s %(words)s.", name=child.person.full_name, time=time, words=words), "success")
    anchor = f"rhythm-{child.id}"
    return answers.redirect(url_for(".board", group_id=child.group_id, dag=day, _anchor=anchor))


@bp.route("/ritme/<uuid:rhythm_id>", methods=["GET", "POST"])
def rhythm(rhythm_id):
    row, found = find.find_rhythm(rhythm_id)
    form = forms.RhythmForm.of(row)
    if form.validate_on_submit() and answers.allowed(
        lambda: actions.correct_rhythm(row, form.rhythm, by=current_user.account), form
    ):
        db.session.commit()
        return _back_to_board(found, row.day, form.rhythm)
    row, found = find.find_rhythm(rhythm_id)
    return answers.form_page(
        "diary/rhythm.html", form, row=row, child=found, title=rules.day_words(row.day, clock.today())
    )


@bp.post("/ritme/<uuid:rhythm_id>/weg")
def withdraw_rhythm(rhythm_id):
    row, found = find.find_rhythm(rhythm_id)
    _flashed(
        lambda: actions.withdraw_rhythm(row, by=current_user.account), _("Die regel is weg. Ouders zien hem niet.")
    )
    return answers.redirect(url_for(".child", child_id=found.id, dag=row.day))


def _flashed(action, words):
    if answers.allowed(action):
        db.session.commit()
        flash(words, "success")
