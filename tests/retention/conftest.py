"""A child with days and photos, that left."""

import pytest

from portal.children import actions as children
from portal.children.models import Child
from portal.db import db
from tests.export.conftest import drank, photos_are_made_once, write  # noqa: F401
from tests.photos.conftest import allow, jpeg, ready, sem, send, state_of, work  # noqa: F401


@pytest.fixture
def left(inside, kok, noor):
    """left(day) says that this was the last day of Noor."""

    def say(day):
        with inside(kok):
            children.leave(db.session.get(Child, noor.id), day, months=24)

    return say


@pytest.fixture
def hourly(app, kok, inside):
    """What the worker does once an hour."""
    from portal.retention import worker

    def sweep():
        with inside(kok):
            worker.sweep()

    return sweep
