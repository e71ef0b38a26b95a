"""What every page asks of who is logged in, whatever its subject."""

from flask import Flask, Response, g, request, session, url_for
from flask_login import current_user

from portal import answers, clock
from portal import db as database
from portal.audit import actions as audit
from portal.audit.actions import asked_by, in_session
from portal.auth import actions, cookies, events, rules
from portal.db import db

# A link from a mail or a letter opens for whoever is in: it may be of somebody else, and then that one goes out (R17).
LINKS = {
    "auth.open_reset_link", "auth.open_activation_link", "auth.open_letter_link", "auth.open_device_link",
    "stop_notices.stop",
}  # fmt: skip
# With a temporary password only these open (security.md, T4); the language may be chosen there too.
WITH_TEMPORARY = {
    "auth.choose_password", "auth.check_password", "auth.propose_passphrase", "auth.logout", "welcome.set_language",
    *LINKS,
}  # fmt: skip
# Between the password and the second step (O6).
WITH_HALF = {
    "second_step.enter", "second_step.set_up", "second_step.qr_code", "second_step.use_recovery_code",
    "auth.logout", "welcome.set_language", "welcome.help", *LINKS,
}  # fmt: skip
WITH_OTHER_BROWSER = {
    "account.step_up",
    "second_step.confirm",
    "auth.logout",
    "auth.login",
    "welcome.set_language",
    "welcome.help",
}
FOR_EVERYONE = {
    "static", "welcome.accent", "files.logo", "welcome.livez", "welcome.readyz",
    "demo.post", "demo.mail", "demo.mail_html",
}  # fmt: skip


def init_app(app: Flask) -> None:
    app.before_request(_check_session)
    app.after_request(_touch_session)
    app.after_request(_note_denied)
    app.after_request(_note_looks)


def _check_session() -> Response | None:
    if request.endpoint in FOR_EVERYONE:
        return None
    asked_by(g.reference)
    if answers.is_for_program() or not _has_session() or not current_user.is_authenticated:
        return None
    in_session(current_user.session.id, current_user.account.id)
    kind = current_user.session.kind
    if kind == "temporary":
        return None if request.endpoint in WITH_TEMPORARY else answers.redirect(url_for("auth.choose_password"))
    if kind == "half":
        return None if request.endpoint in WITH_HALF else answers.redirect(url_for("second_step.enter"))
    if current_user.session.browser != cookies.browser() and request.endpoint not in WITH_OTHER_BROWSER:
        # A cookie that moved to another browser may be a stolen one (security.md, S14).
        return answers.redirect(url_for("account.step_up", next=request.path))
    return None


def _has_session() -> bool:
    return bool(session.get("_user_id")) or answers.cookie_name("onthoud") in request.cookies


def _touch_session(response: Response) -> Response:
    """Remember that the parent was here, at most every five minutes, and not for what a page asks by itself."""
    visitor = g.get("_login_user")
    if visitor is None or not visitor.is_authenticated or visitor.session.ended_at or answers.is_background():
        return response
    if clock.now() - visitor.session.seen_at >= rules.SEEN_EVERY:
        with database.writing():
            actions.touch(visitor.session.id)
            db.session.commit()
    return response


def _note_denied(response: Response) -> Response:
    """Somebody who is logged in asked a page of the portal that does not exist for this visitor (security.md, G1)."""
    visitor = g.get("_login_user")
    if response.status_code not in (403, 404) or request.url_rule is None or request.endpoint == "static":
        return response
    if visitor is not None and visitor.is_authenticated:
        with database.writing():
            events.denied(visitor.account, request.endpoint or "", cookies.address())
            db.session.commit()
    return response


def _note_looks(response: Response) -> Response:
    """What this page showed of a child; nothing goes out that is not written down."""
    if response.status_code in (200, 304) and request.method == "GET" and (looks := audit.new_looks()):
        with database.writing():
            audit.record_looks(looks)
            db.session.commit()
        audit.know(looks)
    return response
