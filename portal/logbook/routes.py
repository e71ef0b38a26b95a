""" "Wie keek mee": what a parent may know of the access log."""

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from portal import clock, doors
from portal.children.queries import children_of
from portal.logbook import find, queries, rules, words
from portal.text import _, datum, tijd

bp = doors.parents(Blueprint("who_looked", __name__, url_prefix="/account/wie-keek-mee"))


@bp.get("")
def who_looked():
    account = current_user.account
    children = {child.id: child.given_name for child in children_of(account.person_id)}
    entries, more = queries.lines_for(account, list(children), find.find_key(request.args.get("na", "")))
    return render_template(
        "logbook/who_looked.html",
        days=_by_day([_shown(entry, children) for entry in entries]), has_children=bool(children),
        older=url_for(".who_looked", na=find.written(more)) if more else "",
        newest=url_for(".who_looked") if "na" in request.args else "",
    )  # fmt: skip


def _by_day(shown):
    days = {}
    for entry in shown:
        days.setdefault(datum(clock.local(entry["at"]).date()), []).append(entry)
    return days


def _shown(entry, children):
    """One line for its parent. Of somebody else never from where or with what; of a parent only what (B5)."""
    me = current_user.account.id
    by = entry.actor
    is_mine = by is None or by.id == me
    is_told = is_mine or by.role != ""
    return {
        "id": entry.id,
        "at": entry.at,
        "time": tijd(entry.at),
        "what": rules.sentence(entry.action, is_yours=True),
        "is_refused": entry.result != "ok",
        "who": _who(entry, me),
        "child": children.get(entry.child_id) or entry.group,
        "detail": words.detail_words(entry.action, entry.detail) if is_told else "",
        "network": entry.address if is_mine else "",
    }


def _who(entry, me):
    by = entry.actor
    if by is None:
        return _("Iemand die niet was ingelogd") if entry.action in rules.BY_STRANGERS else _("Het portaal")
    if by.id == me:
        return _("U")
    if not by.name:
        return _("Iemand van wie het account weg is")
    return _("%(name)s (%(role)s)", name=by.name, role=rules.role_words(by.role))
