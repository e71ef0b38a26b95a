"""The group writes stories: drafts first, corrected with what was there kept, withdrawn; and names with consent only."""

from datetime import date
from uuid import uuid4

import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.children.models import Child
from portal.db import db
from portal.diary.models import DiaryEntry, DiaryVersion
from tests.files.pictures import saved
from tests.files.test_photo import snapshot


def entry_id(page):
    return next(each for each in page.ids if each.startswith("entry-")).removeprefix("entry-")


def test_story_is_a_draft_until_it_goes_to_the_parents(tablet, write, phone, noor, anna):
    write("Noor stapelde vijf blokken.", noor, publish=False)
    page, parent = tablet.get(tablet.board), phone(anna)
    assert "Concept: ouders zien dit nog niet" in page.seen and "vijf blokken" not in parent.get("/dagboek").seen
    tablet.post(f"/beheer/dagboek/verhaal/{entry_id(page)}/publiceren")
    assert "Ouders lezen dit" in tablet.get(tablet.board).seen
    seen = parent.get(f"/dagboek/{noor.id}").seen
    assert "Vandaag, maandag 23 november 2026" in seen and "Noor stapelde vijf blokken." in seen


def test_correction_keeps_what_was_there_and_withdrawing_takes_it_away(tablet, write, phone, noor, anna, inside, kok):
    write("Noor at een peer.", noor)
    parent = phone(anna)
    assert "een peer" in parent.get("/dagboek").seen
    path = f"/beheer/dagboek/verhaal/{entry_id(tablet.get(tablet.board))}"
    form = tablet.get(path).form("story-form")["fields"]
    tablet.post(path, body="Noor at een appel.", children=str(noor.id), version=form["version"])
    seen = parent.get("/dagboek").seen
    assert "een appel" in seen and "een peer" not in seen and "gewijzigd op maandag 23 november 2026" in seen
    page = tablet.get(path)
    assert "Wat er eerst stond" in page.seen and "een peer" in page.seen
    late = tablet.post(path, 422, body="Iets anders.", children=str(noor.id), version=form["version"])
    assert "Een collega heeft dit verhaal net gewijzigd" in late.seen and "Iets anders." in late.text
    tablet.post(f"{path}/intrekken")
    assert "een appel" not in parent.get("/dagboek").seen
    tablet.get(path, 404)
    with inside(kok) as session:
        assert session.scalars(sa.select(DiaryVersion.body)).all() == ["Noor at een peer."]
        actions = session.scalars(sa.select(AccessLog.action).where(AccessLog.child_id == noor.id)).all()
    assert {"entry_published", "entry_corrected", "entry_withdrawn", "days_seen"} <= set(actions)


def test_name_among_others_needs_consent(tablet, write, phone, allow, noor, sem, anna, kim):
    allow(anna, noor)
    page = write("Wij zaaiden tuinkers.", noor, sem, status=422)
    assert "geen toestemming voor: Voornaam in een verhaal van de groep. Het gaat om Sem Meer." in page.seen
    assert "Wij zaaiden tuinkers." in page.text and "daar is geen toestemming voor: Sem Meer" in page.seen
    write("Sem sliep lekker.", sem)
    allow(kim, sem)
    write("Wij zaaiden tuinkers.", noor, sem)
    one, other = phone(anna), phone(kim)
    assert "Noor met Sem" in one.get("/dagboek").seen and "sliep lekker" not in one.get("/dagboek").seen
    assert "Sem met Noor" in other.get("/dagboek").seen
    allow(kim, sem, False)
    assert "Sem" not in one.get("/dagboek").seen and "Wij zaaiden" in one.get("/dagboek").seen
    assert "Sem met Noor" in other.get("/dagboek").seen


def test_consent_that_went_meanwhile_keeps_a_draft_back(tablet, write, allow, noor, sem, anna, kim):
    allow(anna, noor), allow(kim, sem)
    write("Wij zaaiden tuinkers.", noor, sem, publish=False)
    allow(kim, sem, False)
    tablet.post(f"/beheer/dagboek/verhaal/{entry_id(tablet.get(tablet.board))}/publiceren")
    page = tablet.get(tablet.board)
    assert "Het gaat om Sem Meer" in page.seen and "Concept" in page.seen


def test_same_press_twice_writes_once(tablet, write, noor, inside, kok):
    token = str(uuid4())
    for _ in range(2):
        write("Eén keer.", noor, token=token)
    with inside(kok) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(DiaryEntry)) == 1


def test_day_can_be_chosen_and_says_who_comes(tablet, write, noor, sem, inside, kok):
    with inside(kok):
        db.session.get(Child, sem.id).end_date = date(2026, 11, 22)
    assert "Sem Meer" not in tablet.get(tablet.board).seen
    page = tablet.get(f"{tablet.board}?dag=2026-11-20")
    assert "vrijdag 20 november 2026" in page.seen and "Sem Meer" in page.seen
    write("Over vrijdag.", noor, sem, status=422, path=f"{tablet.board}?dag=2026-11-20")
    write("Over vrijdag.", noor, path=f"{tablet.board}?dag=2026-11-20")
    assert "Over vrijdag." not in tablet.get(tablet.board).seen
    assert "Over vrijdag." in tablet.get(f"{tablet.board}?dag=2026-11-20").seen
    for nonsense in ("2027-01-01", "1999-01-01", "morgen"):
        assert "Vandaag, maandag 23 november" in tablet.get(f"{tablet.board}?dag={nonsense}").seen


def test_nobody_else_writes_or_reads_here(tablet, write, office, visitor, noor, anna, bram, zon, kok, inside):
    write("Van de Vlinders.", noor)
    entry = entry_id(tablet.get(tablet.board))
    other, manager = office("planning"), office("manager")
    assert "Van de Vlinders" in manager.get(tablet.board).seen
    with inside(kok) as session:  # to another group from here on
        session.execute(sa.delete(sa.table("staff_group")))
    for path in (tablet.board, f"/beheer/dagboek/verhaal/{entry}", f"/beheer/dagboek/kind/{noor.id}"):
        tablet.get(path, 404)
        other.get(path, 404)
    away = visitor(zon)
    away.log_in(bram)
    away.get(f"/dagboek/{noor.id}", 404)
    assert "Vlinders" not in away.get("/dagboek").text
    assert "U werkt nog niet op een groep" in tablet.get("/beheer/dagboek").seen


def test_photos_go_with_the_story_and_a_refused_one_keeps_it_not_back(tablet, write, phone, work, noor, anna):
    picture = saved(snapshot(640, 480), "JPEG")
    files = {"photos": [("toren.jpg", picture), ("lijst.txt", b"geen foto")]}
    draft = write("Een toren!", noor, publish=False, status=422, files=files)
    assert "niet met een concept" in draft.seen and "Een toren!" in draft.text
    page = tablet.follow(write("Een toren!", noor, files=files))
    assert "Het verhaal staat bij de ouders." in page.seen and "lijst.txt: Dit is geen foto" in page.seen
    work()
    page = phone(anna).get(f"/dagboek/{noor.id}")
    assert "Een toren!" in page.seen
    (image,) = [attributes for tag, attributes in page.tags if tag == "img" and "/fotos/" in attributes["src"]]
    assert image["alt"] == "Foto van Noor" and image["loading"] == "lazy"


def test_many_refused_photos_are_said_in_a_message_that_a_browser_keeps(tablet, write, noor):
    """What is said on the next page travels in a cookie, of which browsers keep 4096 bytes."""
    files = {"photos": [(f"{number}\u202e{'é🙂' * 2000}.txt", b"geen foto") for number in range(30)]}
    answer = write("Wij bouwden.", noor, files=files)
    assert all(len(cookie) < 4000 for cookie in answer.response.headers.getlist("Set-Cookie"))
    page = tablet.follow(answer)
    assert "geen foto die wij kennen" in page.seen and "Wij bouwden." in page.seen and "\u202e" not in page.text
