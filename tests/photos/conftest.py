"""A group that takes photos, the worker that makes them, and parents who allow it."""

import pytest

from portal.children.models import Child
from portal.consent import actions as consent
from portal.consent.queries import purpose
from portal.consent.rules import PHOTO_TOGETHER
from portal.db import db
from portal.organisations.models import Group
from portal.photos import actions, worker
from portal.photos.models import Photo
from tests.caching import cache  # noqa: F401
from tests.files.pictures import saved
from tests.files.test_photo import snapshot


@pytest.fixture(scope="session")
def jpeg():
    return saved(snapshot(640, 480), "JPEG")


@pytest.fixture
def send(inside, kok, els, noor, jpeg):
    """send(content, noor) takes a photo in for the group of Noor, with these children on it; gives its id."""

    def take_in(content=None, *children, by=els, **more):
        with inside(kok) as session:
            received = actions.receive(content or jpeg)
            group = session.get(Group, noor.group_id)
            photo = actions.take_in(received, group, by.id, child_ids=[child.id for child in children], **more)
            session.commit()
            return photo.id

    return take_in


@pytest.fixture
def work(app):
    """work() lets the worker make all that waits."""

    def run(owner="test"):
        with app.app_context():
            return sum(1 for _ in iter(lambda: worker.run_next(owner), False))

    return run


@pytest.fixture
def ready(send, work):
    """ready(noor) is the id of a photo of these children that is there."""

    def make(*children, content=None, **more):
        photo_id = send(content, *children, **more)
        work()
        return photo_id

    return make


@pytest.fixture
def allow(inside, kok):
    """allow(anna, noor) says that Noor may be seen with others; value=False that she may not."""

    def say(account, child, code=PHOTO_TOGETHER, value=True):
        with inside(kok) as session:
            asked = purpose(code)
            consent.answer(session.get(Child, child.id), code, asked.version, value, account)

    return say


@pytest.fixture
def sem(kok, noor, save_child, inside):
    """Another child of the group of Noor."""
    from datetime import date

    child = save_child(kok, "Sem", "Visser", date(2023, 8, 2), "De Torens")
    with inside(kok):
        db.session.get(Child, child.id).group_id = noor.group_id
    return child


@pytest.fixture
def state_of(inside, kok):
    def read(photo_id):
        with inside(kok) as session:
            session.expire_all()
            return session.get(Photo, photo_id)

    return read
