"""The log for a manager: what stands there, what one can ask, and as a file."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import clock
from portal.db import db
from portal.logbook import queries, rules
from portal.logbook.queries import PAGE, Filter

LOG, FILE = "/beheer/logboek", "/beheer/logboek/bestand"


@pytest.fixture
def manager(office):
    return office("manager")


def shown(page):
    """The rows of the table, each as its words on one line."""
    rows = page.text.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")
    return [" ".join(unescape(re.sub("<[^>]*>", " ", row)).split()) for row in rows if "<tr" in row]


def test_manager_reads_who_did_what_about_whom(manager, note, anna, noor, els):
    note("child_seen", by=els, child=noor)
    note("rights_changed", anna, by=els, child=noor, detail="custody to no_custody: role, valid_to")
    note("unknown_login_failed", result="refused", detail="f" * 43, address="198.51.100.x")
    page = manager.get(LOG)
    found = shown(page)
    assert "Inloggen mislukt met een onbekend e-mailadres niet ingelogd 198.51.100.x" in found[0]
    assert "ffff" not in page.seen
    assert (
        "Van met gezag naar zonder gezag: gezag, einddatum Els van der Berg groepsleiding Anna de Vries Noor Bakker"
        in found[1]
    )
    assert "Gegevens van een kind bekeken Els van der Berg groepsleiding Noor Bakker" in found[2]
    assert any("Ingelogd" in line and "Kim Manager" in line for line in found)


def test_filters_leave_what_was_asked(time, manager, note, known, anna, noor, els):
    note("child_seen", by=els, child=noor)
    note("parent_changed", anna, by=els, detail="phone")
    known()
    for asked, there, gone in (
        ("wie=els", ["kind bekeken", "ouder gewijzigd"], ["Ingelogd"]),
        ("over=noor", ["kind bekeken"], ["Ingelogd", "ouder gewijzigd"]),
        ("over=anna@voor", ["ouder gewijzigd"], ["bekeken", "Ingelogd"]),
        ("wat=seen", ["kind bekeken"], ["Ingelogd", "ouder gewijzigd"]),
        ("wat=login", ["Ingelogd"], ["bekeken", "gewijzigd"]),
        ("wie=els&over=anna&wat=address", ["ouder gewijzigd"], ["bekeken", "Ingelogd"]),
        ("van=2026-11-23&tot=23-11-2026", ["Ingelogd", "kind bekeken", "ouder gewijzigd"], []),
    ):
        found = " ".join(shown(manager.get(f"{LOG}?{asked}")))
        assert all(words in found for words in there) and not any(words in found for words in gone), asked


def test_days_begin_and_end_at_midnight_in_amsterdam(time, manager, note, els, noor):
    for moment in (datetime(2026, 11, 24, 22, 59, 59), datetime(2026, 11, 24, 23, 0), datetime(2026, 11, 25, 22, 59)):
        time.set(moment.replace(tzinfo=UTC))
        note("child_seen", by=els, child=noor)
    time.set(datetime(2026, 11, 25, 23, 0, tzinfo=UTC))
    note("child_seen", by=els, child=noor)
    time.set(datetime(2026, 11, 23, 9, 35, tzinfo=UTC))  # or the manager would be out by now
    assert len(shown(manager.get(f"{LOG}?van=2026-11-25&tot=2026-11-25"))) == 2
    assert len(shown(manager.get(f"{LOG}?van=2026-11-26"))) == 1


WRONG = {
    "wie=niemand": "Wij vinden niemand die zo heet", "wat=onzin": "Kies een van", "van=2026-02-31": "Dit is geen datum",
    "van=1900-01-01": "vanaf het jaar 2000", "tot=9999-12-31": "vanaf het jaar 2000", "wie=a&wie=b": "Er ging iets mis",
    "van=2026-11-23&tot=2026-11-22": "eerder dan de eerste dag", "wie=a%00b": "een teken dat wij niet kennen",
    "wie=" + "a" * 101: "te lang", "wie=%F0%9F%98%80": "niemand", "over=%20": "", "na=onzin": "", "wie=%ff": "niemand",
}  # fmt: skip


def test_wrong_question_says_what_is_wrong(manager):
    for asked, words in WRONG.items():
        page = manager.get(f"{LOG}?{asked}", status=422 if words else 200)
        assert words in page.seen and bool(shown(page)) is not bool(words), asked


def test_too_many_people_of_one_name_are_asked_to_be_named_better(manager, monkeypatch, save_parent, kok, known):
    for given in ("Jan", "Jet"):
        save_parent(kok, given, "", "Smit", f"{given}@voorbeeld.nl")
    known()
    monkeypatch.setattr(queries, "FEW", 1)
    assert "te veel mensen" in manager.get(f"{LOG}?wie=smit", status=422).seen
    assert manager.get(f"{LOG}?wie=jet+smit")


def test_pages_follow_each_other_with_the_filter(manager, note, known, els, noor, anna):
    known()
    for _number in range(PAGE + 3):
        note("child_seen", by=els, child=noor)
        note("parent_changed", anna, by=els)
    first = manager.get(f"{LOG}?over=noor&wat=seen")
    (older,) = [link["href"] for tag, link in first.tags if tag == "a" and link.get("rel") == "next"]
    second = manager.get(older)
    ids = [id_ for page in (first, second) for id_ in page.ids if id_.startswith("entry-")]
    assert len(ids) == len(set(ids)) == PAGE + 3 and "gewijzigd" not in " ".join(shown(second))


def test_file_holds_what_was_asked_without_formulas_and_is_itself_in_the_log(
    manager, note, save_parent, kok, noor, els, anna
):
    evil = save_parent(kok, '=HYPERLINK("http://x.example")', "", "Ander", "otto@voorbeeld.nl")
    note("parent_changed", evil, by=els, detail="phone")
    note("parent_changed", evil, by=els, detail="@SUM(1);é")
    note("child_seen", by=els, child=noor)
    answer = manager.post(f"{FILE}?over=otto%40voor&wat=address", 200)
    assert answer.response.mimetype == "text/csv" and answer.response.headers["Cache-Control"] == "private, no-store"
    assert "logboek-" in answer.response.headers["Content-Disposition"]
    head, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";")
    assert len(rows) == 2 and {len(row) for row in rows} == {len(head)}
    assert rows[1][1:7] == [
        "Els van der Berg", "groepsleiding", "Gegevens van een ouder gewijzigd", "Telefoon",
        "'=HYPERLINK(\"http://x.example\") Ander", "",
    ]  # fmt: skip
    assert rows[0][4] == "'@SUM(1);é" and rows[0][7] == "ja"
    (line,) = shown(manager.get(f"{LOG}?wat=log_downloaded"))
    assert "Logboek gedownload 2 regels Kim Manager" in line


def test_file_asks_who_you_are_first(manager, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=11))
    answer = manager.post(f"{FILE}?wat=seen", 303)
    assert answer.response.location.startswith("/tweede-stap/bevestigen?next=") and "wat" in answer.response.location


def test_file_that_is_cut_off_says_so_and_a_wrong_question_gives_none(manager, note, els, noor, monkeypatch):
    monkeypatch.setattr(queries, "MOST_EXPORTED", 2)
    for _number in range(3):
        note("child_seen", by=els, child=noor)
    answer = manager.post(f"{FILE}?wat=seen", 200)
    assert len(answer.text.splitlines()) == 4 and "Kies een kortere tijd" in answer.text.splitlines()[-1]
    assert manager.post(f"{FILE}?wat=onzin", 303).response.location.startswith(LOG)


def test_manager_elsewhere_reads_nothing_of_this(office, zon, note, known, els, noor):
    known()
    note("child_seen", by=els, child=noor)
    other = office("manager", zon)
    assert "Els" not in other.get(LOG).seen
    assert "niemand" in other.get(f"{LOG}?wie=els", status=422).seen


def test_every_action_that_is_written_has_words():
    """An action without words would show its English name to a parent."""
    root = Path(rules.__file__).parents[1]
    written = {name for file in root.rglob("*.py") for name in re.findall(r'record\(\s*"(\w+)"', file.read_text())}
    assert len(written) > 40
    assert written - {action for _words, actions in rules.KINDS.values() for action in actions} == set()


@pytest.mark.parametrize("people", [1, 40])
def test_page_asks_the_database_the_same_however_many_people(people, inside, kok, save_parent, note):
    for number in range(people):
        other = save_parent(kok, f"Ouder{number}", "", "Vos", f"o{number}@voorbeeld.nl")
        note("parent_changed", other, by=other)
    asked = []
    with inside(kok):
        sa.event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        entries, _more = queries.lines(Filter())
    assert len(entries) == people and all(entry.account.name for entry in entries)
    assert len([statement for statement in asked if "FROM" in statement]) <= 3
