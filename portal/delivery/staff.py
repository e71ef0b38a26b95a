"""The outbox for the office (`see`), and sending a mail once more (`again`)."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors
from portal.auth.find import as_id
from portal.children.find import shielded
from portal.db import db
from portal.delivery import actions, find, queries
from portal.delivery.words import told
from portal.errors import Refused
from portal.fields import sought
from portal.text import _

see = doors.staff(Blueprint("mails", __name__, url_prefix="/beheer/e-mail"), "mail.see")
again = doors.staff(Blueprint("mails_again", __name__, url_prefix="/beheer/e-mail"), "parents.credentials")


@see.get("")
def outbox():
    words, show = sought(), request.args.get("toon", "")
    show = show if show in queries.SHOWS else ""
    rows, last = queries.mails_page(words, show, as_id(request.args.get("na")), shielded())
    kept = {"zoek": words or None, "toon": show or None}
    return render_template(
        "delivery/outbox.html", mails=[told(mail, account, clock.now()) for mail, account in rows], words=words,
        show=show, kept=kept, older=url_for(".outbox", **kept, na=last) if last else "",
        newest=url_for(".outbox", **kept) if request.args.get("na") else "",
    )  # fmt: skip


@again.post("/<uuid:mail_id>/opnieuw")
def send_again(mail_id):
    mail, account = find.find_mail(mail_id)
    try:
        actions.send_again(mail, account, by=current_user.account)
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
    else:
        db.session.commit()
        flash(_("De e-mail gaat opnieuw naar %(email)s.", email=account.email), "success")
    return answers.redirect(url_for("office_parents.parent", account_id=account.id))
