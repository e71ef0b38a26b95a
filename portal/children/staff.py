"""Children for the office: looking (`see`), changing (`change`), rights and courts."""

from flask import Blueprint, current_app, flash, g, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from portal import answers, clock, doors
from portal.audit.actions import record
from portal.auth.find import as_id, confirm_first
from portal.children import actions, find, forms, queries, rules
from portal.children.queries import ChildrenShown
from portal.children.rules import KnownAddress, KnownChild, LastParent
from portal.db import db, writing
from portal.errors import Refused
from portal.fields import sought
from portal.text import _

see = doors.staff(Blueprint("office_children", __name__, url_prefix="/beheer/kinderen"), "children.see")
change = doors.staff(Blueprint("office_children_change", __name__, url_prefix="/beheer/kinderen"), "children.change")
rights = doors.staff(Blueprint("office_rights", __name__, url_prefix="/beheer/kinderen"), "rights.change")
blocks = doors.staff(Blueprint("office_blocks", __name__, url_prefix="/beheer/kinderen"), "accounts.block")
STATES = ("", "alone", "left")


# Looking


@see.get("")
def children():
    groups, only = find.seen_groups()
    group = next((each for each in groups if str(each.id) == request.args.get("groep")), None)
    words, state = sought(), request.args.get("toon", "")
    state = state if state in STATES else ""
    shown = ChildrenShown([group.id] if group else only, words, state)
    rows, last = queries.children_page(shown, clock.today(), as_id(request.args.get("na")))
    kept = {"zoek": words or None, "groep": group.id if group else None, "toon": state or None}
    return render_template(
        "children/children.html", rows=rows, groups=groups, group=group, words=words, state=state, kept=kept,
        older=url_for(".children", **kept, na=last) if last else "",
        newest=url_for(".children", **kept) if request.args.get("na") else "",
    )  # fmt: skip


@see.get("/<uuid:child_id>")
def child(child_id):
    find.find_child_here(child_id)
    _remember_look(child_id)
    found = find.find_child_here(child_id)
    links, today = queries.guardianships_of(child_id), clock.today()
    said = [block for block in queries.blocks_of(child_id) if block.is_in_force(today) or block.is_waiting(today)]
    return render_template(
        "children/child.html", child=found, links=links, today=today, roles=rules.ROLE_NAMES,
        accounts=queries.accounts_of([link.person_id for link in links]),
        blocks={block.person_id: block for block in said}, hidden=find.shielded(),
        panels=[panel(found) for panel in queries.PANELS],
    )  # fmt: skip


def _remember_look(child_id):
    """Its parents can see later who of the office looked at the page of their child (security.md, G6)."""
    account_id = current_user.account.id
    with writing():
        record("child_seen", None, by=account_id, child_id=child_id)
        db.session.commit()


# Changing a child


@change.route("/nieuw", methods=["GET", "POST"])
def add_child():
    form = forms.NewChildForm(find.seen_groups()[0])
    first, second = forms.ParentForm(prefix="ouder1-"), forms.ParentForm(prefix="ouder2-")
    parents, known = [first] if second.is_blank else [first, second], None
    if form.is_submitted() and all([each.validate() for each in (form, *parents)]):  # noqa: C419 (all of them speak)
        try:
            added = actions.add_child(
                form.details, [each.details for each in parents], by=current_user.account,
                is_another=form.is_another.data, child_id=form.child_id,
            )  # fmt: skip
        except (Refused, IntegrityError) as refusal:
            db.session.rollback()
            known = _say(refusal, form, parents)
        else:
            db.session.commit()
            _tell_of(added)
            return answers.redirect(url_for("office_children.child", child_id=added.child.id))
    return answers.form_page("children/add_child.html", form, first=first, second=second, known=known)


def _say(refusal, form, parents):
    """Put a refusal where it belongs. What the page needs to ask about is given back."""
    if isinstance(refusal, IntegrityError):
        form.form_errors.append(_("Een collega bewaarde net hetzelfde. Kijk het na en bewaar nog een keer."))
    elif isinstance(refusal, KnownAddress):
        parent = next(each for each in parents if each.details.email_key == refusal.email_key)
        parent.email.errors = [*parent.email.errors, str(refusal)]
        parent.asks = True
    elif isinstance(refusal, KnownChild):
        form.form_errors.append(str(refusal))
        return refusal.child_id
    else:
        form.form_errors.append(str(refusal))
    return None


def _tell_of(added):
    name = added.child.person.given_name
    flash(_("%(name)s staat in het portaal.", name=name), "success")
    for parent in added.parents:
        if parent.is_new and parent.guardianship.can_see_daily:
            email = parent.account.email
            flash(_("Er gaat een e-mail met inloggegevens naar %(email)s.", email=email), "success")


@change.route("/<uuid:child_id>/wijzigen", methods=["GET", "POST"])
def change_child(child_id):
    found = find.find_child_here(child_id, held=request.method == "POST")
    now = forms.values_of_child(actions.details_of(found))
    form = forms.ChildForm(find.seen_groups()[0], data=now)
    if request.method == "GET" and not g.get("stale_form"):
        form.watch(now)
    if form.validate_on_submit() and not form.is_overtaken(now):
        try:
            actions.change_child(found, form.details, by=current_user.account)
        except (Refused, IntegrityError) as refusal:
            db.session.rollback()
            _say(refusal, form, [])
        else:
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(url_for("office_children.child", child_id=child_id))
    return answers.form_page("children/change_child.html", form, child=find.find_child_here(child_id))


@change.route("/<uuid:child_id>/vertrek", methods=["GET", "POST"])
def leave(child_id):
    found = find.find_child_here(child_id, held=request.method == "POST")
    form = forms.LeaveForm(data={"end_date": found.end_date})
    months = current_app.config["MONTHS_AFTER_LEAVING"]
    if form.validate_on_submit():
        try:
            actions.leave(found, form.end_date.data, by=current_user.account, months=months)
        except Refused as refusal:
            form.end_date.errors = [str(refusal)]
        else:
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(url_for("office_children.child", child_id=child_id))
    return answers.form_page("children/leave.html", form, child=found, months=months)


# What parents may


@rights.route("/<uuid:child_id>/ouders/nieuw", methods=["GET", "POST"])
def add_parent(child_id):
    found = find.find_child_here(child_id, held=request.method == "POST")
    form = forms.ParentForm()
    if first := confirm_first(url_for(".add_parent", child_id=child_id), form):
        return first
    if form.validate_on_submit():
        try:
            added = actions.add_guardianship(found, form.details, by=current_user.account)
        except (Refused, IntegrityError) as refusal:
            db.session.rollback()
            _say(refusal, form, [form])
        else:
            db.session.commit()
            flash(_("%(name)s is toegevoegd.", name=added.account.person.full_name), "success")
            return answers.redirect(url_for("office_children.child", child_id=child_id))
    return answers.form_page("children/add_parent.html", form, child=find.find_child_here(child_id))


@rights.route("/<uuid:child_id>/ouders/<uuid:person_id>", methods=["GET", "POST"])
def change_rights(child_id, person_id):
    found = find.find_child_here(child_id, held=request.method == "POST")
    link = find.find_guardianship(found, person_id)
    now = forms.values_of_rights(actions.rights_of(link), link.address_shielded)
    form = forms.RightsForm(data=now)
    if first := confirm_first(url_for(".change_rights", child_id=child_id, person_id=person_id), form):
        return first
    if request.method == "GET" and not g.get("stale_form"):
        form.watch(now)
    if form.validate_on_submit() and not form.is_overtaken(now) and (answer := _keep_rights(link, form)):
        return answer
    return answers.form_page("children/rights.html", form, child=found, link=link, meanings=rules.MEANINGS)


def _keep_rights(link, form):
    child_id, by = link.child_id, current_user.account
    try:
        actions.change_rights(link, form.details, by=by, even_if_last=form.even_if_last.data)
        actions.shield_address(link, form.address_shielded.data, by=by)
    except Refused as refusal:
        form.asks = isinstance(refusal, LastParent)
        form.form_errors.append(str(refusal))
        return None
    db.session.commit()
    flash(_("De rechten zijn bewaard. Ze gelden meteen."), "success")
    return answers.redirect(url_for("office_children.child", child_id=child_id))


@rights.route("/<uuid:child_id>/ouders/<uuid:person_id>/einde", methods=["GET", "POST"])
def end_parent(child_id, person_id):
    found = find.find_child_here(child_id, held=request.method == "POST")
    link = find.find_guardianship(found, person_id)
    form = forms.EndForm()
    if first := confirm_first(url_for(".end_parent", child_id=child_id, person_id=person_id), form):
        return first
    if form.validate_on_submit():
        by, even_if_last = current_user.account, form.even_if_last.data
        try:
            actions.end_guardianship(link, form.last_day.data, by=by, even_if_last=even_if_last)
        except Refused as refusal:
            form.asks = isinstance(refusal, LastParent)
            form.form_errors.append(str(refusal))
        else:
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(url_for("office_children.child", child_id=child_id))
    return answers.form_page("children/end_parent.html", form, child=found, link=link)


# What a court says


@blocks.route("/<uuid:child_id>/ouders/<uuid:person_id>/blokkade", methods=["GET", "POST"])
def ask_block(child_id, person_id):
    found = find.find_child_here(child_id, held=request.method == "POST")
    link = find.find_guardianship(found, person_id)
    form = forms.BlockForm()
    if first := confirm_first(url_for(".ask_block", child_id=child_id, person_id=person_id), form):
        return first
    if form.validate_on_submit():
        try:
            actions.ask_block(
                link, form.reason.data.strip(), form.document.data.strip(), form.ends_on.data, current_user.account,
                even_if_last=form.even_if_last.data,
            )  # fmt: skip
        except Refused as refusal:
            form.asks = isinstance(refusal, LastParent)
            form.form_errors.append(str(refusal))
        else:
            db.session.commit()
            flash(_("De blokkade is gevraagd. Zij geldt zodra een collega haar bevestigt."), "success")
            return answers.redirect(url_for("office_children.child", child_id=child_id))
    return answers.form_page("children/ask_block.html", form, child=found, link=link)


@blocks.post("/<uuid:child_id>/blokkades/<uuid:block_id>/bevestigen")
def confirm_block(child_id, block_id):
    return _decide(child_id, block_id, actions.confirm_block, _("De blokkade geldt nu."))


@blocks.post("/<uuid:child_id>/blokkades/<uuid:block_id>/opheffen")
def lift_block(child_id, block_id):
    return _decide(child_id, block_id, actions.lift_block, _("De blokkade is weg."))


def _decide(child_id, block_id, action, done):
    here = url_for("office_children.child", child_id=child_id)
    block = find.find_block(find.find_child_here(child_id), block_id)
    if first := confirm_first(here):
        return first
    try:
        action(block, current_user.account)
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
    else:
        db.session.commit()
        flash(done, "success")
    return answers.redirect(here)
