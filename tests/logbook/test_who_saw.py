""" "Who saw or downloaded X between t1 and t2": one page and one command (security.md, G7)."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

WHO_SAW = "/beheer/logboek/wie-zag"
DAYS = "van=2026-11-01&tot=2026-11-30"


@pytest.fixture
def seen(time, note, known, els, anna, piet, noor, save_parent, kok):
    """Els looked at Noor twice in November and once in October; Wil downloaded everybody; Piet saw a document."""
    wil = save_parent(kok, "Wil", "", "Vos", "wil@kok.test", role="administratie")
    document = uuid4()
    for day, hour in ((31, 12), (2, 8), (3, 9)):
        time.set(datetime(2026, 10 if day == 31 else 11, day, hour, tzinfo=UTC))
        note("child_seen", by=els, child=noor)
    note("child_changed", by=els, child=noor, detail="family_name")  # not a look
    note("parent_seen", anna, by=wil, object_id=anna.id)
    note("parents_downloaded", by=wil, detail="12 rows")
    note("document_downloaded", by=piet, child=noor, object_type="document", object_id=document)
    time.set(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    known()
    return document


def test_page_says_who_saw_what_how_often_and_who_could(seen, office, anna, kok, save_parent):
    save_parent(kok, "Otto", "", "Ander", "otto@voorbeeld.nl")
    manager = office("manager")
    page, _title, could = manager.get(f"{WHO_SAW}?over=noor&{DAYS}").seen.partition("Wie kon dit zien?")
    assert "Els van der Berg groepsleiding Gegevens van een kind bekeken 2" in page
    assert "2 november 2026" in page and "3 november 2026" in page and "oktober" not in page
    assert "Wil Vos administratie Bestand met alle ouders en kinderen gedownload 1" in page
    assert "Piet Bakker" in page and "gewijzigd" not in page
    for words in ("Anna de Vries (ouder)", "Piet Bakker (ouder)", "Wil Vos (administratie)", "Kim Manager (manager)"):
        assert words in could
    assert "Otto" not in could and "Els" not in could  # Els works in another group

    page = manager.get(f"{WHO_SAW}?over=anna@voor&{DAYS}").seen
    assert "Wil Vos administratie Gegevens van een ouder bekeken 1" in page and "alle ouders" in page
    assert "Els" not in page and "Wie kon" not in page
    page = manager.get(f"{WHO_SAW}?over={seen}&{DAYS}").seen
    assert "Piet Bakker ouder" in page and "document downloaded" in page and "Wil" not in page
    assert "Niemand, in deze dagen" in manager.get(f"{WHO_SAW}?over={uuid4()}&{DAYS}").seen


WRONG = {
    f"over=niemand&{DAYS}": "Wij vinden niemand", f"over=&{DAYS}": "Vul een naam", "over=noor&van=&tot=": "Vul een dag in",
    "over=noor&van=2026-11-02&tot=2026-11-01": "eerder dan de eerste dag", "over=noor&van=onzin&tot=x": "geen datum",
    f"over=a%00b&{DAYS}": "een teken dat wij niet kennen", f"over=a%00@b&{DAYS}": "een teken",
}  # fmt: skip


def test_wrong_question_says_what_is_wrong(office, noor):
    manager = office("manager")
    for asked, words in WRONG.items():
        assert words in manager.get(f"{WHO_SAW}?{asked}", status=422).seen, asked


def test_several_people_of_one_name_are_a_choice(office, known, anna, save_parent, kok):
    save_parent(kok, "Anna", "", "Smit", "smit@voorbeeld.nl")
    known()
    manager = office("manager")
    page = manager.get(f"{WHO_SAW}?over=anna&{DAYS}")
    assert "Wie bedoelt u?" in page.seen and "Anna Smit" in page.seen
    (one,) = [link["href"] for tag, link in page.tags if tag == "a" and str(anna.id) in link.get("href", "")]
    assert "Anna de Vries" in manager.get(one).seen
    page = manager.get(WHO_SAW)
    assert "Wie bedoelt u?" not in page.seen and page.text.count('type="date"') == 2


def test_command_says_the_same(seen, command, kok, els):
    days = ("--from", "2026-11-01", "--to", "2026-11-30")
    said = command("audit", "who", "noor", "--organisation", "kok", *days)
    assert said.code == 0 and said.out.splitlines()[0] == "Noor Bakker, 2026-11-01 to 2026-11-30"
    assert "  Els van der Berg (groepsleiding): child seen, 2 times, 2026-11-02 09:00 to 2026-11-03 10:00" in said.out
    told = json.loads(command("audit", "who", seen, "--organisation", "kok", *days, "--json").out)
    assert [look["action"] for look in told["looks"]] == ["document_downloaded"]
    assert told["looks"][0]["actor"]["name"] == "Piet Bakker" and told["looks"][0]["times"] == 1
    assert "nobody" in command("audit", "who", uuid4(), "--organisation", "kok").out


def test_command_refuses_in_one_sentence(command, known, kok, anna, save_parent):
    save_parent(kok, "Anna", "", "Smit", "smit@voorbeeld.nl")
    known()
    said = command("audit", "who", "anna", "--organisation", "kok")
    assert said.code == 1 and "several" in said.err and str(anna.id) in said.err
    said = command("audit", "who", "bestaatniet", "--organisation", "kok")
    assert said.code == 1 and "Nobody and nothing" in said.err
    backwards = command("audit", "who", "smit", "--organisation", "kok", "--from", "2026-11-02", "--to", "2026-11-01")
    assert backwards.code == 1 and "before" in backwards.err
