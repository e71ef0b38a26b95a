"""How the portal answers: form pages, fragments and redirects. The only reader of htmx headers."""

from typing import Any

from flask import Response, g, jsonify, make_response, render_template, request
from flask import redirect as plain_redirect

from portal.fields import Form
from portal.organisations.find import organisation
from portal.text import _

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


def problem(status: int, title: str, detail: str = "") -> Response:
    """What is wrong, for a program (RFC 9457)."""
    response = jsonify({"type": "about:blank", "status": status, "title": title, "detail": detail or title})
    response.status_code, response.mimetype = status, "application/problem+json"
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
