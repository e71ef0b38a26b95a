"""From an address bar to the taking away of a second step; and who may set one up now."""

from uuid import UUID

from flask import abort, g
from flask_login import current_user

from portal import clock, keys
from portal.auth.rules import read_link
from portal.db import db
from portal.factors import queries
from portal.factors.actions import STOPS, STOPS_FOR
from portal.factors.models import FactorReset


def find_reset_of(token: str) -> FactorReset | None:
    """What this link stops; None when it is broken, late or over."""
    said = read_link(keys.keys(STOPS), STOPS, token, STOPS_FOR, clock.now())
    if said is None or said.late or said.organisation_id != g.organisation.id:
        return None
    reset = db.session.get(FactorReset, UUID(said.secret))
    return reset if reset is not None and reset.ended_at is None else None


def find_reset(reset_id: UUID) -> FactorReset:
    """A taking away that is still open, for the office; or 404."""
    for reset in queries.open_resets():
        if reset.id == reset_id:
            return reset
    abort(404)


def must_set_up() -> bool:
    """Whether this visitor has no second step to pass: none yet, or it is taken away as of now."""
    account = current_user.account
    return account.second_step_at is None or queries.due_reset(account.id, clock.now()) is not None
