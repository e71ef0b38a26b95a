"""The rhythm of a child: two taps, any time of the day, corrected with what was there kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal.diary.models import RhythmEntry
from portal.diary.rules import Rhythm, rhythm_problem, said, sleep_problem, whole_days

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("rhythm", "problem"),
    [
        (Rhythm("bottle", NOON, amount=150), ""),
        (Rhythm("bottle", NOON), "5 tot 500 ml"),
        (Rhythm("bottle", NOON, amount=501), "5 tot 500 ml"),
        (Rhythm("bottle", NOON + HOUR, amount=150), "nog niet"),
        (Rhythm("sleep", NOON - HOUR, NOON), ""),
        (Rhythm("sleep", NOON, NOON), "voor het begin"),
        (Rhythm("food", NOON - HOUR, NOON, choice="all"), "Alleen slapen"),
        (Rhythm("temperature", NOON, amount=378), ""),
        (Rhythm("temperature", NOON, amount=3780), "34 tot 43"),
        (Rhythm("diaper", NOON, choice="all"), "mogelijkheden"),
        (Rhythm("medicine", NOON), "wat het was"),
        (Rhythm("note", NOON, note="  "), "wat het was"),
    ],
)
def test_what_cannot_be_is_refused_in_words(app, rhythm, problem):
    with app.test_request_context():
        found = rhythm_problem(rhythm, NOON)
    assert problem in found and bool(problem) == bool(found)


@pytest.mark.parametrize(
    ("begin", "end", "is_free"), [(0, 1, True), (1, 3, False), (2, 3, False), (3, 4, True), (1, None, False)]
)
def test_child_sleeps_once_at_a_time(app, begin, end, is_free):
    others = [(NOON + 2 * HOUR, NOON + 3 * HOUR)]
    rhythm = Rhythm("sleep", NOON + begin * HOUR, end and NOON + end * HOUR)
    with app.test_request_context():
        assert (sleep_problem(others, rhythm) == "") is is_free


def test_words_of_a_day(app):
    each = [
        Rhythm("sleep", NOON, NOON + HOUR),
        Rhythm("bottle", NOON, amount=150, note="warm"),
        Rhythm("diaper", NOON, choice="both"),
        Rhythm("temperature", NOON, amount=378),
        Rhythm("medicine", NOON, note="zetpil"),
    ]
    with app.test_request_context():
        assert [f"{time} {words}" for time, words in map(said, each)] == [
            "12:00–13:00 geslapen", "12:00 fles 150 ml, warm", "12:00 natte en vieze luier",
            "12:00 temperatuur 37,8 °C", "12:00 medicijn: zetpil",
        ]  # fmt: skip


DAYS = [date(2026, 11, day) for day in range(1, 31)]


@pytest.mark.parametrize(
    ("found", "shown", "is_more"),
    [
        ([], [], False),
        ([(DAYS[3], False), (DAYS[5], False)], [DAYS[5], DAYS[3]], False),
        ([(DAYS[3], True), (DAYS[5], False)], [DAYS[5]], True),
        ([(DAYS[3], True)], [DAYS[3]], True),
        ([(day, False) for day in DAYS[:4]], [DAYS[3], DAYS[2], DAYS[1]], True),
    ],
)
def test_page_holds_whole_days(found, shown, is_more):
    assert whole_days(found, 3) == (shown, is_more)


def test_two_taps_write_it_down_for_the_parents(tablet, phone, noor, anna):
    page = tablet.get(tablet.board)
    child = f"/beheer/dagboek/kind/{noor.id}"
    assert f'href="{child}?dag=2026-11-23"' in page.text
    assert 'value="bottle:150"' in tablet.get(child).text
    back = tablet.follow(tablet.post(f"{child}/knop", what="bottle:150", ago="0"))
    assert "Noor Bakker: 10:30 fles 150 ml." in back.seen
    tablet.post(f"{child}/knop", what="diaper:wet", ago="30")
    tablet.post(f"{child}/knop", what="onzin:1", ago="0")
    assert "Kies een van de mogelijkheden" in tablet.get(child).seen
    assert "10:00 natte luier · 10:30 fles 150 ml" in phone(anna).get("/dagboek").seen


def test_second_press_counts_once_and_a_later_one_again(tablet, noor, time, inside, kok):
    path = f"/beheer/dagboek/kind/{noor.id}"
    for seconds in (0, 2, 600):
        time.move(seconds=seconds)
        tablet.post(f"{path}/knop", what="drink:all", ago="0")
    with inside(kok) as session:
        assert len(session.scalars(sa.select(RhythmEntry.id)).all()) == 2


def test_child_falls_asleep_and_wakes(tablet, phone, noor, anna, time):
    path = f"/beheer/dagboek/kind/{noor.id}"
    tablet.post(f"{path}/knop", what="sleep:start", ago="15")
    assert "10:15 slaapt" in phone(anna).get("/dagboek").seen
    tablet.post(f"{path}/knop", what="sleep:start", ago="0")
    assert "sliep toen al" in tablet.get(path).seen
    time.move(minutes=50)
    (form,) = [form for form in tablet.get(tablet.board).forms if "wakker" in form["attributes"]["action"]]
    tablet.post(form["attributes"]["action"])
    assert "10:15–11:20 geslapen" in phone(anna).get("/dagboek").seen


def test_anything_with_its_own_time_also_of_yesterday(tablet, phone, noor, anna):
    path = f"/beheer/dagboek/kind/{noor.id}?dag=2026-11-22"
    empty = {"time": "", "until": "", "amount": "", "choice": "", "note": ""}
    page = tablet.post(path, 422, **{**empty, "kind": "temperature", "amount": "veel"})
    assert "Vul de tijd in" in page.seen and "Vul een getal in" in page.seen
    tablet.post(path, **{**empty, "kind": "temperature", "amount": "38,2", "time": "9:05", "note": "gebeld"})
    page = tablet.post(path, 422, **{**empty, "kind": "sleep", "time": "12:00", "until": "25:00"})
    assert "Dit is geen tijd" in page.seen
    seen = phone(anna).get("/dagboek").seen
    assert "Gisteren, zondag 22 november 2026" in seen and "9:05 temperatuur 38,2 °C, gebeld" in seen


def test_line_is_corrected_and_taken_away_with_what_was_there_kept(tablet, phone, noor, anna, inside, kok):
    tablet.post(f"/beheer/dagboek/kind/{noor.id}/knop", what="bottle:240", ago="0")
    with inside(kok) as session:
        path = f"/beheer/dagboek/ritme/{session.scalars(sa.select(RhythmEntry.id)).one()}"
    form = tablet.get(path).form("rhythm-form")["fields"]
    fields = {name: form[name] or "" for name in ("time", "until", "amount", "note")}
    assert fields["amount"] == "240" and fields["time"] == "10:30"
    tablet.post(path, **{**fields, "kind": "bottle", "choice": "", "amount": "210"})
    parent = phone(anna)
    seen = parent.get("/dagboek").seen
    assert "fles 210 ml" in seen and "240" not in seen
    tablet.get(path, 404)
    with inside(kok) as session:
        old, new = session.scalars(sa.select(RhythmEntry).order_by(RhythmEntry.replaces_id.is_not(None))).all()
        assert (old.amount, new.amount, new.replaces_id) == (240, 210, old.id) and old.withdrawn_by == new.author_id
    tablet.post(f"/beheer/dagboek/ritme/{new.id}/weg")
    assert "fles" not in parent.get("/dagboek").seen
