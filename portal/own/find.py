"""From a link or an id to a change of address or a correction."""

from datetime import timedelta
from uuid import UUID

from flask import abort, g
from flask_login import current_user

from portal import clock, keys
from portal.auth.find import as_id
from portal.auth.rules import read_link
from portal.own import queries
from portal.own.models import AddressChange, Correction
from portal.own.rules import CONFIRM_LIVES, CONFIRMS, STOP_LIVES, STOPS, is_open, may_stop


def find_change_to_confirm(token: str) -> AddressChange | None:
    """The visitor's own change that waits; None when the link is broken, late, used, or of somebody else (E4)."""
    change = _change_of(token, CONFIRMS, CONFIRM_LIVES)
    account = current_user.account
    if change is None or change.account_id != account.id or change.email_version != account.email_version:
        return None
    return change if is_open(change.confirmed_at, change.ended_at) else None


def find_change_to_stop(token: str) -> AddressChange | None:
    change = _change_of(token, STOPS, STOP_LIVES)
    if change is None:
        return None
    version = change.account.email_version
    return change if may_stop(change.confirmed_at, change.ended_at, change.email_version, version) else None


def _change_of(token: str, purpose: str, lives: timedelta) -> AddressChange | None:
    said = read_link(keys.keys(purpose), purpose, token, int(lives.total_seconds()), clock.now())
    if said is None or said.late or said.organisation_id != g.organisation.id:
        return None
    change_id = as_id(said.secret)
    return queries.change(change_id) if change_id else None


def find_correction(correction_id: UUID) -> Correction:
    return queries.correction(correction_id) or abort(404)
