"""Who may pass: every blueprint hangs behind a door, and every request goes through the same guard.

The order (security.md, D7): host, kind of body, origin, CSRF value, then the door of the blueprint.
"""

import logging
import secrets
from collections import Counter
from datetime import timedelta
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any, cast
from urllib.parse import unquote_to_bytes

from flask import Blueprint, Flask, Request, Response, abort, current_app, g, request, session, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from portal import answers, menu, pages
from portal import db as database
from portal.organisations.find import organisation
from portal.roles import MAY, may
from portal.throttle import actions as throttle
from portal.throttle.rules import Limit, networks

SAFE = ("GET", "HEAD", "OPTIONS")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
DOORS: dict[str, str] = {}
PERMISSIONS: dict[str, str] = {}  # of the office's blueprints: what one must be allowed to do (portal.roles)
FILES: dict[str, int] = {}  # pages of the office that take a file, and how large a form with one may be
ANY_HOST = {"welcome.livez", "welcome.readyz", "static"}

KEPT_IN_MEMORY = 16 << 20  # bytes of one form

csrf = CSRFProtect()
log = logging.getLogger("portal")
_refusals: Counter[str] = Counter()


class _Request(Request):
    def _get_file_stream(self, total_content_length: int | None, *_args: Any, **_kwargs: Any) -> IO[bytes]:
        """A file that is sent stays in memory; of many, on our own disk without a name. No copy of it is left."""
        if (total_content_length or 0) <= KEPT_IN_MEMORY:
            return BytesIO()
        return cast(IO[bytes], TemporaryFile(dir=current_app.instance_path))


def public(blueprint: Blueprint) -> Blueprint:
    """Pages for everyone, logged in or not."""
    DOORS[blueprint.name] = "public"
    return blueprint


def programs(blueprint: Blueprint) -> Blueprint:
    """Addresses for programs of others: no cookie counts there, so no form can be forged. Each checks its own secret,
    and answers in JSON."""
    DOORS[blueprint.name] = "programs"
    return blueprint


def one_click(blueprint: Blueprint) -> Blueprint:
    """A button that mail programs show by themselves (RFC 8058). It is pressed without a cookie, an Origin or a CSRF
    value: the signed token in the address says all, and the rest of what is sent is not even read."""
    DOORS[blueprint.name] = "one click"
    return blueprint


def parents(blueprint: Blueprint) -> Blueprint:
    """Pages for who is logged in with a whole session. Others go to the login page and come back afterwards."""
    DOORS[blueprint.name] = "parents"
    blueprint.before_request(_logged_in)
    return blueprint


def staff(blueprint: Blueprint, permission: str) -> Blueprint:
    """Pages for who works at this organisation and may do this (portal.roles). For anyone else they do not exist."""
    if permission not in MAY:
        raise KeyError(permission)
    DOORS[blueprint.name] = "staff"
    PERMISSIONS[blueprint.name] = permission
    blueprint.before_request(_works_here)
    return blueprint


def opens(endpoint: str, role: str) -> bool:
    """Whether who has this role may open this page of the office."""
    return may(role, PERMISSIONS[endpoint.partition(".")[0]])


def takes_files(endpoint: str, most: int) -> None:
    """This page of the office takes a form with a file, of at most so many bytes; for strangers it stays small."""
    FILES[endpoint] = most


def _logged_in() -> Response | None:
    if current_user.is_authenticated:
        return None
    after = request.full_path.rstrip("?") if request.method == "GET" else None
    return answers.redirect(url_for("auth.login", next=None if after == "/" else after))


def _works_here() -> Response | None:
    if not current_user.is_authenticated:
        return _logged_in()
    if not opens(request.endpoint or "", current_user.role):
        abort(404)
    return None


def _is_open(endpoint: str, role: str) -> bool:
    return endpoint.partition(".")[0] not in PERMISSIONS or opens(endpoint, role)


def guard(app: Flask) -> None:
    """Hang the guard before every request, and the headers behind it."""
    app.request_class = _Request
    csrf.init_app(app)
    app.before_request(_guard)
    app.after_request(_headers)
    app.context_processor(_what_is_open)


def _what_is_open() -> dict[str, Any]:
    """For templates: the menu of who is here, and whether this visitor may do something of the office."""
    is_in = g.get("organisation") is not None and current_user.is_authenticated and current_user.is_whole
    role = current_user.role if is_in else ""
    behind = "staff" if request.blueprint in PERMISSIONS else "parents"
    items = [item for item in menu.items(behind) if _is_open(item.endpoint, role)] if is_in else []
    return {"menu_items": items, "may": lambda action: may(role, action)}


def _guard() -> Response | None:
    g.reference = secrets.token_hex(4)
    database.read_only()
    if request.endpoint in ANY_HOST:
        return None
    if organisation() is None:
        _count_refusal("unknown host")
        abort(404)
    if request.method not in SAFE and request.url_rule is not None:
        if (closed := _make_room()) is not None:
            return closed
        database.db.session.rollback()  # the body may come in slowly; nothing is held meanwhile
        if DOORS.get(request.blueprint or "") in ("programs", "one click"):
            _refuse_endless_body()
            database.end_reading()
            return None
        _refuse_foreign_post()
        _check_csrf()
    return None


def _make_room() -> Response | None:
    """Where files are sent, the door is asked first: nobody reads megabytes of who may not come in anyway."""
    most = FILES.get(request.endpoint or "")
    if most is None:
        return None
    if current_user.is_authenticated and not current_user.is_whole:
        return None  # the gate sends them on; what they send stays small
    if (closed := _works_here()) is not None:
        return closed
    if request.mimetype == FORM_TYPES[1]:
        request.max_content_length = most
    return None


def _refuse_foreign_post() -> None:
    """Only our own pages may post here: Fetch metadata where the browser sends it, else the Origin header."""
    _refuse_endless_body()
    if request.mimetype not in FORM_TYPES and request.content_length:
        abort(415)
    found = organisation()
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = site != "same-origin" if site is not None else origin is not None and found and origin != found.origin
    if foreign:
        _count_refusal("post from another site")
        abort(403)
    if request.mimetype == FORM_TYPES[0] and not _is_utf8(request.get_data()):
        abort(400)


def _refuse_endless_body() -> None:
    """Werkzeug would cut a body without a length off at the limit and read the rest as if that was all."""
    if "Transfer-Encoding" in request.headers:
        abort(411)


def _is_utf8(body: bytes) -> bool:
    """Whether a form holds text. Werkzeug would keep broken bytes as %FF, as if somebody had typed that."""
    try:
        unquote_to_bytes(body).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _check_csrf() -> None:
    """A wrong or missing CSRF value turns the post into a look at the same page, with what was typed."""
    try:
        csrf.protect()
    except CSRFError:
        _count_refusal("post without our CSRF value")
        _count_junk()
        if request.url_rule is None or "GET" not in (request.url_rule.methods or ()):
            abort(400)
        g.stale_form = request.form
        request.method = "GET"
    else:
        database.end_reading()


def _count_refusal(what: str) -> None:
    """Strangers can send any number of these: the log is told of the 1st, 10th, 100th … since the start (G1)."""
    _refusals[what] += 1
    count = _refusals[what]
    if count == 10 ** (len(str(count)) - 1):
        log.warning("refused, %s: %s since the start", what, count)


def _count_junk() -> None:
    """Posts without our CSRF value come from old tabs and from robots; a network that sends many has to wait."""
    near, _ = networks(request.remote_addr or "")
    with database.writing():
        verdict = throttle.count([(JUNK_POSTS, near)])
        database.end_reading()
    if verdict.refused:
        raise pages.too_many(retry_after=900)


JUNK_POSTS = Limit("junk", 60, timedelta(minutes=15))
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}


def _headers(response: Response) -> Response:
    headers: Any = response.headers
    if g.get("stale_form") is not None and response.status_code == 200:
        response.status_code = 400
    headers.extend({name: value for name, value in HEADERS.items() if name not in headers})
    if request.endpoint == "static":
        return response
    found = g.get("organisation")
    if found is not None and found.is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-store"
    headers.add("Vary", "Cookie, HX-Request")
    return response


def new_session() -> None:
    """Forget everything this browser carried, its CSRF value too: at login, logout and a link from a mail."""
    session.clear()
    g.pop("csrf_token", None)
