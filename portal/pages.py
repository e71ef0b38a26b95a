"""What every page needs: language, static addresses, the organisation's colour, and calm pages for errors."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from babel import Locale
from flask import Flask, Response, g, render_template, request, session, url_for
from flask.globals import request_ctx
from flask.sessions import NullSession
from flask_babel import Babel
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException, ServiceUnavailable, TooManyRequests

from portal import answers, jinja, text
from portal.answers import cookie_name
from portal.db import db
from portal.organisations import queries
from portal.organisations.models import Organisation

log = logging.getLogger("portal")

LOGO_WIDTH, LOGO_HEIGHT = 160, 48  # pixels on a page
LANGUAGE_COOKIE = "taal"
LOCALES = {code: Locale(code) for code in text.LANGUAGES}
babel = Babel()


def init_app(app: Flask) -> None:
    app.jinja_environment = jinja.SpokenEnvironment
    babel.init_app(app, locale_selector=_language)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters.update(
        datum=text.datum, datumtijd=text.datumtijd, dag=text.dag, tijd=text.tijd, verjaardag=text.verjaardag,
        leeftijd=text.leeftijd, grootte=text.grootte, getal=text.getal, euro=text.euro, uren=text.uren,
        urental=text.urental,
        duur=text.duur, maand=text.maand,
    )  # fmt: skip
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals.update(_=text._, gettext=text._, ngettext=text.ngettext, static_url=jinja.static_url)
    app.context_processor(lambda: _context(app.config["DEMO"]))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(sa.exc.OperationalError, _database_away)
    app.register_error_handler(Exception, _crash)


def _context(is_demo: bool) -> dict[str, Any]:
    """The names every template may use."""
    found = g.get("organisation")
    return {
        "organisation": found,
        "current_user": current_user,
        "csrf_token": (lambda: "") if isinstance(session, NullSession) else generate_csrf,
        "locale": text.language(),
        "language_choices": list(text.LANGUAGES.items()),
        "accent_url": url_for("welcome.accent", colour=found.colour[1:]) if found else None,
        "logo": shown_logo(found),
        "is_demo": is_demo,
    }


@dataclass(frozen=True)
class Logo:
    """A logo as it stands above a page: where it is, how large it is shown, and whether it says the name itself."""

    url: str
    width: int
    height: int
    says_name: bool

    @classmethod
    def sized(cls, url: str, width: int, height: int, says_name: bool) -> "Logo":
        scale = min(LOGO_WIDTH / width, LOGO_HEIGHT / height)
        return cls(url, round(width * scale), round(height * scale), says_name)


def shown_logo(found: Organisation | None) -> Logo | None:
    if found is None or not found.logo:
        return None
    url = url_for("files.logo", fingerprint=found.logo)
    return Logo.sized(url, found.logo_width, found.logo_height, found.logo_says_name)


def _language() -> Locale:
    """The parent's own choice, else that of this browser's cookie, else what the browser asks for, else Dutch."""
    chosen = g.get("chosen_language") or (request.cookies.get(cookie_name(LANGUAGE_COOKIE)) if request else None)
    if chosen not in text.LANGUAGES:
        chosen = request.accept_languages.best_match(text.LANGUAGES) if request else None
    return LOCALES[chosen or "nl"]


def error_page(status: int, retry_after: int = 0) -> Response:
    """The calm page of this status; for a program the same in JSON. `retry_after` is in seconds."""
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    if answers.is_for_program():
        response = answers.problem(status, reference=g.get("reference", ""))
        response.headers.update(headers)
        return response
    words = {"reference": g.get("reference", ""), "minutes": max(1, retry_after // 60)}
    return Response(render_template(f"errors/{status}.html", **words), status, headers)


def too_many(retry_after: int) -> HTTPException:
    """Too often: wait so many seconds."""
    return TooManyRequests(retry_after=retry_after)


def too_busy() -> HTTPException:
    return ServiceUnavailable(retry_after=5)


ERROR_PAGES = (400, 403, 404, 405, 410, 413, 415, 422, 429, 500, 503)


def _http_error(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    if request_ctx.url_adapter is None:  # a host that is no host
        g.organisation = None
        if answers.is_for_program():
            return answers.problem(404)
        return Response(render_template("organisations/unknown_host.html"), 404)
    if g.get("organisation", False) is None:
        return _no_organisation()
    can_say = answers.PROBLEMS if answers.is_for_program() else ERROR_PAGES
    known = status if status in can_say else (400 if status < 500 else 500)
    page = error_page(known, getattr(error, "retry_after", None) or 0)
    if status == 405 and getattr(error, "valid_methods", None):
        page.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return page


def _no_organisation() -> Response:
    """Nobody lives at this host. On a fresh installation the machine itself is told what comes next."""
    if answers.is_for_program():
        return answers.problem(404)
    is_here = request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    if is_here and not queries.all_organisations():
        return Response(render_template("organisations/none.html", command=FIRST_COMMAND), 404)
    return Response(render_template("organisations/unknown_host.html"), 404)


FIRST_COMMAND = (
    'portal organisation add "Kok Kinderopvang" --slug kok --origin https://portaal.kok.example '
    "--email kantoor@kok.example --phone 010-1234567"
)


def _database_away(error: Exception) -> Response:
    """Locked, full or gone: nothing was written, and trying again in a moment is the right advice."""
    log.error("database away, reference %s: %s", g.get("reference", ""), type(getattr(error, "orig", error)).__name__)
    _expect_nothing()
    return error_page(503, retry_after=5)


def _crash(error: Exception) -> Response:
    log.error("crash, reference %s", g.get("reference", ""), exc_info=error)
    _expect_nothing()
    return error_page(500)


def _expect_nothing() -> None:
    """The page about a fault asks neither the database nor who is logged in; it shows what is known already."""
    with suppress(sa.exc.SQLAlchemyError):
        db.session.rollback()
    g.setdefault("organisation", None)
    g._login_user = AnonymousUserMixin()
