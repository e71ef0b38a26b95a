"""The page where a manager gives the organisation its face: settings with a preview, and the logo."""

from flask import Blueprint, Response, abort, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, doors
from portal import db as database
from portal.auth.find import confirm_first
from portal.db import db
from portal.errors import Refused
from portal.face import actions, forms, queries, rules
from portal.files import actions as files
from portal.files.find import answer, find_draft
from portal.organisations.actions import WrongSetting, checked
from portal.organisations.rules import COLOUR
from portal.pages import Logo, shown_logo, too_many
from portal.text import _

bp = doors.staff(Blueprint("face", __name__, url_prefix="/beheer/organisatie"), "organisation.change")


@bp.route("", methods=["GET", "POST"])
def organisation():
    form = _settings_form()
    if first := confirm_first(url_for(".organisation"), form):
        return first
    if request.method == "GET" and not g.get("stale_form"):
        form.show(queries.settings_of(g.organisation))
        form.seen.data = rules.seen(queries.settings_of(g.organisation))
    if form.validate_on_submit():
        try:
            changes = actions.change_settings(
                g.organisation.id, form.seen.data or "", form.typed(), by=current_user.account
            )
        except actions.ChangedMeanwhile as refusal:
            db.session.rollback()
            _tell_of_the_other(form, refusal)
        except WrongSetting as refusal:
            db.session.rollback()
            form[refusal.setting].errors = [str(refusal)]
        else:
            db.session.commit()
            flash(_("De wijziging is bewaard.") if changes else _("Er was niets gewijzigd."), "success")
            return answers.redirect(url_for(".organisation"))
    return answers.form_page("face/organisation.html", form, is_preview=False, **_shown(form))


@bp.post("/voorbeeld")
def preview():
    """The login page with what is typed now. Nothing is kept."""
    form = _settings_form()
    shown = _shown(form)
    if answers.is_htmx():
        return answers.fragment("face/_preview.html", to=url_for(".organisation"), **shown)
    return render_template("face/organisation.html", form=form, is_preview=True, **shown)


@bp.post("/kleur")
def check_colour():
    return answers.fragment("face/_legible.html", to=url_for(".organisation"), **_shown(_settings_form()))


@bp.get("/kleur/<colour>.css")
def sample(colour):
    if not COLOUR.fullmatch("#" + colour):
        abort(404)
    response = Response(rules.stylesheet("#" + colour), mimetype="text/css")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _settings_form():
    return forms.OrganisationForm(queries.settings_of(g.organisation))


def _tell_of_the_other(form, refusal):
    form.form_errors.append(str(refusal))
    for name in refusal.merged.clashing:
        form[name].errors = [_("Iemand anders maakte hiervan: %(value)s", value=refusal.now[name])]
    form.show(refusal.merged.values)
    form.seen.data = rules.seen(refusal.now)


def _shown(form):
    """What the preview shows: what is typed, and where that cannot be, what stands there now."""
    values, problems = queries.settings_of(g.organisation), {}
    for name, value in form.typed().items():
        try:
            values[name] = checked(name, value)
        except WrongSetting as refusal:
            problems[name] = str(refusal)
    return {
        "shown": values, "legible": rules.legible(values["colour"]), "colour_problem": problems.get("colour", ""),
        "shown_logo": shown_logo(g.organisation),
    }  # fmt: skip


# The logo: sent, looked at, and only then used


@bp.route("/logo", methods=["GET", "POST"])
def logo():
    form = forms.LogoForm()
    if request.method == "GET" and not g.get("stale_form") and (first := confirm_first(url_for(".logo"))):
        return first
    if form.validate_on_submit():
        if first := confirm_first(url_for(".logo")):
            return first
        try:
            files.count_upload(current_user.account.id)
        except Refused:
            raise too_many(retry_after=3600) from None
        database.end_reading()
        try:
            picture = files.opened_logo(form.logo.data.stream)
            row = files.keep("logo", form.logo.data.filename, picture)
        except Refused as refusal:
            db.session.rollback()
            form.logo.errors = [str(refusal)]
        else:
            db.session.commit()
            return answers.redirect(url_for(".try_logo", file_id=row.id))
    return answers.form_page("face/logo.html", form)


@bp.route("/logo/<uuid:file_id>", methods=["GET", "POST"])
def try_logo(file_id):
    file = find_draft("logo", file_id)
    form = forms.UseLogoForm(data={"says_name": file.width > 2 * file.height})
    if form.validate_on_submit():
        if first := confirm_first(url_for(".try_logo", file_id=file.id)):
            return first
        actions.use_logo(g.organisation.id, file, form.says_name.data, by=current_user.account)
        db.session.commit()
        flash(_("Het logo staat nu op elke bladzijde."), "success")
        return answers.redirect(url_for(".organisation"))
    url = url_for(".draft", file_id=file.id)
    settings = queries.settings_of(g.organisation)
    return answers.form_page(
        "face/try_logo.html", form, file=file, shown=settings, legible=rules.legible(settings["colour"]),
        with_name=Logo.sized(url, file.width, file.height, False), alone=Logo.sized(url, file.width, file.height, True),
    )  # fmt: skip


@bp.get("/logo/<uuid:file_id>/plaatje")
def draft(file_id):
    return answer(find_draft("logo", file_id))


@bp.post("/logo/weg")
def remove_logo():
    if first := confirm_first(url_for(".logo")):
        return first
    if actions.remove_logo(g.organisation.id, by=current_user.account):
        db.session.commit()
        flash(_("Het logo is weg. In plaats daarvan staat nu de eerste letter van de naam."), "success")
    return answers.redirect(url_for(".logo"))
