"""A child with days to take along, the worker that makes it ready, and a parent who fetches it."""

import zipfile
from datetime import timedelta
from functools import cache
from io import BytesIO

import pytest

from portal import clock
from portal.auth.models import Session
from portal.diary.models import DiaryChild, DiaryEntry, RhythmEntry
from portal.export import worker
from portal.files.images import photo_of
from portal.photos.models import Photo
from tests.files.test_bucket import provider  # noqa: F401
from tests.photos.conftest import allow, jpeg, ready, sem, send, state_of, work  # noqa: F401

FOLDER = "Noor - Kok Kinderopvang"
once = cache(photo_of)


@pytest.fixture(autouse=True)
def photos_are_made_once(monkeypatch):
    """Opening the same photo anew for every test is not what is tested here."""
    monkeypatch.setattr("portal.photos.worker.photo_of", once)


@pytest.fixture
def write(inside, kok, els, noor):
    """write("Wij bakten koekjes.", noor, sem) is a story of today that parents read."""

    def save(body, *children, back=0):
        day = clock.today() - timedelta(days=back)
        with inside(kok) as session:
            tags = [DiaryChild(organisation_id=kok.id, child_id=child.id, day=day, is_shown=True) for child in children]
            entry = DiaryEntry(
                organisation_id=kok.id, group_id=noor.group_id, author_id=els.id, day=day, body=body,
                state="published", published_at=clock.now(), tags=tags,
            )  # fmt: skip
            session.add(entry)
            session.commit()
            return entry.id

    return save


@pytest.fixture
def drank(inside, kok, els, noor):
    with inside(kok) as session:
        session.add(
            RhythmEntry(
                organisation_id=kok.id, child_id=noor.id, group_id=noor.group_id, author_id=els.id,
                day=clock.today(), kind="bottle", at=clock.now(), amount=150,
            )
        )  # fmt: skip


@pytest.fixture
def change_photo(inside, kok):
    def change(photo_id, **values):
        with inside(kok) as session:
            photo = session.get(Photo, photo_id)
            for name, value in values.items():
                setattr(photo, name, value)

    return change


@pytest.fixture
def make(app):
    """make() lets the worker make all exports that wait."""

    def run(owner="test", turns=1000):
        with app.app_context():
            return sum(1 for _ in zip(range(turns), iter(lambda: worker.run_next(owner), False), strict=False))

    yield run
    worker._making.clear()


class Taker:
    """A parent who takes everything of one child along."""

    def __init__(self, browser, account, child, inside, organisation):
        self.browser, self.account, self.child = browser, account, child
        self.inside, self.organisation = inside, organisation
        self.page = f"/meenemen/{child.id}"
        self.come_in()

    def come_in(self):
        """Also days later, when the session is over."""
        self.browser.log_in(self.account)

    def show_who_it_is(self):
        with self.inside(self.organisation) as session:
            session.query(Session).filter_by(account_id=self.account.id).update({"confirmed_at": clock.now()})

    def ask(self, status=303):
        self.show_who_it_is()
        return self.browser.post(self.page, status)

    def fetch(self, headers=None, buffered=True):
        return self.browser.client.get(f"{self.page}/bestand", buffered=buffered, **self.browser._with(headers))

    def unzipped(self):
        response = self.fetch()
        assert response.status_code == 200, response.status
        assert response.content_length == len(response.data)
        return zipfile.ZipFile(BytesIO(response.data))


@pytest.fixture
def taker(visitor, kok, inside):
    def come(account, child, organisation=kok):
        return Taker(visitor(organisation), account, child, inside, organisation)

    return come


@pytest.fixture
def take(taker, anna, noor, make):
    """take() is Anna with what she asked for made ready."""

    def everything():
        mine = taker(anna, noor)
        mine.ask()
        make()
        return mine

    return everything
