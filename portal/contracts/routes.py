"""Contracts for who they are with, who pays, and who has to agree."""

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal.auth.find import confirm_first, confirm_url, is_confirmed
from portal.contracts import actions, find, forms, queries, rules
from portal.db import db
from portal.errors import Refused
from portal.organisations.rules import notice
from portal.text import _

bp = doors.parents(Blueprint("contracts", __name__, url_prefix="/contracten"))


def has_contracts():
    """Whether the menu shows this visitor contracts."""
    return bool(current_user.account.person.has_contracts)


@bp.get("")
def contracts():
    found = queries.contracts_of(current_user.account.person_id)
    return render_template(
        "contracts/contracts.html", contracts=found, signers=queries.signers_of(found),
        me=current_user.account.person_id, cares=rules.CARES, today=clock.today(),
    )  # fmt: skip


@bp.route("/<uuid:contract_id>", methods=["GET", "POST"])
def contract(contract_id):
    found = find.find_contract(contract_id, held=request.method == "POST")
    form = forms.AgreeForm()
    if form.is_submitted():
        confirm_first(url_for(".contract", contract_id=contract_id), form)
    if form.validate_on_submit():
        try:
            method = "code" if current_user.has_second_step else "password"
            actions.agree(found, form.sha256.data, current_user.account, method, request.remote_addr or "")
        except Refused as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            db.session.commit()
            flash(_("U gaf akkoord. Wij hebben het vastgelegd."), "success")
            return answers.redirect(url_for(".contract", contract_id=contract_id))
        found = find.find_contract(contract_id)
    return _page(found, form)


def _page(found, form):
    """With the mark of the PDF that is shown now, and a box that is empty when that is another one than before."""
    me, sha256 = current_user.account.person_id, found.document.sha256
    if form.sha256.data != sha256:
        form.sha256.data, form.has_read.data = sha256, False
    signers = queries.signers_of([found]).get(found.id, [])
    mine = next((each for each in signers if each.person_id == me), None)
    return answers.form_page(
        "contracts/contract.html", form, contract=found, signers=signers, mine=mine,
        asks=bool(mine and not mine.at and actions.may_agree(found, me)), requests=_requests_of(found),
        versions=queries.versions_of(found.id),
        notice=notice(_notice(found)),
        leaves_on=rules.leaves_on(found.care_type, found.child.person.birth_date), cares=rules.CARES,
        days=rules.DAYS, week_words=rules.WEEK_WORDS, me=me, today=clock.today(),
        confirm_url="" if is_confirmed() else confirm_url(url_for(".contract", contract_id=found.id)),
    )  # fmt: skip


def _requests_of(found):
    """Only who asked reads of it, as what is asked is between that person and the office."""
    me = current_user.account.person_id
    return [each for each in queries.requests_of(found.id) if each.person_id == me] if found.party_id == me else []


def _notice(found):
    return rules.notice_of(found.notice_months, g.organisation.notice_months)


# Ending and changing


@bp.route("/<uuid:contract_id>/opzeggen", methods=["GET", "POST"])
def end_contract(contract_id):
    return _asked(contract_id, "end", forms.EndForm())


@bp.route("/<uuid:contract_id>/wijzigen", methods=["GET", "POST"])
def change_contract(contract_id):
    return _asked(contract_id, "change", forms.ChangeForm())


def _asked(contract_id, kind, form):
    """Filled in, and then looked at before it is sent."""
    found = find.find_own_contract(contract_id, held=request.method == "POST")
    first = max(rules.first_last_day(clock.today(), _notice(found)), found.starts_on)
    if form.validate_on_submit():
        words = form.words.data.strip() if kind == "change" else ""
        try:
            draft = actions.draft_request(
                found, kind, form.day.data, words, g.organisation.notice_months, current_user.account
            )
        except Refused as refusal:
            db.session.rollback()
            form.day.errors = [str(refusal)]
        else:
            db.session.commit()
            return answers.redirect(url_for(".request", request_id=draft.id))
    elif not form.is_submitted():
        form.suggest(first)
    return answers.form_page(
        "contracts/ask.html", form, contract=found, kind=kind, first=first, notice=notice(_notice(found)),
        is_open=not queries.has_open_request(contract_id),
    )  # fmt: skip


@bp.get("/verzoeken/<uuid:request_id>", endpoint="request")
def show_request(request_id):
    found = find.find_request(request_id)
    return render_template(
        "contracts/request.html", asked=found, contract=found.contract, notice=notice(_notice(found.contract)),
        cares=rules.CARES,
    )  # fmt: skip


@bp.post("/verzoeken/<uuid:request_id>/versturen")
def send_request(request_id):
    found, usual = find.find_request(request_id, held=True), g.organisation.notice_months
    if answers.allowed(lambda: actions.send_request(found, usual, current_user.account)):
        db.session.commit()
        flash(_("Uw verzoek is verstuurd. U krijgt een e-mail als wij hebben besloten."), "success")
    return answers.redirect(url_for(".request", request_id=request_id))


@bp.post("/verzoeken/<uuid:request_id>/intrekken")
def withdraw_request(request_id):
    found = find.find_request(request_id, held=True)
    contract_id = found.contract_id
    if answers.allowed(lambda: actions.withdraw_request(found, current_user.account)):
        db.session.commit()
        flash(_("Het verzoek is ingetrokken. Uw contract blijft zoals het is."), "success")
    return answers.redirect(url_for(".contract", contract_id=contract_id))
