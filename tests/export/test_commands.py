"""The office takes along everything of a child, or all that is held about a parent, by a command."""

import errno
import json
from datetime import date

import pytest

from portal import clock
from portal.audit.models import AccessLog
from portal.auth import mails
from portal.auth.models import Account, Person
from portal.changes import actions as changes
from portal.changes.rules import ADDRESS
from portal.children.models import Block, Child, Guardianship
from portal.db import db
from portal.export.held import HELD, NOT_HELD
from portal.outbox.models import Mail
from portal.people.actions import know_names
from tests.export.conftest import FOLDER


@pytest.fixture(autouse=True)
def names(kok, anna, noor, inside):
    with inside(kok) as session:
        know_names(session.query(Person).all())


def child(command, words, path, *more):
    return command("export", "child", words, "--organisation", "kok", "--to", path, *more)


def test_child_is_found_by_number_by_name_and_by_id(command, kok, noor, anna, ready, inside, tmp_path, save_child):
    ready(noor, caption="Op de glijbaan")
    with inside(kok) as session:
        session.get(Child, noor.id).external_id = "K-7"
    other = save_child(kok, "Noor", "Bakker", date(2021, 1, 2), "De Uilen")
    with inside(kok) as session:
        know_names([session.get(Person, other.person_id)])
    contents = set()
    for number, words in enumerate(("K-7", "Noor Bakker 2023-05-01", noor.id)):
        path = tmp_path / f"{number}.zip"
        said = child(command, words, path, "--json")
        assert said.code == 0, said.err
        told = json.loads(said.out)
        assert told == {"file": str(path), "for": anna.email, "bytes": path.stat().st_size, "photos": 1, "missing": 0}
        contents.add(path.read_bytes())
        assert path.stat().st_mode & 0o777 == 0o600
    assert len(contents) == 1
    assert "several" in child(command, "Noor Bakker", tmp_path / "x.zip").err
    assert "No child" in child(command, "Onbekend", tmp_path / "x.zip").err
    with inside(kok) as session:
        lines = session.query(AccessLog).filter_by(action="export_downloaded").all()
        assert [(line.child_id, line.account_id, line.actor_id) for line in lines] == [(noor.id, anna.id, None)] * 3


def test_command_makes_what_the_parent_makes(command, take, noor, write, drank, ready, tmp_path):
    ready(noor, caption="🏰")
    write("Wij zaaiden.", noor)
    path = tmp_path / "noor.zip"
    assert child(command, "Noor", path).code == 0
    assert path.read_bytes() == take().fetch().data


def test_it_is_said_for_whom_when_more_parents_may_see(command, noor, anna, piet, bram, ready, tmp_path):
    ready(noor)
    said = child(command, "Noor", tmp_path / "a.zip")
    assert said.code == 1 and anna.email in said.err and piet.email in said.err
    assert child(command, "Noor", tmp_path / "a.zip", "--for", piet.email).code == 0
    assert child(command, "Noor", tmp_path / "b.zip", "--for", bram.email).code == 1
    assert not (tmp_path / "b.zip").exists()


def test_file_is_there_as_a_whole_or_not_at_all(command, noor, anna, ready, tmp_path, monkeypatch):
    ready(noor)
    taken = tmp_path / "a.zip"
    taken.write_text("van iemand")
    assert child(command, "Noor", taken).code == 1 and taken.read_text() == "van iemand"
    assert "no folder" in child(command, "Noor", tmp_path / "geen/a.zip").err

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    said = child(command, "Noor", tmp_path / "b.zip")
    assert said.code == 1 and said.err.strip().endswith("cannot be written: No space left on device.")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


# All that is held about a parent


def test_family_gets_what_is_held_about_one_parent_and_the_zip_of_each_child(
    command, kok, noor, anna, piet, sem, ready, write, inside, tmp_path, visitor, allow
):
    ready(noor)
    visitor(kok).log_in(anna)
    allow(anna, noor)
    with inside(kok) as session:
        link = session.query(Guardianship).filter_by(person_id=piet.person_id).one()
        link.address_shielded = True
        session.get(Person, piet.person_id).phone = "06-87654321"
        home = dict(zip(ADDRESS, ("Kade", "3", "", "3011 AB", "Rotterdam", ""), strict=True))
        changes.ask_address(session.get(Account, anna.id), home, clock.today())
        changes.ask_iban(session.get(Account, anna.id), "NL91ABNA0417164300")
        for _mail in (1, 2):
            mails.new_device(anna.id, "Chrome")
        session.query(Mail).first().state = "sent"
    folder = tmp_path / "vries"
    said = command("export", "family", anna.email, "--organisation", "kok", "--to", folder, "--json")
    assert said.code == 0, said.err
    assert sorted(path.name for path in folder.iterdir()) == [f"{FOLDER}.zip", "gegevens.html", "gegevens.json"]
    held = json.loads((folder / "gegevens.json").read_text())
    assert held["person"][0]["family_name"] == "Vries" and held["account"][0]["email"] == anna.email
    assert held["children"][0]["child"] == "Noor" and held["consents"][0]["value"] is True
    assert {mail["state"] for mail in held["mails"]} == {"new", "sent"} and held["sessions"][0]["browser"]
    assert held["data_changes"][0]["new"] == "Kade, 3, 3011 AB, Rotterdam"
    assert held["bank_accounts"][0]["masked"] == "NL** **** **** **** 00" and "ABNA" not in json.dumps(held)
    assert "login" in {line["action"] for line in held["access_log"]}
    page = (folder / "gegevens.html").read_text()
    assert page.count("<h1>") == 1 and "Alles wat Kok Kinderopvang" in page
    both = page + json.dumps(held)
    for hidden in ("Piet", piet.email, "87654321", "argon2", "hash", "token", str(piet.id)):
        assert hidden not in both, hidden
    with inside(kok) as session:
        actions = {line.action for line in session.query(AccessLog).filter_by(actor_id=None, account_id=anna.id)}
        assert {"held_downloaded", "export_downloaded"} <= actions
    assert (
        command("export", "family", "niemand@voorbeeld.nl", "--organisation", "kok", "--to", tmp_path / "x").code == 1
    )
    assert command("export", "family", anna.email, "--organisation", "kok", "--to", folder).code == 1


def test_blocked_parent_gets_the_own_data_and_nothing_of_the_child(command, kok, noor, anna, inside, tmp_path):
    with inside(kok) as session:
        session.add(
            Block(
                organisation_id=kok.id, child_id=noor.id, person_id=anna.person_id, reason="Geheim", document="x",
                ends_on=clock.today(), asked_by=anna.id, confirmed_by=anna.id, confirmed_at=clock.now(),
            )
        )  # fmt: skip
    folder = tmp_path / "vries"
    assert command("export", "family", anna.email, "--organisation", "kok", "--to", folder).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["gegevens.html", "gegevens.json"]
    assert "Geheim" not in (folder / "gegevens.html").read_text() + (folder / "gegevens.json").read_text()


def test_every_table_about_people_is_told_or_has_a_reason(app):
    """A new table with an account or a person in it is a choice: tell it, or say why not (portal/export/held.py)."""
    told = {each.model.__tablename__ for each in HELD}
    named = {
        table.name
        for table in db.metadata.sorted_tables
        for column in table.columns
        if {key.column.table.name for key in column.foreign_keys} & {"account", "person"}
        or column.name.endswith("_by") or column.name in ("actor_id", "account_id", "person_id")
    }  # fmt: skip
    assert named | {"person"} == told | set(NOT_HELD) and told & set(NOT_HELD) == set()
    secret = ("hash", "token", "secret", "key", "params", "outline")
    assert [(each.name, field) for each in HELD for field in each.fields if any(word in field for word in secret)] == []
