"""What a browser carries: the session cookie, "onthoud mij", and that an address was used on this device before.

None of them gives any right by itself: the first two hold the secret of a session row, and all authority is in that
row. Over https every name has the prefix __Host-, so that a neighbouring host cannot set or read it.
"""

import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from flask import Flask, Request, Response, after_this_request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, login_user, logout_user
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy.exc import OperationalError

from portal import clock, keys
from portal.answers import cookie_name, is_https, set_cookie
from portal.auth.find import find_visitor
from portal.auth.models import Visitor
from portal.auth.rules import browser_label
from portal.doors import new_session

MONTH, YEAR = 30 * 86_400, 365 * 86_400
MOST_ADDRESSES = 5  # on one device


def browser() -> str:
    """The browser of this request in a parent's words."""
    return browser_label(request.user_agent.string)


def address() -> str:
    """The network address of this request, as far as our own proxies tell it."""
    return request.remote_addr or ""


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, with name and Secure flag after the scheme of the organisation."""

    _serializer: URLSafeTimedSerializer | None = None

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        try:
            return super().open_session(app, request)
        except OperationalError:
            return None  # nothing can be read or kept now; the doors show the page that says so

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._serializer is None:  # Flask makes it anew at every look
            self._serializer = super().get_signing_serializer(app)
        return self._serializer

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name("sessie")

    def get_cookie_secure(self, app: Flask) -> bool:
        return is_https()


class Login(LoginManager):
    """Flask-Login, whose cookies carry the secret of a session row, and whose remember cookie has the right flags.

    Flask-Login 0.6.3 clears that cookie without Secure, so a browser keeps a __Host- cookie; it reads the time by
    utcnow(), and it forgets SECRET_KEY_FALLBACKS (security.md, findings 1 and 2).
    """

    def _load_user(self) -> None:
        token = session.get("_user_id")
        visitor = find_visitor(token) if token else None
        if visitor is None and (token := _remembered()):
            visitor = find_visitor(token)
            if visitor is not None:
                session["_user_id"] = token
        self._update_request_context_with_user(visitor)

    def _set_cookie(self, response: Response) -> None:
        set_cookie(response, "onthoud", str(_serializer("remember").dumps(session["_user_id"])), MONTH)

    def _clear_cookie(self, response: Response) -> None:
        if cookie_name("onthoud") in request.cookies:
            set_cookie(response, "onthoud", "", 0)


def log_in(visitor: Visitor) -> None:
    """This browser is the visitor's from now on; nothing of before stays, its CSRF value neither."""
    new_session()
    login_user(visitor, remember=visitor.session.remembered)
    if not visitor.session.remembered:
        session["_remember"] = "clear"


def log_out() -> None:
    """Forget the visitor. Ending the session row is the caller's."""
    logout_user()
    new_session()
    session["_remember"] = "clear"


def device_of(key: str) -> str:
    """The id of this device when this address was used on it before, else "". No look at any account."""
    device, addresses = _device()
    return device if _address_mark(key) in addresses else ""


def remember_device(key: str) -> None:
    """The next answer tells this browser that this address was used on it. It selects a counter, it opens nothing."""
    device, addresses = _device()
    mark = _address_mark(key)
    kept = [mark, *(other for other in addresses if other != mark)][:MOST_ADDRESSES]
    value = str(_serializer("device").dumps([device or secrets.token_urlsafe(16), kept]))

    def set_it(response: Response) -> Response:
        set_cookie(response, "apparaat", value, YEAR)
        return response

    after_this_request(set_it)


class Asked(NamedTuple):
    key: str  # an address, as it was typed: nobody looked whether an account has it
    at: datetime


def remember_asked(key: str) -> None:
    """This browser asked a mail for this address, and may ask it again with one press. Only we read which address."""
    session["asked"] = keys.encrypt("asked", f"{int(clock.now().timestamp())} {key}")


def asked() -> Asked | None:
    """What this browser asked in the last hour."""
    try:
        seconds, _, key = keys.decrypt("asked", session.get("asked", "")).partition(" ")
    except ValueError:
        return None
    at = datetime.fromtimestamp(int(seconds), UTC)
    return Asked(key, at) if clock.now() < at + timedelta(hours=1) else None


def _device() -> tuple[str, list[str]]:
    try:
        device, addresses = _serializer("device").loads(request.cookies.get(cookie_name("apparaat"), ""))
        return str(device), list(addresses)
    except (BadSignature, ValueError, TypeError):
        return "", []


def _address_mark(key: str) -> str:
    return keys.pseudonym("device", g.organisation.id.hex, key)[:22]


def _remembered() -> str:
    cookie = request.cookies.get(cookie_name("onthoud"), "")
    if not cookie or session.get("_remember") == "clear":
        return ""
    try:
        return str(_serializer("remember").loads(cookie))
    except BadSignature:
        return ""


def _serializer(purpose: str) -> URLSafeSerializer:
    return _made(purpose, *keys.keys(purpose))


@cache
def _made(purpose: str, *keys_: bytes) -> URLSafeSerializer:
    options: dict[str, Any] = {"key_derivation": "hmac"}
    return URLSafeSerializer(keys_, salt=f"ouderportaal.{purpose}.v1", signer_kwargs=options)
