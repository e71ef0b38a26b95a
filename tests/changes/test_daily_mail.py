"""Once a day, in the morning, who decides about changes hears by mail that something waits."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from portal.changes import actions, rules
from portal.changes.models import DataChange
from portal.outbox.actions import SWEEPS
from tests.changes.conftest import HOME, OWN


def test_office_hears_once_a_day_that_something_waits(browser, office, post, time, inside, kok):
    for role in ("manager", "administratie", "planning"):
        office(role)

    def told(hour, day):
        time.now = datetime(2026, 11, day, hour, tzinfo=UTC)  # an hour later in Amsterdam
        with inside(kok):
            assert [each() for each in SWEEPS if each is actions.tell_office], "the worker does not ask"
        return sorted((mail.to[0], "Er wacht 1 wijziging" in mail.text) for mail in post.deliver())

    both = [("administratie@kok.test", True), ("manager@kok.test", True)]
    assert told(8, 23) == []
    browser.post(f"{OWN}/woonadres", **HOME)
    assert told(9, 23) == both and told(10, 23) == []
    assert told(6, 24) == [] and told(7, 24) == both and told(8, 24) == []
    assert told(14, 25) == [], "it goes in the morning"
    time.now = datetime(2026, 11, 26, 7, tzinfo=UTC)
    with inside(kok) as session:
        actions.tell_office()
        session.scalars(sa.select(DataChange)).one().state = "withdrawn"
    assert post.deliver() == [], "nothing waits any more when the mail would go"


@pytest.mark.parametrize(("hour", "month", "is_morning"), [(6, 7, True), (6, 1, False), (7, 1, True), (11, 1, False)])
def test_morning_is_that_of_amsterdam(hour, month, is_morning):
    assert rules.is_morning(datetime(2026, month, 5, hour, tzinfo=UTC)) is is_morning
