"""The office makes a letter: what it is, and then once the letter itself."""

from flask import Blueprint, current_app, g, render_template, url_for
from flask_babel import force_locale
from flask_login import current_user

from portal import answers, clock, doors
from portal.auth.find import confirm_first
from portal.auth.rules import LETTER_LIVES
from portal.db import db
from portal.errors import Refused
from portal.fields import Form
from portal.organisations.find import link
from portal.paper import actions, find
from portal.paper.rules import square
from portal.text import datum, datumtijd, language

bp = doors.staff(Blueprint("paper", __name__, url_prefix="/beheer/ouders"), "parents.credentials")


@bp.route("/<uuid:account_id>/brief", methods=["GET", "POST"])
def print_letter(account_id):
    account = find.find_account(account_id)
    form = Form()
    if form.validate_on_submit():
        if first := confirm_first(url_for(".print_letter", account_id=account.id)):
            return first
        try:
            made = actions.make_letter(account, by=current_user.account)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
        else:
            db.session.commit()
            return render_template("paper/letter.html", account=account, sheet=_sheet(account, made))
        db.session.commit()
    return answers.form_page("paper/print_letter.html", form, account=account, days=LETTER_LIVES.days)


def _sheet(account, made):
    """The letter, in the language of the parent; the page around it is in that of the office."""
    with force_locale(account.person.language or g.organisation.language):
        macros = current_app.jinja_env.get_template("paper/_sheet.html").module
        return macros.sheet(
            g.organisation,
            account,
            language(),
            code=made.code,
            square=square(link(g.organisation, "auth.open_letter_link", token=made.token)),
            address=link(g.organisation, "auth.letter").partition("://")[2],
            today=datum(clock.today()),
            expires=datumtijd(made.expires_at),
        )
