"""What is kept of a child goes by itself when its time is over, and not before its family could take it along."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.changes.models import ChildCare
from portal.children.models import Child, Guardianship
from portal.diary.models import DiaryChild, DiaryEntry, RhythmEntry
from portal.files.models import File
from portal.photos.models import Photo, PhotoChild
from portal.retention import actions as keeping
from portal.retention import rules
from portal.retention.models import Keeping


@pytest.fixture
def count(inside, kok):
    """count(Photo) is how many there are."""

    def ask(model, *conditions):
        with inside(kok) as session:
            return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))

    return ask


@pytest.fixture
def days(write, ready, drank, noor, sem, allow, anna, kim, time):
    """Stories, rhythm and photos: of Noor alone, and with Sem."""
    allow(anna, noor), allow(kim, sem)
    write("Noor bouwde een toren.", noor)
    write("Wij bakten koekjes.", noor, sem)
    write("Sem sliep lang.", sem)
    for children in ([noor], [noor, sem], [sem]):
        time.move(hours=2)  # the same photo within an hour is one photo
        ready(*children)


@pytest.fixture
def kim(kok, sem, save_parent):
    return save_parent(kok, "Kim", "van", "Meer", "kim@voorbeeld.nl", sem)


def test_days_of_a_child_go_after_its_family_was_told(days, left, hourly, count, time, post, anna):
    today = clock.today()
    left(today)
    time.move(days=150)
    hourly()
    assert post.deliver() == [], "too early to tell"
    time.move(days=10)
    hourly(), hourly()
    (mail,) = post.deliver()
    assert mail.to == [anna.email] and "Noor" in mail.text and "/meenemen/" in mail.text and "koekjes" not in mail.text
    time.move(days=29)
    hourly()
    assert count(Photo) == 3, "told less than thirty days ago"
    time.move(days=3)
    hourly()
    assert count(Photo) == 1 and count(PhotoChild) == 1, "a photo with Noor on it is still there"
    assert count(DiaryEntry) == 2 and count(DiaryChild) == 2, "a story of others went along"
    assert count(RhythmEntry) == 1, "rhythm is kept for a year"
    time.move(days=200)
    hourly()
    assert count(RhythmEntry) == 0


def test_nothing_goes_of_a_child_that_is_here_or_comes_back(days, left, hourly, count, time, post):
    hourly()
    left(clock.today())
    time.move(days=170)
    hourly()
    assert len(post.deliver()) == 1
    left(None)
    time.move(days=400)
    hourly()
    assert count(Photo) == 3 and count(RhythmEntry) == 1
    left(clock.today() - timedelta(days=450))  # before it was told the first time
    time.move(days=31)
    hourly()
    assert count(Photo) == 3, "the offer of the time before does not count"
    assert len(post.deliver()) == 1


def test_what_is_held_for_the_judge_stays(days, left, hourly, count, time, office, noor, inside, kok):
    els = office("administratie")
    left(clock.today())
    page = f"/beheer/kinderen/{noor.id}/bewaren"
    els.post(page, 422, reason="  ")
    els.post(page, 303, reason="Rechtbank vroeg alles 🧸, zaak C/13/7")
    assert "Van dit kind wordt niets opgeruimd." in els.get(f"/beheer/kinderen/{noor.id}").text
    time.move(days=800)
    hourly(), hourly()
    assert count(Photo) == 3 and count(RhythmEntry) == 1
    with inside(kok) as session:
        keeping.let_go(session.get(Child, noor.id), by=els.account.id)
    hourly()
    time.move(days=31)
    hourly()
    assert count(Photo) == 1 and count(RhythmEntry) == 0


def test_colleague_who_is_a_parent_lets_nothing_of_the_own_child_go(office, noor, inside, kok, els):
    desk, page = office("administratie"), f"/beheer/kinderen/{noor.id}"
    with inside(kok) as session:
        keeping.hold(session.get(Child, noor.id), "Zaak C/13/7", by=els.id)
    assert "C/13/7" in desk.get(page).text
    with inside(kok) as session:
        both = {"child_id": noor.id, "person_id": desk.account.person_id, "role": "custody"}
        session.add(Guardianship(organisation_id=kok.id, can_decide=True, can_see_daily=True, **both))
    assert "C/13/7" not in desk.get(page).text
    desk.get(f"{page}/bewaren", 404)
    desk.post(f"{page}/bewaren/stoppen", 404)
    desk.post(f"{page}/vertrek", 422, end_date="2024-01-01")
    with inside(kok) as session:
        assert session.query(Keeping).one().held_at and not session.get(Child, noor.id).end_date


def test_last_day_of_long_ago_takes_nothing_away_at_once(days, left, hourly, count, time, inside, kok, noor):
    with inside(kok) as session:
        care = {"doctor": "Vos", "doctor_phone": "", "allergies": "noten", "medical_notes": ""}
        session.add(ChildCare(organisation_id=kok.id, child_id=noor.id, **care))
    time.move(days=40)
    left(clock.today() - timedelta(days=1000))
    hourly()
    time.move(days=29)
    hourly()
    assert (count(ChildCare), count(RhythmEntry)) == (1, 1), "a slip of the pen cannot be put right any more"
    time.move(days=2)
    hourly()
    assert (count(ChildCare), count(RhythmEntry)) == (0, 0)


@pytest.mark.parametrize("why", ["held for the judge", "brother of Noor"])
def test_photo_stays_for_another_child_on_it(why, days, left, hourly, count, time, inside, kok, sem, anna, els):
    with inside(kok) as session:
        if why == "held for the judge":
            keeping.hold(session.get(Child, sem.id), "Zaak C/13/7", by=els.id)
        else:
            both = {"child_id": sem.id, "person_id": anna.person_id, "role": "custody"}
            session.add(Guardianship(organisation_id=kok.id, can_decide=True, can_see_daily=True, **both))
    left(clock.today())
    for step in (170, 31, 1):
        time.move(days=step)
        hourly()
    assert count(Photo) == 2, "only the photo of Noor alone goes"


def test_command_says_first_what_would_go(days, left, hourly, count, time, command):
    left(clock.today())
    time.move(days=170)
    hourly()
    time.move(days=400)
    said = command("retention", "run", "--organisation", "kok", "--dry-run").out
    assert "2 photos" in said and "2 stories" in said and "1 rhythm entries" in said
    assert count(Photo) == 3
    assert "2 photos" in command("retention", "run", "--organisation", "kok").out
    assert count(Photo) == 1 and count(File, File.kind == "photo") > 0
    assert count(AccessLog, AccessLog.action == "forgotten") == 3
    assert "nothing" in command("retention", "run", "--organisation", "kok").out


@pytest.mark.parametrize(
    ("today", "months", "day"), [("2027-02-28", 6, "2026-08-27"), ("2026-11-30", 24, "2024-11-29")]
)
def test_nothing_goes_before_its_last_day_is_over(today, months, day):
    ended = rules.ended_by(date.fromisoformat(today), months)
    assert ended == date.fromisoformat(day)
    assert rules.last_day(ended, months) < date.fromisoformat(today)
