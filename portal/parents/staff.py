"""Parents for the office: looking (`see`), changing (`change`), credentials, and who comes in (`access`)."""

from dataclasses import asdict

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from portal import answers, clock, doors
from portal.audit.actions import record
from portal.auth.find import as_id, confirm_first
from portal.auth.queries import live_sessions
from portal.bounces.actions import trust_address as trust
from portal.children.find import shielded
from portal.children.rules import ROLE_NAMES
from portal.db import db, writing
from portal.delivery.queries import mails_of
from portal.delivery.words import told
from portal.errors import Refused
from portal.fields import sought
from portal.parents import actions, find, forms, queries
from portal.roles import may
from portal.text import _, ngettext

see = doors.staff(Blueprint("office_parents", __name__, url_prefix="/beheer/ouders"), "parents.see")
change = doors.staff(Blueprint("office_parents_change", __name__, url_prefix="/beheer/ouders"), "parents.change")
credentials = doors.staff(Blueprint("office_credentials", __name__, url_prefix="/beheer/ouders"), "parents.credentials")
access = doors.staff(Blueprint("office_access", __name__, url_prefix="/beheer/ouders"), "accounts.block")


@see.get("")
def parents():
    words, state = sought(), request.args.get("toon", "")
    state = state if state in queries.STATES else ""
    rows, last = queries.parents_page(words, state, as_id(request.args.get("na")), shielded())
    kept = {"zoek": words or None, "toon": state or None}
    return render_template(
        "parents/parents.html", rows=rows, words=words, state=state, kept=kept,
        older=url_for(".parents", **kept, na=last) if last else "",
        newest=url_for(".parents", **kept) if request.args.get("na") else "",
    )  # fmt: skip


@see.get("/<uuid:account_id>")
def parent(account_id):
    find.find_parent(account_id)
    _remember_look(account_id)
    account, today, now = find.find_parent(account_id), clock.today(), clock.now()
    mails = mails_of(account) if may(current_user.role, "mail.see") else []
    return render_template(
        "parents/parent.html", account=account, today=today, links=queries.guardianships_of(account.person_id),
        blocks={block.child_id: block for block in queries.blocks_of(account.person_id, today)},
        devices=len(live_sessions(account.id)), roles=ROLE_NAMES, mails=[told(mail, account, now) for mail in mails],
        panels=[panel(account) for panel in queries.PANELS],
    )  # fmt: skip


def _remember_look(account_id):
    """This parent can see later who of the office looked at this page (security.md, G6)."""
    by = current_user.account.id
    with writing():
        record("parent_seen", account_id, by=by)
        db.session.commit()


@change.route("/<uuid:account_id>/wijzigen", methods=["GET", "POST"])
def change_parent(account_id):
    account = find.find_parent(account_id, held=request.method == "POST")
    now = asdict(actions.name_of(account))
    form = forms.NameForm(data=now)
    if request.method == "GET" and not g.get("stale_form"):
        form.watch(now)
    if form.validate_on_submit() and not form.is_overtaken(now):
        actions.change_parent(account, form.name, by=current_user.account)
        db.session.commit()
        flash(_("De wijziging is bewaard."), "success")
        return answers.redirect(url_for("office_parents.parent", account_id=account_id))
    return answers.form_page("parents/change_parent.html", form, account=account)


@change.route("/<uuid:account_id>/adres", methods=["GET", "POST"])
def change_address(account_id):
    account = find.find_parent(account_id, held=request.method == "POST")
    form = forms.AddressForm()
    if first := confirm_first(url_for(".change_address", account_id=account_id), form):
        return first
    if form.validate_on_submit():
        someone_elses = form.was_someone_elses.data
        try:
            actions.change_address(account, form.email.data, by=current_user.account, was_someone_elses=someone_elses)
        except Refused as refusal:
            form.email.errors = [str(refusal)]
        except IntegrityError:
            db.session.rollback()
            form.email.errors = [_("Een collega gaf dit adres net aan iemand anders.")]
        else:
            db.session.commit()
            flash(_("Het adres is gewijzigd. Het oude en het nieuwe adres krijgen een e-mail."), "success")
            return answers.redirect(url_for("office_parents.parent", account_id=account_id))
    return answers.form_page("parents/change_address.html", form, account=find.find_parent(account_id))


@change.post("/<uuid:account_id>/adres-is-goed")
def trust_address(account_id):
    account = find.find_parent(account_id, held=True)
    trust(account, by=current_user.account)
    db.session.commit()
    flash(_("Er gaat weer e-mail naar %(email)s.", email=account.email), "success")
    return answers.redirect(url_for("office_parents.parent", account_id=account_id))


@credentials.post("/<uuid:account_id>/inloggegevens")
def send_credentials(account_id):
    return _done(
        account_id, actions.send_credentials, lambda account, _sent: _(
            "Er gaat een e-mail met inloggegevens naar %(email)s.", email=account.email
        ),
    )  # fmt: skip


@access.post("/<uuid:account_id>/uitloggen")
def end_sessions(account_id):
    return _done(
        account_id, actions.end_sessions, lambda account, ended: ngettext(
            "Deze ouder is uitgelogd op %(num)s apparaat.", "Deze ouder is uitgelogd op %(num)s apparaten.", ended
        ),
    )  # fmt: skip


@access.post("/<uuid:account_id>/blokkeren")
def block_account(account_id):
    return _done(account_id, actions.block_account, lambda *_given: _("Deze ouder kan niet meer inloggen."))


@access.post("/<uuid:account_id>/deblokkeren")
def unblock_account(account_id):
    return _done(account_id, actions.unblock_account, lambda *_given: _("Deze ouder kan weer inloggen."))


def _done(account_id, action, words):
    """One press of a button on the page of a parent."""
    account, here = find.find_parent(account_id, held=True), url_for("office_parents.parent", account_id=account_id)
    if first := confirm_first(here):
        return first
    try:
        result = action(account, by=current_user.account)
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
    else:
        db.session.commit()
        flash(words(account, result), "success")
    return answers.redirect(here)
