import csv
import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.imports import actions
from portal.sheets import harmless, meant
from tests.imports.conftest import ANNA, FAMILY, HEADER, PIET

STRANGE = ["=1+1", "+31 6 1234", "-x", "@SUM(A1)", "'=x", "''-y", "'t Hooft", 'a"b;c', "＝1", "\u0130lker", "Zoë"]


@pytest.fixture
def export(office):
    """The content of the file, as this role gets it."""

    def download(role="administratie", browser=None):
        browser = browser or office(role)
        page = browser.post("/beheer/export", 200)
        assert page.response.headers["Content-Disposition"].startswith('attachment; filename="ouders-')
        assert page.response.headers["Cache-Control"] == "private, no-store"
        return page.response.get_data()

    return download


def test_exported_file_has_the_columns_of_the_import_and_a_row_per_parent_and_child(import_rows, kok, export):
    import_rows(*FAMILY)
    lines = export().decode("utf-8-sig").split("\r\n")
    assert lines[0] == HEADER
    assert sorted(lines[1:4]) == sorted([ANNA, FAMILY[1].replace("30-9-2025", "2025-09-30"), PIET]) and lines[4:] == [
        ""
    ]


@pytest.mark.parametrize("gezag", ["ja", "nee", "voogd", "pleegouder"])
def test_imported_again_it_changes_nothing(import_rows, kok, export, inside, counted, command, tmp_path, gezag):
    import_rows(ANNA.removesuffix("ja") + gezag, PIET, FAMILY[1])
    with inside(kok) as session:
        child = session.scalars(sa.select(Child).join(Person).where(Person.given_name == "Sem")).one()
        child.person.infix, child.person.family_name = "van der", "Berg"
        _strange(session, kok, child)
    content, before = export(), counted()
    path = tmp_path / "terug.csv"
    path.write_bytes(content)
    said = command("parents", "import", path, "--organisation", "kok")
    assert said.code == 0, said.err
    assert f"Parents: 0 new, 0 changed, {2 + len(STRANGE)} unchanged." in said.out and "regel" not in said.out
    assert "Children: 0 new, 0 changed, 2 unchanged." in said.out
    assert counted() == before


def _strange(session, kok, child):
    """Parents with names and phone numbers a spreadsheet would calculate."""
    for number, value in enumerate(STRANGE):
        person = Person(organisation_id=kok.id, given_name=value, family_name=value, phone=value[:30])
        session.add(person)
        session.flush()
        email = f"={number}@voorbeeld.nl"
        session.add(Account(organisation_id=kok.id, person=person, email=email, email_key=email))
        session.add(Guardianship(organisation_id=kok.id, child_id=child.id, person_id=person.id, role="custody"))


def test_no_cell_is_calculated_by_a_spreadsheet(import_rows, kok, export, inside):
    import_rows(FAMILY[1])
    with inside(kok) as session:
        _strange(session, kok, session.scalars(sa.select(Child)).one())
    rows = list(csv.reader(io.StringIO(export().decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == 2 + len(STRANGE)
    assert [cell for row in rows for cell in row if cell and cell[0] in "=+-@＝＋－＠\t\r"] == []


@pytest.mark.parametrize("value", STRANGE)
def test_harmless_cell_is_read_as_it_was(value):
    assert meant(harmless(value)) == value


def test_who_sees_the_child_no_more_is_not_in_it(import_rows, kok, export, inside, office):
    import_rows(*FAMILY)
    with inside(kok) as session:
        piet = session.scalars(sa.select(Account).where(Account.email == "piet@voorbeeld.nl")).one()
        link = session.scalars(sa.select(Guardianship).where(Guardianship.person_id == piet.person_id)).one()
        link.valid_to = date.fromordinal(clock.today().toordinal() - 1)
    browser = office("manager")
    assert "1 ouder staat er niet in" in browser.get("/beheer/export").seen
    assert b"piet@" not in export(browser=browser)


def test_export_is_in_the_log_and_asks_for_the_password_when_that_is_long_ago(time, import_rows, kok, office, inside):
    import_rows(*FAMILY)
    browser = office("planning")
    browser.post("/beheer/export", 200)
    time.move(minutes=11)
    assert browser.post("/beheer/export").response.location.endswith("?next=/beheer/export")
    with inside(kok) as session:
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "parents_downloaded")).one()
        assert (line.actor_id, line.detail) == (browser.account.id, "3 rows")


def test_only_who_may_see_parents_may_export_and_only_of_the_own_organisation(
    import_rows, kok, zon, bram, visitor, office, export
):  # fmt: skip
    import_rows(*FAMILY)
    office("groepsleiding").get("/beheer/export", 404)
    parent = visitor(zon)
    parent.log_in(bram)
    parent.get("/beheer/export", 404)
    parent.post("/beheer/export", 404)
    theirs = export(browser=office("manager", zon))
    assert b"bram@voorbeeld.nl" in theirs and b"anna@" not in theirs


def test_too_many_exports_in_an_hour_have_to_wait(kok, office, monkeypatch):
    monkeypatch.setattr(actions, "EXPORTS", actions.EXPORTS.__class__("exports", 1, timedelta(hours=1)))
    browser = office("manager")
    browser.post("/beheer/export", 200)
    assert "Wacht" in browser.post("/beheer/export", 429).seen
