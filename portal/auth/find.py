"""From what a browser or an address bar brings to a row this visitor may have."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from flask import Response, abort, current_app, flash, g, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from portal import clock, keys
from portal.answers import redirect
from portal.auth import queries, rules
from portal.auth.models import OneTimeLink, Session, Visitor
from portal.fields import Form
from portal.organisations.models import Organisation
from portal.text import _


def find_visitor(token: str) -> Visitor | None:
    """Who carries this secret, when the session row lives and the account is open; on another host it is nobody."""
    if g.get("organisation") is None or len(token) > 64:
        return None
    session = queries.session_with(rules.hashed(token))
    if session is None or not session.account.is_open:
        return None
    limits = rules.session_limits(session.kind, session.remembered, session.account.role != "")
    if rules.session_is_over(limits, session.created_at, session.seen_at, clock.now()):
        return None
    g.chosen_language = session.account.person.language
    return Visitor(session.account, session, token)


def find_session(session_id: UUID) -> Session:
    """A live session of this visitor, or 404."""
    for session in queries.live_sessions(current_user.account.id):
        if session.id == session_id:
            return session
    abort(404)


class FoundLink(NamedTuple):
    link: OneTimeLink | None
    problem: str  # "", late, used, broken or none


def find_link(purpose: str, token: str, organisation: Organisation) -> FoundLink:
    """The row of a link from a mail, and why it does not work (any more)."""
    said = rules.read_link(keys.keys(purpose), purpose, token, int(max_age(purpose).total_seconds()), clock.now())
    if said is None or said.organisation_id != organisation.id:
        return FoundLink(None, "broken")
    link = queries.link_with(rules.hashed(said.secret), purpose)
    if link is None or not link.account.is_open:
        return FoundLink(None, "broken")
    return FoundLink(link, problem_of(link) or ("late" if said.late else ""))


def find_opened_link(link_id: str | None, purposes: tuple[str, ...]) -> FoundLink:
    """The link this browser opened before, from its session cookie."""
    link = queries.link(as_id(link_id))
    if link is None or link.purpose not in purposes or not link.account.is_open:
        return FoundLink(None, "none")
    return FoundLink(link, problem_of(link))


def problem_of(link: OneTimeLink) -> str:
    account = link.account
    changed = (link.password_version, link.email_version) != (account.password_version, account.email_version)
    is_used = bool(link.used_at or link.replaced_at or changed)
    return rules.link_problem(is_used, link.sent_at, max_age(link.purpose), clock.now())


def as_id(value: str | None) -> UUID | None:
    try:
        return UUID(value or "")
    except ValueError:
        return None


def max_age(purpose: str) -> timedelta:
    if purpose == "letter":
        return rules.LETTER_LIVES
    name = "ACTIVATION_LINK_MAX_AGE" if purpose == "activation" else "RESET_LINK_MAX_AGE"
    return timedelta(seconds=current_app.config[name])


def next_page(target: str) -> str:
    """This path when a page of the portal lives there, else the start page."""
    home = "/"
    path = rules.safe_path(target)
    if not path:
        return home
    try:
        endpoint, values = current_app.url_map.bind("").match(path.partition("?")[0], "GET")
    except HTTPException:
        return home
    if endpoint in LANDS_ON:
        return url_for(LANDS_ON[endpoint], **values)
    return home if endpoint in ("static", "auth.logout", "auth.login") else path


# Addresses of files, and the page to land on instead: when a file comes a browser leaves the page of before standing.
LANDS_ON: dict[str, str] = {}


def confirm_first(after: str, form: Form | None = None) -> Response | None:
    """For what is sensitive (security.md, U): None when the visitor said who it is less than ten minutes ago.

    Else the answer that asks it, and then leads to the page `after`. What was posted is not done by itself. A form that
    was filled in is not valid then, and comes back with all that was typed and a link to that page.
    """
    if is_confirmed():
        return None
    if form is not None and (form.is_submitted() or g.get("stale_form") is not None):
        form.confirm_url = confirm_url(after)
        return None
    flash(_("Laat eerst zien dat u het bent. Druk daarna nog een keer op de knop."))
    return redirect(confirm_url(after))


def is_confirmed() -> bool:
    return rules.is_fresh(current_user.session.confirmed_at, clock.now())


def confirm_url(after: str) -> str:
    """Where this visitor says who it is, and then goes on to the page `after`."""
    return url_for(STEP_UP[current_user.has_second_step], next=after)


STEP_UP = {False: "account.step_up", True: "second_step.confirm"}  # the strongest that this visitor has (U3)


def my_sessions() -> list[Session]:
    """The sessions of this visitor that still let somebody in, the last used first."""
    now = clock.now()
    is_staff = current_user.is_staff
    return [
        session
        for session in queries.live_sessions(current_user.account.id)
        if not rules.session_is_over(
            rules.session_limits(session.kind, session.remembered, is_staff), session.created_at, session.seen_at, now
        )
    ]
