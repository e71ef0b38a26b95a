"""The start page (`office`), `searching`, who works here (`people`), and taking a second step away (`resets`)."""

from uuid import UUID

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal.api.find import stopped_tokens
from portal.auth.actions import send_credentials
from portal.auth.find import confirm_first
from portal.changes.queries import number_waiting
from portal.children.find import seen_groups, shielded
from portal.contracts.queries import number_of_requests, number_that_wait
from portal.db import db
from portal.errors import Refused
from portal.factors import actions as factors
from portal.factors.find import find_reset
from portal.fields import sought
from portal.imports.queries import doubtful_imports
from portal.own.queries import number_of_corrections
from portal.postmaster.queries import number_wrong
from portal.roles import may
from portal.staff import actions, find, forms, queries
from portal.text import _

office = doors.staff(Blueprint("office", __name__, url_prefix="/beheer"), "office.open")
searching = doors.staff(Blueprint("office_search", __name__, url_prefix="/beheer/zoeken"), "children.see")
people = doors.staff(Blueprint("staff_people", __name__, url_prefix="/beheer/medewerkers"), "staff.change")
resets = doors.staff(Blueprint("factor_resets", __name__, url_prefix="/beheer/tweede-stap"), "factors.reset")


@office.get("")
def start():
    role, today = current_user.role, clock.today()
    states = ("unreached", "moved", "late") if may(role, "parents.see") else ()
    return render_template(
        "staff/start.html",
        parents={state: queries.parents_who_are(state) for state in states},
        alone=queries.children_alone(today) if states else None,
        late_mails=queries.late_mails(clock.now()) if may(role, "mail.see") else 0,
        mail_troubles=number_wrong() if may(role, "mail.see") else 0,
        blocks=queries.waiting_blocks(today) if may(role, "accounts.block") else [],
        resets=queries.open_resets() if may(role, "factors.reset") else [],
        corrections=number_of_corrections() if may(role, "parents.change") else 0,
        contracts=number_that_wait() if may(role, "contracts.change") else 0,
        requests=number_of_requests(shielded()) if may(role, "contracts.change") else 0,
        changes=number_waiting(shielded()) if may(role, "changes.decide") else 0,
        doubtful=doubtful_imports() if may(role, "imports.do") else [],
        stopped=stopped_tokens() if may(role, "tokens.change") else [],
    )


@searching.get("")
def search():
    words = sought()
    _groups, only = seen_groups()
    hits = queries.search(words, groups=only, with_parents=may(current_user.role, "parents.see"), hidden=shielded())
    return render_template("staff/search.html", words=words, hits=hits)


# Who works here


@people.get("", endpoint="people")
def list_people():
    return render_template(
        "staff/people.html", people=queries.people(), groups=queries.groups_per_account(), names=forms.ROLE_NAMES
    )


@people.route("/nieuw", methods=["GET", "POST"])
def invite():
    form = forms.InviteForm(queries.groups())
    if first := confirm_first(url_for(".invite"), form):
        return first
    if form.validate_on_submit():
        try:
            groups = [UUID(group) for group in form.groups.data or []]
            account = actions.invite(form.email.data, form.name.data, form.role.data, groups, by=current_user.account)
        except Refused as refusal:
            form.email.errors = [str(refusal)]
        else:
            db.session.commit()
            flash(_("Er gaat een e-mail naar %(email)s met een link om in te loggen.", email=account.email), "success")
            return answers.redirect(url_for(".people"))
    return answers.form_page("staff/invite.html", form)


@people.route("/<uuid:account_id>", methods=["GET", "POST"])
def person(account_id):
    account = find.find_colleague(account_id)
    here = url_for(".person", account_id=account.id)
    form = forms.RoleForm(queries.groups())
    if first := confirm_first(here, form):
        return first
    if request.method == "GET" and not g.get("stale_form"):
        form.role.data = account.role
        form.groups.data = [str(group_id) for group_id in queries.groups_of(account.id)]
    if form.validate_on_submit():
        try:
            groups = [UUID(group) for group in form.groups.data or []]
            actions.change_role(account, form.role.data, groups, by=current_user.account)
        except Refused as refusal:
            db.session.rollback()
            form.role.errors = [str(refusal)]
        else:
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(here)
    return answers.form_page("staff/person.html", form, account=account, names=forms.ROLE_NAMES)


@people.post("/<uuid:account_id>/inloggegevens")
def send_link(account_id):
    account = find.find_colleague(account_id)
    here = url_for(".person", account_id=account.id)
    if first := confirm_first(here):
        return first
    try:
        send_credentials(account, by=current_user.account)
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal))
    else:
        db.session.commit()
        flash(_("Er gaat een e-mail naar %(email)s met een link om in te loggen.", email=account.email), "success")
    return answers.redirect(here)


@people.post("/<uuid:account_id>/weg")
def dismiss(account_id):
    account = find.find_colleague(account_id)
    here = url_for(".person", account_id=account.id)
    if first := confirm_first(here):
        return first
    try:
        actions.dismiss(account, by=current_user.account)
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal))
        return answers.redirect(here)
    db.session.commit()
    flash(_("%(name)s werkt hier niet meer en kan niet meer in het beheer.", name=account.person.full_name), "success")
    return answers.redirect(url_for(".people"))


# Phone and codes lost: two people of the office


@resets.post("/vragen/<uuid:account_id>")
def ask(account_id):
    account = find.find_account(account_id)
    if first := confirm_first(url_for("office.start")):
        return first
    return _answered(lambda: factors.ask_reset(account, by=current_user.account),
                     _("Gevraagd. Een andere collega moet nu akkoord gaan, op de bladzijde Vandaag."))  # fmt: skip


@resets.post("/<uuid:reset_id>/akkoord")
def agree(reset_id):
    reset = find_reset(reset_id)
    if first := confirm_first(url_for("office.start")):
        return first
    return _answered(lambda: factors.agree_to_reset(reset, by=current_user.account),
                     _("Akkoord. Over een dag gaat de tweede stap weg. Er is een e-mail gestuurd."))  # fmt: skip


@resets.post("/<uuid:reset_id>/stoppen")
def stop(reset_id):
    reset = find_reset(reset_id)
    return _answered(lambda: factors.stop_reset(reset, "office", by=current_user.account),
                     _("Gestopt. De tweede stap blijft."))  # fmt: skip


def _answered(action, words):
    try:
        action()
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal))
    else:
        db.session.commit()
        flash(words, "success")
    return answers.redirect(url_for("office.start"))
