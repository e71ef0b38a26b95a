"""The page of the office where a manager makes and revokes tokens."""

from flask import Blueprint, flash, g, render_template, url_for
from flask_login import current_user

from portal import answers, doors
from portal.api import actions, find, forms, queries
from portal.auth.find import confirm_first
from portal.db import db
from portal.errors import Refused
from portal.organisations.find import link
from portal.text import _

bp = doors.staff(Blueprint("api_tokens", __name__, url_prefix="/beheer/koppeling"), "tokens.change")


@bp.get("")
def tokens():
    shown = [(each.token, each.maker, find.is_kept(each)) for each in queries.tokens()]
    return render_template("api/tokens.html", tokens=shown, **_addresses())


@bp.route("/nieuw", methods=["GET", "POST"])
def make():
    form = forms.TokenForm()
    if first := confirm_first(url_for(".make"), form):
        return first
    if form.validate_on_submit():
        try:
            made = actions.make_token(" ".join(form.name.data.split()), current_user.account, form.opens.data)
        except Refused as refusal:
            db.session.rollback()
            form.name.errors = [str(refusal)]
        else:
            db.session.commit()
            return render_template("api/made.html", token=made.token, row=made.row, **_addresses())
    return answers.form_page("api/make.html", form)


@bp.post("/<uuid:token_id>/intrekken")
def revoke(token_id):
    token = find.find_own_token(token_id)
    if first := confirm_first(url_for(".tokens")):
        return first
    actions.revoke_token(token, by=current_user.account)
    db.session.commit()
    flash(_("De sleutel %(name)s is ingetrokken. Er kan niets meer mee.", name=token.name), "success")
    return answers.redirect(url_for(".tokens"))


def _addresses():
    """Of the organisation's own address, whichever one this page was asked at."""
    return {
        "addresses": {opens: f"{g.organisation.origin}/api/v1/{opens}" for opens in ("children", "bounces")},
        "description_url": link(g.organisation, "api_description.openapi"),
    }
