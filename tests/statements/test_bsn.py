"""The number of a child: kept by the office, and shown to nobody but for its last digits."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from portal.audit.models import AccessLog
from portal.auth.models import StaffGroup
from portal.db import db
from portal.statements import rules
from portal.statements.models import Bsn

NUMBER = "123456782"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (NUMBER, NUMBER),
        (" 1234.56.782 ", NUMBER),
        ("123 456 782", NUMBER),
        ("111222333", "111222333"),
        ("10000021", "010000021"),
        ("10000022", None),
        ("123456789", None),
        ("123456783", None),
        ("213456782", None),
        ("000000000", None),
        ("1234567820", None),
        ("1234567", None),
        ("١٢٣٤٥٦٧٨٢", None),
        ("12345678२", None),
        ("-123456782x", None),
        ("", None),
    ],
)
def test_number_passes_the_eleven_test(typed, number):
    assert rules.bsn(typed) == number


@given(st.integers(10_000_000, 99_999_999), st.integers(0, 8), st.integers(1, 9))
def test_no_other_digit_and_no_swap_passes(start, place, more):
    """Of a number that is right no digit can be another one, nor change places with its neighbour."""
    for number in filter(None, (rules.bsn(f"{start}{last}") for last in range(10))):
        other = f"{number[:place]}{(int(number[place]) + more) % 10}{number[place + 1 :]}"
        swapped = f"{number[:place]}{number[place + 1 : place + 2]}{number[place]}{number[place + 2 :]}"
        assert rules.bsn(other) is None and (swapped == number or rules.bsn(swapped) is None)


def test_office_keeps_the_number_and_nobody_reads_it_back(kok, noor, anna, office, inside, rows, visitor, caplog):
    desk, path = office("administratie"), f"/beheer/kinderen/{noor.id}"
    assert "Het BSN is nog niet bekend." in desk.get(path).seen
    page = desk.follow(desk.post(f"{path}/bsn", number="1234.56.782"))
    assert "*****6782" in page.seen
    for shown in (page, desk.get(path), desk.get(f"{path}/bsn")):
        assert NUMBER not in shown.text and "1234.56.782" not in shown.text
    assert NUMBER not in str(rows()) and NUMBER not in caplog.text
    with inside(kok):
        assert db.session.scalars(sa.select(Bsn)).one().number == NUMBER
        line = db.session.scalars(sa.select(AccessLog).where(AccessLog.action == "bsn_changed")).one()
        assert (line.actor_id, line.child_id, line.detail) == (desk.account.id, noor.id, "")
    browser = visitor(kok)
    browser.log_in(anna)
    assert "BSN van een kind ingevuld of gewijzigd" in browser.get("/account/wie-keek-mee").seen
    assert (
        "Zoek" in desk.get("/beheer/zoeken?zoek=123456782").seen
        and "Noor" not in desk.get("/beheer/zoeken?zoek=123456782").seen
    )


def test_wrong_number_is_refused_without_naming_it(kok, noor, office, rows):
    desk = office("administratie")
    before = rows()
    page = desk.post(f"/beheer/kinderen/{noor.id}/bsn", 422, number="123456789")
    assert "Dit kan geen BSN zijn." in page.seen and "123456789" not in page.seen
    assert page.form("bsn-form")["fields"]["number"] == "123456789"
    assert "Vul het BSN in." in desk.post(f"/beheer/kinderen/{noor.id}/bsn", 422, number="").seen
    assert rows() == before


def test_each_change_counts_and_the_same_number_is_none(kok, noor, office, inside):
    desk, path = office("manager"), f"/beheer/kinderen/{noor.id}/bsn"

    def kept():
        with inside(kok) as session:
            lines = session.scalars(sa.select(AccessLog.id).where(AccessLog.action == "bsn_changed")).all()
            found = session.scalars(sa.select(Bsn)).one()
            return found.number, found.version, len(lines)

    desk.post(path, number=NUMBER)
    desk.post(path, number=NUMBER)
    assert kept() == (NUMBER, 1, 1)
    desk.post(path, number="111222333")
    assert kept() == ("111222333", 2, 2)
    assert "weggehaald" in desk.follow(desk.post(f"{path}/weghalen")).seen
    assert kept() == ("", 3, 3)
    desk.post(path, number=NUMBER)
    assert kept() == (NUMBER, 4, 4)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_number_whose_key_is_lost_is_asked_anew(kok, noor, office, inside):
    desk = office("manager")
    desk.post(f"/beheer/kinderen/{noor.id}/bsn", number=NUMBER)
    with inside(kok):
        db.session.scalars(sa.select(Bsn)).one().kept = "x"
    assert "Vul het opnieuw in." in desk.get(f"/beheer/kinderen/{noor.id}").seen


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ["groepsleiding", "planning"])
def test_other_colleagues_see_nothing_of_it(role, kok, noor, office, inside):
    office("manager").post(f"/beheer/kinderen/{noor.id}/bsn", number=NUMBER)
    desk = office(role)
    with inside(kok):
        db.session.add(StaffGroup(organisation_id=kok.id, account_id=desk.account.id, group_id=noor.group_id))
    page = desk.get(f"/beheer/kinderen/{noor.id}")
    assert "6782" not in page.text and "Het BSN van een kind kent alleen het kantoor." in page.seen
    desk.get(f"/beheer/kinderen/{noor.id}/bsn", status=404)
