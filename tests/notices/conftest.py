"""A group whose photos and stories appear, parents who chose, and the worker that looks."""

import re
from datetime import datetime

import pytest

from portal import clock
from portal.auth.models import Account
from portal.children.models import Child
from portal.consent import actions as consent
from portal.consent.rules import PHOTO_TOGETHER
from portal.db import db
from portal.diary import actions as diary
from portal.diary.models import DiaryChild, DiaryEntry
from portal.files.images import Photograph, Picture
from portal.notices import actions, worker
from portal.organisations.models import Group
from portal.photos import actions as photos
from portal.photos.actions import Received

SIZES = [(size, Picture("image/jpeg", 9, 9, b"")) for size in ("klein", "midden", "groot")]


@pytest.fixture
def at(time):
    """at("18:00"), at("2026-11-24 07:00") sets the clock of Amsterdam."""

    def set_clock(words):
        day = words if "-" in words else f"{clock.local(time.now).date()} {words}"
        time.set(datetime.fromisoformat(day).replace(tzinfo=clock.AMSTERDAM).astimezone(clock.UTC))

    set_clock("2026-11-23 09:30")
    return set_clock


@pytest.fixture
def look(app):
    """The worker looks in every organisation where it is time."""

    def run():
        with app.app_context():
            while worker.run_next("test"):
                pass

    return run


@pytest.fixture
def told(at, look, post, time):
    """told("18:00") is what arrives when the worker works at that moment: who, and which mail."""

    def work(words=""):
        if words:
            at(words)
        look()
        time.move(seconds=2)  # they go at a pace
        return post.deliver()

    return work


@pytest.fixture
def begun(at, look, kok):
    """The worker looked here before."""
    look()


@pytest.fixture
def choose(inside, kok):
    def say(account, how, kind="days"):
        with inside(kok):
            actions.choose(db.session.get(Account, account.id), [(kind, how)])

    return say


@pytest.fixture
def photo(inside, kok, els, noor, time):
    """photo(noor, sem) is the id of a photo that is there now. Its file is the same few bytes for all."""
    number = iter(range(10_000))

    def send(*children):
        with inside(kok) as session:
            key = f"no-file-{next(number)}"
            group = session.get(Group, noor.group_id)
            taken = photos.take_in(
                Received(key, key.zfill(64), 9), group, els.id, child_ids=[child.id for child in children]
            )
            photos.finish(photos.claim("test"), Photograph(None, SIZES), [f"{key}-{size}" for size, _ in SIZES])
            return taken.id

    return send


@pytest.fixture
def story(inside, kok, els, noor, time):
    """story(noor) is the id of a story that parents can read from now on."""

    def write(*children, body="Wij zaaiden tuinkers."):
        with inside(kok) as session:
            day = clock.today()
            entry = DiaryEntry(
                organisation_id=kok.id, group_id=noor.group_id, author_id=els.id, day=day, body=body,
                tags=[DiaryChild(organisation_id=kok.id, child_id=child.id, day=day) for child in children],
            )  # fmt: skip
            session.add(entry)
            session.flush()
            entry.state, entry.published_at = "published", clock.now()
            diary._show(entry)
            return entry.id

    return write


@pytest.fixture
def sem(kok, noor, save_child, inside):
    """Of another family, in the group of Noor."""
    sem = save_child(kok, "Sem", "Meer", datetime(2024, 3, 1).date(), "Nog een groep")
    with inside(kok):
        db.session.get(Child, sem.id).group_id = noor.group_id
    return sem


@pytest.fixture
def kim(kok, sem, save_parent):
    return save_parent(kok, "Kim", "van", "Meer", "kim@voorbeeld.nl", sem)


@pytest.fixture
def allow(inside, kok):
    """allow(kim, sem) says that Sem may be seen with others; value=False that he may not."""

    def say(account, child, value=True):
        with inside(kok) as session:
            consent.answer(session.get(Child, child.id), PHOTO_TOGETHER, 1, value, by=account)

    return say


def gist(mails):
    """Who got which sentence about something new."""
    said = re.compile(r"^(?:Er (?:is|zijn)|There (?:is|are)) .*$", re.M)
    return sorted((mail.to[0].partition("@")[0], said.search(mail.text)[0].rstrip()) for mail in mails)
