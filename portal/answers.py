"""How the portal answers: form pages, fragments and redirects. The only reader of htmx headers."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response, flash, g, jsonify, make_response, render_template, request
from flask import redirect as plain_redirect

from portal.db import db
from portal.errors import Refused
from portal.fields import Form
from portal.organisations.find import organisation
from portal.text import _, language, lazy_gettext

Answer = Response | tuple[str, int]


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def form_page(template: str, form: Form, **context: Any) -> Answer:
    """The page of a form: 200 when it is opened, 422 when something in it is wrong, 400 when the page was stale."""
    if g.get("stale_form") is not None or form.is_submitted():
        form.ask_files_again()
    if g.get("stale_form") is not None:
        form.form_errors.append(
            _("Deze pagina stond te lang open. Kijk na wat u heeft ingevuld. Druk dan nog een keer op de knop.")
        )
        return render_template(template, form=form, **context), 422 if is_htmx() else 400
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200


def allowed(action: Callable[[], object], form: Form | None = None) -> bool:
    """Whether this was done; the caller commits. A refusal is undone, and told above the form or on the next page."""
    try:
        action()
    except Refused as refusal:
        db.session.rollback()
        if form is None:
            flash(str(refusal), "error")
        else:
            form.form_errors.append(str(refusal))
        return False
    return True


def fragment(template: str, to: str, **context: Any) -> Answer:
    """One piece of a page for htmx; without JavaScript the visitor goes to the page `to`."""
    if is_htmx():
        return render_template(template, **context), 200
    return redirect(to)


def redirect(to: str) -> Response:
    """To another page. htmx would swap that page into a form, so there it is told to open it (204, HX-Redirect)."""
    if is_htmx():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = to
        return response
    response = make_response(plain_redirect(to, 303))
    return response


def gone(template: str, **context: Any) -> Answer:
    """A page that explains why something is over (410). htmx would not show it, so there the status is 422."""
    return render_template(template, **context), 422 if is_htmx() else 410


def problem(status: int, title: str = "", detail: str = "", **more: Any) -> Response:
    """What is wrong, for a program (RFC 9457)."""
    title, detail = title or HTTPStatus(status).phrase, detail or str(PROBLEMS.get(status, ""))
    response = jsonify({"type": "about:blank", "status": status, "title": title, "detail": detail or title, **more})
    response.status_code, response.mimetype = status, "application/problem+json"
    response.headers["Content-Language"] = language()
    return response


PROBLEMS = {
    400: lazy_gettext("Wij kunnen dit niet lezen."),
    401: lazy_gettext("Stuur een sleutel mee: Authorization: Bearer …"),
    403: lazy_gettext("Dit mag hier niet."),
    404: lazy_gettext("Dit bestaat hier niet."),
    405: lazy_gettext("Deze methode kan hier niet. Bij Allow staat wat wel kan."),
    411: lazy_gettext("Zeg in Content-Length hoe lang de inhoud is."),
    413: lazy_gettext("De inhoud is te groot. Stuur hoogstens 16 kB."),
    415: lazy_gettext("Stuur JSON in UTF-8, niet ingepakt. Content-Type: application/json."),
    429: lazy_gettext("Dit is te vaak. Wacht zo lang als bij Retry-After staat."),
    500: lazy_gettext("Er ging bij ons iets mis. Er is niets gewijzigd."),
    503: lazy_gettext("Het is nu te druk. Er is niets gewijzigd. Probeer het zo nog eens."),
}


def is_for_program() -> bool:
    """Whether who asks is a program, that reads no pages. Every address under /api/ is for programs."""
    return request.path.startswith("/api/")


def not_let_in(detail: str) -> Response:
    """401, with the reason in words."""
    response = problem(401, detail=detail)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def too_often(retry_after: int) -> Response:
    """429 for a program."""
    response = problem(429)
    response.headers["Retry-After"] = str(retry_after)
    return response


def is_https() -> bool:
    found = organisation()
    return found is None or found.is_https


def cookie_name(name: str) -> str:
    """Over https the prefix __Host- keeps a neighbouring host from setting or reading it."""
    return f"__Host-{name}" if is_https() else name


def set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie for so many seconds; with 0 seconds it goes away, with the same flags or a browser keeps it."""
    response.set_cookie(
        cookie_name(name), value, max_age=seconds, path="/", secure=is_https(), httponly=True, samesite="Lax"
    )


def is_background() -> bool:
    """Whether the page asked this by itself (polling), so that it says nothing about the parent being there."""
    return request.headers.get("X-Achtergrond") == "1"
