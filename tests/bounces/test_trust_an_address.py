"""An address that was flagged is good again: somebody of the office says so, or a mail that went there was opened."""

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.auth import actions as auth
from portal.auth.models import Account
from portal.bounces import actions
from portal.db import db
from portal.parents.actions import change_address


@pytest.fixture
def flagged(inside, kok, anna, time):
    with inside(kok):
        account = db.session.get(Account, anna.id)
        account.bounce_state, account.bounced_at = "gone", time.now
    return anna


def opened(purpose):
    def open_link(account, els):
        link = auth.make_link(account, purpose, purpose.encode() * 16, account.bounced_at)
        assert auth.use_link(auth.queries.live_links(account.id, purpose)[0], "hash", "") and link

    return open_link


def by_the_office(account, els):
    actions.trust_address(account, by=els)
    actions.trust_address(account, by=els)
    said = sa.select(AccessLog.actor_id).where(AccessLog.action == "address_trusted")
    assert db.session.scalars(said).all() == [els.id]


def moved(account, els):
    change_address(account, "anna@elders.example", by=els)


WAYS = {
    "the office says so": (by_the_office, ""),
    "another address": (moved, ""),
    "a reset link was opened": (opened("reset"), ""),
    "a first link was opened": (opened("activation"), ""),
    "a letter on paper says nothing of mail": (opened("letter"), "gone"),
}


@pytest.mark.parametrize(("way", "left"), WAYS.values(), ids=WAYS)
def test_address_is_trusted_again(way, left, flagged, els, inside, kok):
    with inside(kok):
        way(db.session.get(Account, flagged.id), db.session.get(Account, els.id))
    with inside(kok):
        account = db.session.get(Account, flagged.id)
        assert (account.bounce_state, account.bounced_at is None) == (left, not left)
