"""The mailbox of the demo."""

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, g, render_template, url_for

from portal import clock, doors
from portal.demo import queries
from portal.demo.actions import app_secret
from portal.factors.rules import code_now

bp = doors.public(Blueprint("demo", __name__, url_prefix="/demo"))


@bp.get("/post")
def post():
    return render_template(
        "demo/post.html", mails=queries.mails_of(_folder()), code=code_now(app_secret(), clock.now())
    )


@bp.get("/post/<mail_id>")
def mail(mail_id):
    found = _find(mail_id)
    return render_template("demo/mail.html", mail=found, html_url=url_for(".mail_html", mail_id=mail_id))


@bp.get("/post/<mail_id>/html")
def mail_html(mail_id):
    response = Response(_find(mail_id).html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
        "sandbox allow-top-navigation-by-user-activation"
    )
    return response


def _folder():
    return Path(current_app.instance_path) / "post" / g.organisation.slug


def _find(mail_id):
    return queries.mail_of(_folder(), mail_id) or abort(404)
