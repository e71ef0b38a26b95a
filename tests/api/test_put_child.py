"""A new customer in the planning system is in the portal at once, and its parents get a mail to come in."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.api import actions as api
from portal.audit.models import AccessLog
from portal.auth.models import Account
from portal.auth.queries import account_with
from portal.children import actions as children
from portal.children.models import Child, Guardianship
from portal.children.queries import child_with_number, children_of, guardianship
from portal.db import db
from portal.organisations.models import Group
from portal.outbox.models import Mail
from portal.parents import actions as parents
from tests.api.conftest import ANNA, JSON, NOOR, PIET, Program, family

SEM = {"given_name": "Sem", "birth_date": "2025-09-30"}


def seen_by(email):
    """The names of the children that who has this address may see."""
    return [child.full_name for child in children_of(account_with(email).person_id)]


def test_new_customer_comes_in_and_the_same_again_changes_nothing(program, kok, inside, post, family_rows):
    body = family(ANNA, {**PIET, "custody": "no", "phone": "06 12345678"})
    made = program.put("K-1042", body, 201)
    assert made.said == {"external_id": "K-1042", "result": "created", "remarks": []}
    with inside(kok) as session:
        noor = child_with_number("K-1042")
        assert (noor.person.full_name, noor.group.name) == ("Noor Bakker", "De Vlinders")
        assert seen_by("anna@voorbeeld.nl") == ["Noor Bakker"] and seen_by("piet@voorbeeld.nl") == []
        actions = set(session.scalars(sa.select(AccessLog.action).where(AccessLog.object_type == "token")))
        assert actions == {"token_made", "changed_by_program"}
    (mail,) = post.deliver()  # Piet sees nothing yet, so he is told nothing
    assert mail.to == ["anna@voorbeeld.nl"]
    before = family_rows()
    for _ in range(2):
        assert program.put("K-1042", body, 200).said["result"] == "unchanged"
    assert family_rows() == before


def test_what_changes_in_the_planning_system_changes_here(program, kok, inside):
    program.put("K-1", family(ANNA), 201)
    changed = family({**ANNA, "family_name": "Bakker", "phone": "0612345678"}, PIET, group="De Rupsen", infix="van")
    assert program.put("K-1", changed, 200).said["result"] == "changed"
    without = family({**ANNA, "family_name": "Bakker"}, infix="van")
    del without["group"]
    assert program.put("K-1", without, 200).said["result"] == "unchanged"  # a parent who is not named stays
    with inside(kok):
        noor = child_with_number("K-1")
        assert (noor.person.full_name, noor.group.name) == ("Noor van Bakker", "De Rupsen")
        anna = account_with("anna@voorbeeld.nl").person
        assert (anna.full_name, anna.phone) == ("Anna de Bakker", "0612345678")
        assert seen_by("piet@voorbeeld.nl") == ["Noor van Bakker"]
    program.put("K-1", {**without, "group": ""}, 200)
    with inside(kok) as session:
        assert child_with_number("K-1").group is None
        session.scalars(sa.select(Group).where(Group.name == "De Rupsen")).one().ended_at = clock.now()
    program.put("K-1", {**without, "group": "de rupsen"}, 200)  # a group that had ended is back
    with inside(kok):
        assert child_with_number("K-1").group.ended_at is None


def test_address_that_is_here_already_is_that_parent(program, kok, anna, inside, post):
    program.put("K-2", family(ANNA, **SEM), 201)
    with inside(kok):
        assert seen_by("anna@voorbeeld.nl") == ["Noor Bakker", "Sem Bakker"]
    assert ["Sem" in mail.subject + mail.text for mail in post.deliver()] == [True]


def test_child_of_an_earlier_import_gets_its_number(program, kok, noor, inside, counted):
    before = counted()["child"]
    assert program.put("K-1", family(), 200).said["result"] == "changed"
    with inside(kok):
        assert child_with_number("K-1").id == noor.id
    assert counted()["child"] == before
    assert "ander nummer" in program.put("K-2", family(), 409).detail


def test_number_never_goes_to_another_child(program, family_rows):
    program.put("K-1", family(ANNA), 201)
    before = family_rows()
    other = family(PIET, given_name="Daan", birth_date="2024-02-29")
    assert "andere geboortedatum" in program.put("K-1", other, 409).detail
    assert family_rows() == before
    program.put("K-1", family(ANNA, given_name="Noortje"), 200)
    program.put("K-1", family(ANNA, given_name="Noortje", birth_date="2023-05-02"), 200)


def test_address_of_somebody_else_is_refused_without_saying_whose(program, anna, family_rows):
    before = family_rows()
    wim = {**ANNA, "given_name": "Wim", "family_name": "Post"}
    refused = program.put("K-9", family(PIET, wim, **SEM), 422)
    assert [error["pointer"] for error in refused.said["errors"]] == ["/parents/1"]
    assert "anna@voorbeeld.nl" in refused.detail and "Vries" not in str(refused.said)
    assert family_rows() == before


# What the office decided stays


def ended(link, keeper):
    children.end_guardianship(link, by=keeper, even_if_last=True)


def without_custody(link, keeper):
    children.change_rights(link, children.RightsDetails("no_custody"), by=keeper, even_if_last=True)


def blocked(link, keeper):
    parents.block_account(account_with("anna@voorbeeld.nl"), by=keeper)


def moved(link, keeper):
    parents.change_address(account_with("anna@voorbeeld.nl"), "anna@nieuw.example", by=keeper)


def shielded(link, keeper):
    children.shield_address(link, True, by=keeper)


STAYS = [
    (ended, "geen ouder meer"), (without_custody, "ander gezag"), (blocked, "geblokkeerd"), (moved, "ander e-mailadres"),
    (shielded, ""),
]  # fmt: skip


@pytest.mark.parametrize(("decide", "remark"), STAYS, ids=[decide.__name__ for decide, _ in STAYS])
def test_what_the_office_decided_stays(decide, remark, program, keeper, kok, inside, family_rows):
    program.put("K-1", family(ANNA, PIET), 201)
    with inside(kok):
        link = guardianship(child_with_number("K-1").id, account_with("anna@voorbeeld.nl").person_id)
        decide(link, db.session.get(Account, keeper.id))
    before = family_rows()
    said = program.put("K-1", family(ANNA, PIET), 200).said
    assert said["result"] == "unchanged" and family_rows() == before
    assert len(said["remarks"]) == bool(remark) and remark in "".join(said["remarks"])


def test_nobody_comes_past_a_block_by_a_new_address(program, keeper, els, kok, inside, family_rows):
    program.put("K-1", family(ANNA, PIET), 201)
    with inside(kok):
        link = guardianship(child_with_number("K-1").id, account_with("piet@voorbeeld.nl").person_id)
        by, ends = db.session.get(Account, keeper.id), clock.today() + timedelta(days=90)
        children.ask_block(link, "Uitspraak", "C/10/123", ends, by=by)
    before = family_rows()
    for address in ({"email": "p@elders.example"}, {"email": "p@elders.example", "given_name": "P."}):
        said = program.put("K-1", family(ANNA, {**PIET, **address}), 200).said
        assert said["result"] == "unchanged" and len(said["remarks"]) == 1
    assert family_rows() == before


# Leaving, and coming back


def test_child_leaves_and_comes_back(program, kok, inside, time, family_rows, post):
    program.put("K-1", family(ANNA), 201)
    post.deliver()
    program.leave("K-1")
    with inside(kok):
        noor = child_with_number("K-1")
        assert (noor.end_date, noor.access_until) == (clock.today(), date(2028, 11, 23))
    before = family_rows()
    program.leave("K-1")
    assert family_rows() == before
    time.move(days=800)
    with inside(kok):
        assert parents.close_accounts() == 1
    assert program.put("K-1", family(ANNA), 200).said["result"] == "changed"
    with inside(kok):
        assert child_with_number("K-1").end_date is None
        assert account_with("anna@voorbeeld.nl").status == "invited"
    assert [mail.to for mail in post.deliver()] == [["anna@voorbeeld.nl"]]


def test_last_day_that_the_office_planned_stays(program, kok, inside):
    program.put("K-1", family(ANNA), 201)
    later = clock.today() + timedelta(days=30)
    with inside(kok):
        children.leave(child_with_number("K-1"), later, months=24)
    assert program.put("K-1", family(ANNA), 200).said["result"] == "unchanged"
    with inside(kok):
        assert child_with_number("K-1").end_date == later


def test_child_that_is_not_here_cannot_leave(program, app, zon, bram, inside):
    with inside(zon) as session:
        session.scalars(sa.select(Child)).one().external_id = "Z-1"
    for number in ("K-1", "Z-1", "-", "a" * 65, "%20", "%00"):
        assert program.leave(number, 404).detail


# Many at once


def test_mails_go_out_at_the_pace_of_an_import(program, app, kok, inside, monkeypatch, time):
    monkeypatch.setitem(app.config, "MAIL_PER_MINUTE", 60)
    for number in range(3):
        parent = {**ANNA, "email": f"ouder{number}@voorbeeld.nl", "family_name": f"Vries{number}"}
        program.put(f"K-{number}", family(parent, given_name=f"Kind{number}"), 201)
        program.put(f"S-{number}", family(parent, given_name=f"Broer{number}"), 201)  # one mail tells of both
    with inside(kok) as session:
        due = session.scalars(sa.select(Mail.due_at).order_by(Mail.due_at)).all()
    assert due == [clock.now() + timedelta(seconds=second) for second in range(3)]


def test_the_same_child_sent_at_once_is_added_once(program, app, kok, inside, counted):
    before = counted()

    def put(_number):
        return Program(app, kok.origin, program.token).put("K-1", family(ANNA, PIET)).status

    with ThreadPoolExecutor(6) as threads:
        statuses = sorted(threads.map(put, range(6)))
    assert statuses == [200] * 5 + [201]
    after = counted()
    assert {name: after[name] - before[name] for name in ("child", "account", "guardianship", "mail")} == {
        "child": 1, "account": 2, "guardianship": 2, "mail": 2,
    }  # fmt: skip


@pytest.mark.parametrize(("times", "status"), [(1, 201), (2, 409)])
def test_somebody_of_the_office_adds_the_same_at_that_moment(times, status, program, monkeypatch, family_rows):
    before, calls, put = family_rows(), [], api.put_child

    def crossed(*args):
        calls.append(put(*args))
        if len(calls) <= times:
            raise sa.exc.IntegrityError("INSERT", {}, Exception("unique"))
        return calls[-1]

    monkeypatch.setattr(api, "put_child", crossed)
    assert program.put("K-1", family(ANNA), status).status == status
    assert status == 201 or family_rows() == before


def test_organisations_stay_apart(program, app, zon, bram, inside, make_token, save_parent):
    manager = save_parent(zon, "Gijs", "", "Blom", "gijs@zon.test", role="manager")
    elsewhere = Program(app, zon.origin, make_token(manager, zon))
    program.put("K-1", family(ANNA), 201)
    elsewhere.put("K-1", family(ANNA), 201)
    for moved in (Program(app, zon.origin, program.token), Program(app, "https://kok.test", elsewhere.token)):
        assert "kennen wij niet" in moved.put("K-1", family(PIET), 401).detail
        moved.leave("K-1", 401)
    with inside(zon) as session:
        assert len(session.scalars(sa.select(Guardianship)).all()) == 2


def test_number_in_the_address_is_that_of_the_child(program):
    body = json.dumps({**NOOR, "parents": []})
    for number in ("-", "a" * 65, "%20", "%00", "%ED%A0%80", "a%20b", "é"):
        assert program.send(f"/api/v1/children/{number}", body, content_type=JSON, status=422).detail
    assert program.put("0123.A_b-c", family(), 201).said["external_id"] == "0123.A_b-c"
