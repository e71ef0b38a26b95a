"""Contracts for the office: added, followed, replaced by a new version."""

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal import db as database
from portal.audit.actions import look
from portal.auth.find import as_id
from portal.children.find import find_child_here, shielded
from portal.contracts import actions, columns, find, forms, intake, queries, rules
from portal.db import db, writing
from portal.documents import actions as documents
from portal.documents import rules as document_rules
from portal.documents import worker
from portal.errors import Refused
from portal.imports.queries import past_imports
from portal.organisations.rules import notice
from portal.text import _

bp = doors.staff(Blueprint("office_contracts", __name__, url_prefix="/beheer"), "contracts.change")
imports = doors.staff(Blueprint("contract_imports", __name__, url_prefix="/beheer/contracten/import"), "imports.do")
SHOWN = 100  # requests on one page
SHOWN_IMPORTS = 10
# More than a file may be, so that who sends 200 MB reads in the form what to do.
LARGEST_BODY = 256 << 20


@bp.get("/contracten")
def contracts():
    is_waiting, after = request.args.get("toon") == "wachten", as_id(request.args.get("na"))
    rows, last = queries.page_of(is_waiting, after)
    kept = {"toon": "wachten" if is_waiting else None}
    return render_template(
        "contracts/office.html", rows=rows, is_waiting=is_waiting, cares=rules.CARES, today=clock.today(),
        signers=queries.signers_of([each.contract for each in rows]), waiting=queries.number_that_wait(),
        asked=queries.number_of_requests(shielded()),
        older=url_for(".contracts", **kept, na=last) if last else "",
        newest=url_for(".contracts", **kept) if after else "",
    )  # fmt: skip


@bp.get("/contracten/<uuid:contract_id>")
def contract(contract_id):
    found = find.find_contract_here(contract_id)
    look("contract_seen", current_user.account.id, object_type="contract", object_id=contract_id)
    return render_template(
        "contracts/office_contract.html", contract=found, signers=queries.signers_of([found]).get(found.id, []),
        requests=queries.requests_of(contract_id), versions=queries.versions_of(contract_id), cares=rules.CARES,
        days=rules.DAYS, week_words=rules.WEEK_WORDS,
        notice=notice(rules.notice_of(found.notice_months, g.organisation.notice_months)), today=clock.today(), me=None,
    )  # fmt: skip


# What parents ask


@bp.get("/contracten/verzoeken")
def requests():
    hidden = shielded()
    asked, number = queries.open_requests(SHOWN, hidden), queries.number_of_requests(hidden)
    return render_template("contracts/requests.html", requests=asked, number=number)


@bp.route("/contracten/verzoeken/<uuid:request_id>", methods=["GET", "POST"], endpoint="request")
def decide_request(request_id):
    found = find.find_request_here(request_id, held=request.method == "POST")
    form = forms.DecideForm()
    if form.validate_on_submit():
        is_approved, reason = form.decision.data == "approve", (form.reason.data or "").strip()
        if answers.allowed(lambda: actions.decide(found, is_approved, reason, current_user.account), form):
            db.session.commit()
            flash(_("De ouder krijgt een e-mail dat u heeft besloten."), "success")
            return answers.redirect(url_for(".request", request_id=request_id))
        found = find.find_request_here(request_id)
    return answers.form_page(
        "contracts/office_request.html", form, asked=found, contract=found.contract, cares=rules.CARES
    )


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
    actions.leave_to_others(form.people.party_id, current_user.account)
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


@bp.route("/contracten/<uuid:contract_id>/einde", methods=["GET", "POST"])
def end_contract(contract_id):
    found = find.find_contract_here(contract_id, held=request.method == "POST")
    form = forms.LastDayForm(data={"day": found.ends_on})
    if form.validate_on_submit():
        try:
            actions.leave_to_others(found.party_id, current_user.account)
            actions.end_contract(found, form.day.data, current_user.account.id)
        except Refused as refusal:
            db.session.rollback()
            form.day.errors = [str(refusal)]
        else:
            db.session.commit()
            flash(_("De wijziging is bewaard."), "success")
            return answers.redirect(url_for(".contract", contract_id=contract_id))
    return answers.form_page("contracts/end.html", form, contract=found)


def _replaced(contract_id, form, received, by):
    found, seen = find.find_contract_here(contract_id, held=True), form.version.data or ""
    seen = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else 0
    for person_id in (found.party_id, form.people.party_id):
        actions.leave_to_others(person_id, current_user.account)
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


# Many at once: look, confirm, wait, done (portal.uploads)


@imports.route("", methods=["GET", "POST"])
def upload():
    form = forms.ContractsForm()
    if form.validate_on_submit():
        try:
            kept = worker.looked_at(intake, form.file.data, current_user.account.id)
        except Refused as refusal:
            form.file.errors = [str(refusal)]
        else:
            return answers.redirect(url_for("uploads.preview", upload_id=kept.id))
    return answers.form_page(
        "contracts/upload.html", form, columns=columns.COLUMNS, past=past_imports(SHOWN_IMPORTS, intake.KIND)
    )


@imports.get("/voorbeeld.csv")
def example():
    response = Response(columns.EXAMPLE, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="voorbeeld.csv"'
    return response
