"""Lines to read."""

import pytest
import sqlalchemy as sa

from portal.audit.actions import record
from portal.auth.models import Person
from portal.people.actions import know_names


@pytest.fixture
def note(inside, kok):
    """note("child_seen", None, by=els, child=noor) is a line of the log of Kok."""

    def write(action, account=None, by=None, child=None, organisation=kok, **more):
        with inside(organisation):
            record(
                action, account.id if account else None, by=by.id if by else None,
                child_id=child.id if child else None, **more,
            )  # fmt: skip

    return write


@pytest.fixture
def known(inside, kok):
    """known() makes everyone of Kok to be found by name."""

    def learn():
        with inside(kok) as session:
            know_names(session.scalars(sa.select(Person)).all())

    return learn
