"""Contracts for the office: added, followed, replaced by a new version."""

from flask import Blueprint, current_app, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal import db as database
from portal.audit.actions import look
from portal.auth.find import as_id
from portal.children.find import find_child_here
from portal.contracts import actions, find, forms, queries, rules
from portal.db import db, writing
from portal.documents import actions as documents
from portal.documents import rules as document_rules
from portal.errors import Refused
from portal.organisations.rules import notice
from portal.text import _

bp = doors.staff(Blueprint("office_contracts", __name__, url_prefix="/beheer"), "contracts.change")


@bp.get("/contracten")
def contracts():
    is_waiting, after = request.args.get("toon") == "wachten", as_id(request.args.get("na"))
    rows, last = queries.page_of(is_waiting, after)
    kept = {"toon": "wachten" if is_waiting else None}
    return render_template(
        "contracts/office.html", rows=rows, is_waiting=is_waiting, cares=rules.CARES, today=clock.today(),
        signers=queries.signers_of([each.contract for each in rows]), waiting=queries.number_that_wait(),
        older=url_for(".contracts", **kept, na=last) if last else "",
        newest=url_for(".contracts", **kept) if after else "",
    )  # fmt: skip


@bp.get("/contracten/<uuid:contract_id>")
def contract(contract_id):
    found = find.find_contract_here(contract_id)
    look("contract_seen", current_user.account.id, object_type="contract", object_id=contract_id)
    return render_template(
        "contracts/office_contract.html", contract=found, signers=queries.signers_of([found]).get(found.id, []),
        versions=queries.versions_of(contract_id), cares=rules.CARES, days=rules.DAYS, week_words=rules.WEEK_WORDS,
        notice=notice(rules.notice_of(found.notice_months, g.organisation.notice_months)), today=clock.today(), me=None,
    )  # fmt: skip


# Adding one, and a new version


@bp.route("/kinderen/<uuid:child_id>/contracten/nieuw", methods=["GET", "POST"])
def add_contract(child_id):
    child, form = find_child_here(child_id), _form(child_id)
    if form.validate_on_submit():
        try:
            contract_id = _kept(form, lambda received, by: _added(child_id, form, received, by))
        except Refused as refusal:
            form.form_errors.append(str(refusal))
        else:
            flash(_("Het contract staat klaar."), "success")
            return answers.redirect(url_for(".contract", contract_id=contract_id))
        child = find_child_here(child_id)
    return answers.form_page("contracts/form.html", form, child=child, contract=None)


def _added(child_id, form, received, by):
    return actions.add_contract(find_child_here(child_id).id, form.terms, form.people, received, by, _per_minute())


@bp.route("/contracten/<uuid:contract_id>/nieuwe-versie", methods=["GET", "POST"])
def new_version(contract_id):
    found = find.find_contract_here(contract_id)
    form = _form(found.child_id)
    if request.method == "GET" and not g.get("stale_form"):
        also = tuple(each for each in queries.signer_ids(contract_id) if each != found.party_id)
        form.show(actions.terms_of(found), actions.People(found.party_id, found.payer_id, also, found.is_on_paper))
        form.version.data = str(found.version)
    if form.validate_on_submit():
        try:
            _kept(form, lambda received, by: _replaced(contract_id, form, received, by))
        except Refused as refusal:
            form.form_errors.append(str(refusal))
        else:
            flash(_("De nieuwe versie staat klaar."), "success")
            return answers.redirect(url_for(".contract", contract_id=contract_id))
        found = find.find_contract_here(contract_id)
    return answers.form_page("contracts/form.html", form, child=found.child, contract=found)


def _replaced(contract_id, form, received, by):
    found, seen = find.find_contract_here(contract_id, held=True), form.version.data or ""
    seen = int(seen) if seen.isascii() and seen.isdecimal() else 0
    actions.new_version(found, seen, form.terms, form.people, received, by, _per_minute())
    return found


def _form(child_id):
    return forms.ContractForm(queries.guardians_of(child_id), g.organisation.notice_months)


def _per_minute():
    return current_app.config["MAIL_PER_MINUTE"]


def _kept(form, write):
    """Nothing is held in the database while the file is read and kept. The id of the contract."""
    by = current_user.account.id
    with writing():
        documents.count_document(by)
        db.session.commit()
    sent = form.file.data
    received = documents.receive(sent.stream.read(document_rules.MOST_BYTES + 1), sent.filename or "")
    with writing():
        contract_id = write(received, by).id
        db.session.commit()
    database.read_only()
    return contract_id
