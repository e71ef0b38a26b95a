"""The office decides about changes (`bp`), and changes addresses (`homes`) and what is known of a
child (`care`), and reads the number of a bank account (`banks`)."""

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal.audit.actions import record
from portal.auth.find import confirm_first
from portal.changes import actions, find, forms, queries, rules
from portal.children.actions import leave_to_colleague
from portal.children.find import find_child_here, shielded
from portal.children.queries import account_of
from portal.db import db, writing
from portal.parents.find import find_parent
from portal.text import _

bp = doors.staff(Blueprint("office_changes", __name__, url_prefix="/beheer/wijzigingen"), "changes.decide")
homes = doors.staff(Blueprint("office_homes", __name__, url_prefix="/beheer/ouders"), "parents.change")
banks = doors.staff(Blueprint("office_banks", __name__, url_prefix="/beheer/ouders"), "iban.see")
care = doors.staff(Blueprint("office_care", __name__, url_prefix="/beheer/kinderen"), "children.change")


# The queue


@bp.get("")
def changes():
    today = clock.today()
    found = [(each, rules.days_waited(each.created_at, today)) for each in queries.changes_waiting(shielded())]
    return render_template("changes/changes.html", changes=found, kinds=rules.KIND_NAMES)


@bp.get("/<uuid:change_id>")
def change(change_id):
    return _page(find.find_change(change_id), forms.ApproveForm(), forms.RefuseForm())


@bp.post("/<uuid:change_id>/akkoord")
def approve(change_id):
    found, form = find.find_change(change_id), forms.ApproveForm()
    now = queries.values_now(found.kind, found.person_id, found.child_id)
    if found.state == "waiting" and form.validate() and form.seen.data != rules.mark(now):
        form.form_errors.append(_("Er is intussen iets gewijzigd. Kijk hieronder wat er nu staat."))
    if form.errors or form.form_errors:
        return _page(found, form, forms.RefuseForm())
    if not answers.allowed(lambda: actions.approve(found, by=current_user.account)):
        return answers.redirect(url_for(".changes"))
    db.session.commit()
    flash(_("De wijziging is bewaard. De ouder krijgt een e-mail."), "success")
    return answers.redirect(url_for(".changes"))


@bp.post("/<uuid:change_id>/nee")
def refuse(change_id):
    found, form = find.find_change(change_id), forms.RefuseForm()
    if not form.validate():
        return _page(found, forms.ApproveForm(), form)
    if answers.allowed(lambda: actions.refuse(found, form.reason.data.strip(), by=current_user.account)):
        db.session.commit()
        flash(_("De wijziging gaat niet door. De ouder krijgt een e-mail en leest waarom."), "success")
    return answers.redirect(url_for(".changes"))


def _page(change, approving, refusing):
    now = queries.values_now(change.kind, change.person_id, change.child_id)
    approving.seen.data = rules.mark(now)
    later = queries.homes_after(change.person_id, clock.today()) if change.kind == "address" else []
    return answers.form_page(
        "changes/change.html", approving if not refusing.errors else refusing, change=change, approving=approving,
        refusing=refusing, kinds=rules.KIND_NAMES, rows=rules.compared(change.kind, change.old, change.new, now),
        later=[(home.valid_from, rules.address_line(queries.address_of(home))) for home in later],
        days=rules.days_waited(change.created_at, clock.today()), account=account_of(change.person_id),
    )  # fmt: skip


# Without a parent asking


@homes.route("/<uuid:account_id>/woonadres", methods=["GET", "POST"])
def change_home(account_id):
    account = find_parent(account_id, held=request.method == "POST")
    now = queries.address_of(queries.home_on(account.person_id, clock.today()))
    form = forms.HomeForm(data={**now, "effective_on": clock.today()})
    if form.validate_on_submit():
        day, by = form.effective_on.data, current_user.account
        if answers.allowed(lambda: actions.change_address(account, form.address, day, by=by), form):
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(url_for("office_parents.parent", account_id=account_id))
    return answers.form_page("changes/office_home.html", form, account=find_parent(account_id))


@care.route("/<uuid:child_id>/gezondheid", methods=["GET", "POST"])
def change_care(child_id):
    found = find_child_here(child_id, held=request.method == "POST")
    now = queries.care_of(child_id)
    form = forms.CareForm(data=now)
    if request.method == "GET" and not g.get("stale_form"):
        form.watch(now)
    if form.validate_on_submit() and not form.is_overtaken(now):
        actions.change_care(found, form.care, by=current_user.account)
        db.session.commit()
        flash(_("De wijziging is bewaard."), "success")
        return answers.redirect(url_for("office_children.child", child_id=child_id))
    return answers.form_page("changes/office_care.html", form, child=find_child_here(child_id))


@care.route("/<uuid:child_id>/noodcontacten/<uuid:person_id>", methods=["GET", "POST"])
def change_contacts(child_id, person_id):
    found, link = find.find_naming(child_id, person_id)
    form = forms.ContactsForm(queries.contacts_by(child_id, person_id))
    if form.validate_on_submit():
        by = current_user.account
        if answers.allowed(lambda: actions.change_contacts(found, person_id, form.contacts, by=by), form):
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(url_for("office_children.child", child_id=child_id))
    found, link = find.find_naming(child_id, person_id)
    return answers.form_page("changes/office_contacts.html", form, child=found, link=link)


@banks.get("/<uuid:account_id>/rekeningnummer")
def iban(account_id):
    account = find_parent(account_id)
    if not answers.allowed(lambda: leave_to_colleague(account, current_user.account)):
        return answers.redirect(url_for("office_parents.parent", account_id=account_id))
    if first := confirm_first(url_for(".iban", account_id=account_id)):
        return first
    by = current_user.account.id
    with writing():
        record("iban_seen", account_id, by=by)
        db.session.commit()
    account = find_parent(account_id)
    bank = queries.bank_at(account.person_id, clock.now())
    number = rules.in_fours(actions.plain_iban(bank)) if bank else ""
    return render_template("changes/iban.html", account=account, bank=bank, number=number)
