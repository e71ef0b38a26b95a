"""What a parent asks to change (`bp`), and stopping a bank account from a mail (`stopping`)."""

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal.auth.find import confirm_first
from portal.changes import actions, find, forms, queries, rules
from portal.children.find import find_child
from portal.db import db
from portal.errors import Refused
from portal.text import _

bp = doors.parents(Blueprint("changes", __name__, url_prefix="/account/gegevens"))
stopping = doors.public(Blueprint("stop_iban", __name__))


@bp.route("/woonadres", methods=["GET", "POST"])
def change_home():
    account, now = current_user.account, clock.today()
    here = queries.address_of(queries.home_on(account.person_id, now))
    form = forms.HomeForm(data={**here, "effective_on": now})
    if form.validate_on_submit():
        day = form.effective_on.data
        if done := _asked(lambda: actions.ask_address(account, form.address, day), form, url_for("own.details")):
            return done
    waiting = queries.change_waiting("address", account.person_id, None)
    return answers.form_page("changes/change_home.html", form, waiting=waiting, line=rules.address_line)


@bp.get("/kinderen/<uuid:child_id>")
def child(child_id):
    found, me = find_child(child_id), current_user.account.person_id
    return render_template(
        "changes/child.html", child=found, care=queries.care_of(child_id), labels=rules.CARE,
        contacts=queries.contacts_for(me, child_id), me=me, decides=find.decides(found),
        waiting=[kind for kind in ("care", "contacts") if queries.change_waiting(kind, me, child_id)],
    )  # fmt: skip


@bp.route("/kinderen/<uuid:child_id>/gezondheid", methods=["GET", "POST"])
def change_care(child_id):
    found = find.find_deciding(child_id)
    now, here = queries.care_of(child_id), url_for(".child", child_id=child_id)
    form = forms.AskCareForm(data=now)
    if request.method == "GET" and not g.get("stale_form"):
        form.watch(now)
    if form.validate_on_submit() and not form.is_overtaken(now):
        account = current_user.account
        if done := _asked(lambda: actions.ask_care(account, found, form.care), form, here):
            return done
    return answers.form_page("changes/change_care.html", form, child=find.find_deciding(child_id))


@bp.route("/kinderen/<uuid:child_id>/noodcontacten", methods=["GET", "POST"])
def change_contacts(child_id):
    found, account = find.find_deciding(child_id), current_user.account
    form = forms.ContactsForm(queries.contacts_by(child_id, account.person_id))
    if form.validate_on_submit():
        here = url_for(".child", child_id=child_id)
        if done := _asked(lambda: actions.ask_contacts(account, found, form.contacts), form, here):
            return done
    return answers.form_page("changes/change_contacts.html", form, child=find.find_deciding(child_id))


def _asked(action, form, then):
    """The answer when this was asked; None when it was refused, which the form tells then."""
    replaced = []
    if not answers.allowed(lambda: replaced.append(action()), form):
        return None
    db.session.commit()
    words = _("Uw aanvraag is bij ons. U krijgt een e-mail zodra wij ernaar keken.")
    if replaced[0]:
        words = _("Uw nieuwe aanvraag is bij ons. Zij komt in de plaats van uw vorige aanvraag.")
    flash(words, "success")
    return answers.redirect(then)


@bp.post("/wijzigingen/<uuid:change_id>/intrekken")
def withdraw(change_id):
    change = find.find_own_change(change_id)
    if answers.allowed(lambda: actions.withdraw(change, by=current_user.account)):
        db.session.commit()
        flash(_("Uw aanvraag is ingetrokken. Alles blijft zoals het was."), "success")
    return answers.redirect(url_for("own.details"))


# The number of a bank account


@bp.route("/rekeningnummer", methods=["GET", "POST"])
def change_iban():
    form, account = forms.IbanForm(), current_user.account
    if first := confirm_first(url_for(".change_iban"), form):
        return first
    if form.validate_on_submit():
        try:
            actions.ask_iban(account, form.iban.data)
        except Refused as refusal:
            form.iban.errors = [str(refusal)]
        else:
            db.session.commit()
            flash(_("Uw nieuwe rekeningnummer geldt over 48 uur. U krijgt hierover een e-mail."), "success")
            return answers.redirect(url_for("own.details"))
    waiting = queries.bank_waiting(account.person_id, clock.now())
    return answers.form_page("changes/change_iban.html", form, waiting=waiting)


@bp.post("/rekeningnummer/<uuid:bank_id>/stoppen")
def stop_iban(bank_id):
    bank = find.find_own_bank(bank_id)
    if answers.allowed(lambda: actions.stop_iban(bank, by=current_user.account.id)):
        db.session.commit()
        flash(_("Het nieuwe rekeningnummer gaat niet door."), "success")
    return answers.redirect(url_for("own.details"))


@stopping.route("/rekeningnummer-houden/<path:token>", methods=["GET", "POST"])
def stop(token):
    bank = find.find_bank_to_stop(token)
    if bank is None:
        return answers.gone("changes/iban_gone.html")
    if request.method == "GET":
        return render_template("changes/stop_iban.html", bank=bank, token=token)
    if not answers.allowed(lambda: actions.stop_iban(bank)):
        return answers.gone("changes/iban_gone.html")
    db.session.commit()
    flash(_("Het nieuwe rekeningnummer gaat niet door. Was u het niet? Kies dan nu een nieuw wachtwoord."), "success")
    return answers.redirect(url_for("auth.forgot_password"))
