"""portal audit verify"""

import json

import pytest


@pytest.fixture(autouse=True)
def _logged(write, kok, zon):
    write(kok, "login", "login", "child_seen")
    write(zon, "login")


def test_whole_log_is_said_to_be_whole(command):
    said = command("audit", "verify")
    assert (said.code, said.err) == (0, "")
    assert "kok changes: 2 lines as they were written; the last is 2, " in said.out
    assert "kok views: 1 lines" in said.out and "zon changes: 1 lines" in said.out


def test_first_broken_line_is_named(command, break_in):
    break_in("UPDATE access_log SET detail = 'x' WHERE number = 2")
    said = command("audit", "verify")
    assert said.code == 1
    assert "kok changes: line 2 (login, " in said.out and " was changed" in said.out
    assert said.err == "The access log of kok is not as it was written.\n"
    assert command("audit", "verify", "--organisation", "zon").code == 0


def test_program_gets_the_same(command, break_in):
    break_in("DELETE FROM access_log WHERE number = 1 AND chain = 'changes'")
    said = command("audit", "verify", "--organisation", "kok", "--json")
    found = json.loads(said.out)
    assert said.code == 1 and list(found) == ["kok"]
    assert found["kok"]["changes"]["broken"] == {"number": 1, "reason": "removed", "id": None, "action": None}
    assert found["kok"]["views"]["broken"] is None and len(found["kok"]["views"]["hash"]) == 64


def test_unknown_organisation_is_named(command):
    said = command("audit", "verify", "--organisation", "nergens")
    assert said.code == 1 and "Known: " in said.err
