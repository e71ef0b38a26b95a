"""The start page and the account page (`bp`), and what everyone may see (`welcome`)."""

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, g, make_response, render_template, request, url_for
from flask_login import current_user

from portal import answers, clock, doors, pages
from portal.auth import cookies
from portal.auth.find import next_page
from portal.children.queries import children_of
from portal.consent.queries import number_unanswered
from portal.contracts.queries import number_waiting
from portal.db import db, is_migrated
from portal.diary.queries import today_of
from portal.home.rules import is_birthday
from portal.messages.queries import audiences_of, for_start
from portal.organisations import rules
from portal.outbox.compose import sender_of, subjects_of
from portal.text import LANGUAGES, _

bp = doors.parents(Blueprint("portal", __name__))
welcome = doors.public(Blueprint("welcome", __name__))


@bp.get("/")
def home():
    today, person_id = clock.today(), current_user.account.person_id
    found = children_of(person_id)
    if current_user.is_staff and not found:
        return answers.redirect(url_for("office.start"))  # who only works here has nothing to see at home
    children = [
        {
            "id": child.id,
            "name": child.given_name,
            "group_name": child.group_name or "",
            "birth_date": child.birth_date,
            "is_birthday": is_birthday(child.birth_date, today),
        }
        for child in found
    ]
    return render_template(
        "home/home.html", greeting=_greeting(), children=children,
        unanswered=number_unanswered(person_id) if children else 0,
        contracts=number_waiting(person_id) if current_user.account.person.has_contracts else 0, many=len(found) > 1,
        day=today_of(person_id, found), lines=for_start(person_id, audiences_of(found)),
    )  # fmt: skip


def _greeting():
    hour, name = clock.local(clock.now()).hour, current_user.given_name
    if hour < 12:
        return _("Goedemorgen, %(name)s", name=name)
    return _("Goedemiddag, %(name)s", name=name) if hour < 18 else _("Goedenavond, %(name)s", name=name)


@bp.get("/account")
def account():
    return render_template("home/account.html")


@welcome.get("/hulp")
def help():
    organisation = g.organisation
    kinds = ("auth/credentials_password", "auth/credentials_link", "auth/reset_password")
    return render_template(
        "home/help.html",
        sender=sender_of(organisation),
        subjects=subjects_of(kinds, organisation),
        hours=current_app.config["RESET_LINK_MAX_AGE"] // 3600,
        days=organisation.temporary_password_hours // 24,
    )


@welcome.post("/taal")
def set_language():
    language = request.form.get("language", "")
    if request.form.getlist("language") != [language] or language not in LANGUAGES:
        abort(422)
    response = answers.redirect(next_page(request.form.get("next", "")))
    answers.set_cookie(response, pages.LANGUAGE_COOKIE, language, cookies.YEAR)
    if current_user.is_authenticated:
        current_user.account.person.language = language
        db.session.commit()
    return response


@welcome.get("/.well-known/change-password")
def well_known_change_password():
    return answers.redirect(url_for("account.change_password"))


@welcome.get("/.well-known/security.txt")
def security_txt():
    expires = clock.now().replace(microsecond=0, year=clock.now().year + 1, day=1)
    lines = [
        f"Contact: mailto:{g.organisation.email}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: nl, en",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@welcome.get("/livez")
def livez():
    return _health("ok", 200)


@welcome.get("/readyz")
def readyz():
    db.session.execute(sa.text("SELECT 1"))
    return _health("ok", 200) if is_migrated() else _health("migrations missing: portal db upgrade", 503)


@welcome.get("/stijl/<colour>.css")
def accent(colour):
    """The organisation's colour as a stylesheet, for the policy forbids inline style."""
    if not rules.COLOUR.fullmatch("#" + colour):
        abort(404)
    tints = rules.accents("#" + colour)
    light = _variables(tints["light"], tints["light_ink"], tints["light_soft"])
    dark = _variables(tints["dark"], tints["dark_ink"], tints["dark_soft"])
    response = Response(f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}", mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _variables(accent, ink, soft):
    return f"--accent:{accent};--accent-ink:{ink};--accent-soft:{soft}"


def _health(words, status):
    response = make_response(words + "\n", status)
    response.mimetype = "text/plain"
    return response
