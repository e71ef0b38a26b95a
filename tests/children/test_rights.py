from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Account, Session
from portal.children import actions, queries, rules
from portal.children.models import Guardianship
from portal.children.queries import children_of
from portal.children.rules import LastParent, RightsDetails
from portal.errors import Refused
from portal.outbox.models import Mail

DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
REQUEST = "verzoek van 20 november, per brief"


@pytest.mark.parametrize(
    ("role", "ground", "is_identified", "can_decide", "can_see"),
    [
        ("custody", "", False, True, True),
        ("guardian", "", False, True, True),
        ("foster", "", False, False, True),
        ("no_custody", "", False, False, False),
        ("no_custody", REQUEST, False, False, False),
        ("no_custody", "", True, False, False),
        ("no_custody", REQUEST, True, False, True),
    ],
)
def test_what_a_role_may(role, ground, is_identified, can_decide, can_see):
    assert rules.rights(RightsDetails(role, ground, is_identified)) == (can_decide, can_see)


@pytest.mark.parametrize(
    ("details", "problem"),
    [
        (RightsDetails("no_custody"), ""),
        (RightsDetails("no_custody", REQUEST), "identiteitsbewijs"),
        (RightsDetails("no_custody", "", True), "wat deze ouder vraagt"),
        (RightsDetails("no_custody", REQUEST, True), ""),
        (RightsDetails("foster", "", False, TODAY, TODAY), ""),
        (RightsDetails("foster", "", False, TODAY, TODAY - DAY), "laatste dag"),
    ],
)
def test_request_is_recorded_whole(details, problem):
    found = rules.rights_problem(details)
    assert problem in found and bool(found) is bool(problem)


@pytest.mark.parametrize(
    ("confirmed_at", "lifted_at", "ends_on", "is_in_force"),
    [
        (None, None, TODAY, False),
        (NOON, None, TODAY, True),
        (NOON, None, TODAY - DAY, False),
        (NOON, NOON, TODAY + DAY, False),
    ],
)
def test_block_holds_once_two_people_saw_it_and_until_its_day(confirmed_at, lifted_at, ends_on, is_in_force):
    assert rules.is_in_force(confirmed_at, lifted_at, ends_on, TODAY) is is_in_force


@pytest.mark.parametrize(
    ("reason", "document", "days", "problem"),
    [
        ("straatverbod", "rechtbank Rotterdam, C/10/12345", 30, ""),
        (" ", "rechtbank Rotterdam", 30, "een reden"),
        ("straatverbod", "", 30, "een reden"),
        ("straatverbod", "rechtbank Rotterdam", -1, "voorbij"),
        ("straatverbod", "rechtbank Rotterdam", 367, "hoogstens een jaar"),
    ],
)
def test_block_has_a_reason_a_ruling_and_an_end(reason, document, days, problem):
    found = rules.block_problem(reason, document, TODAY + days * DAY, TODAY)
    assert problem in found and bool(found) is bool(problem)


def test_nobody_confirms_a_block_of_his_own():
    assert not rules.may_confirm(UUID(int=1), UUID(int=1))
    assert rules.may_confirm(UUID(int=1), UUID(int=2))


@pytest.mark.parametrize(
    ("end", "months", "until"),
    [("2026-11-23", 24, "2028-11-23"), ("2026-08-31", 6, "2027-02-28"), ("2026-12-01", 0, "2026-12-01")],
)
def test_parents_look_back_so_many_months(end, months, until):
    assert rules.months_after(date.fromisoformat(end), months) == date.fromisoformat(until)


# What changes when the office changes it


@pytest.fixture
def link(kok, noor):
    """link(anna) is what she is to Noor. Inside an app context."""
    return lambda account: queries.guardianship(noor.id, account.person_id)


@pytest.fixture
def kim(kok, save_parent):
    return save_parent(kok, "Kim", "", "Kantoor", "kim@kok.test", role="administratie")


def test_recorded_request_opens_the_child_to_a_parent_without_custody(kok, noor, anna, save_parent, link, kim, inside):
    wim = save_parent(kok, "Wim", "", "Post", "wim@voorbeeld.nl", noor, custody=False)
    with inside(kok) as session:
        assert children_of(wim.person_id) == []
        actions.change_rights(link(wim), RightsDetails("no_custody", REQUEST, True), by=kim)
        assert [child.given_name for child in children_of(wim.person_id)] == ["Noor"]
        assert (link(wim).can_decide, link(wim).recorded_by) == (False, kim.id)
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "rights_changed")).one()
        assert (line.account_id, line.actor_id, line.child_id) == (wim.id, kim.id, noor.id)
        assert REQUEST not in line.detail
        assert session.scalars(sa.select(Mail.kind)).all() == ["children/child_added"]
        actions.change_rights(link(wim), RightsDetails("no_custody"), by=kim)
        assert children_of(wim.person_id) == []


def test_last_parent_with_custody_does_not_go_in_silence(kok, noor, anna, piet, link, kim, inside):
    with inside(kok):
        actions.end_guardianship(link(piet), by=kim)
        for change in (
            lambda **how: actions.end_guardianship(link(anna), by=kim, **how),
            lambda **how: actions.change_rights(link(anna), RightsDetails("foster"), by=kim, **how),
            lambda **how: actions.ask_block(link(anna), "reden", "vonnis", clock.today(), kim, **how),
        ):
            with pytest.raises(LastParent, match="Noor geen ouder of voogd meer"):
                change()
        assert link(anna).can_decide and link(anna).valid_to is None
        actions.change_rights(link(anna), RightsDetails("foster"), by=kim, even_if_last=True)
        assert not link(anna).can_decide


def test_guardianship_that_ended_is_over_at_the_next_request(kok, anna, piet, link, kim, inside, visitor):
    browser = visitor(kok)
    browser.log_in(anna)
    assert "Noor" in browser.get("/").seen
    with inside(kok):
        actions.end_guardianship(link(anna), by=kim)
        actions.end_guardianship(link(anna), by=kim)
    assert browser.get("/", status=303).response.location == "/inloggen"
    browser.log_in(anna)
    assert "Noor" not in browser.get("/").seen
    with inside(kok) as session:
        assert session.scalars(sa.select(AccessLog.action).where(AccessLog.action == "guardianship_ended")).all() == [
            "guardianship_ended"
        ]


def test_guardianship_may_end_on_a_later_day(kok, anna, piet, link, kim, inside, time):
    with inside(kok) as session:
        actions.end_guardianship(link(anna), TODAY + DAY, by=kim)
        assert children_of(anna.person_id)
        time.move(days=2)
        assert children_of(anna.person_id) == []
        assert session.scalars(sa.select(Session)).all() == []


# A court order


def test_block_holds_at_the_next_request_once_a_colleague_confirmed(kok, anna, piet, link, kim, els, inside, visitor):
    browser = visitor(kok)
    browser.log_in(piet)
    until = clock.today() + 30 * DAY
    with inside(kok):
        block = actions.ask_block(link(piet), "straatverbod", "rechtbank Rotterdam", until, kim)
        assert actions.ask_block(link(piet), "straatverbod", "rechtbank Rotterdam", until, kim) is block
        with pytest.raises(Refused, match="Er is al een blokkade"):
            actions.ask_block(link(piet), "iets anders", "rechtbank Rotterdam", until, els)
        with pytest.raises(Refused, match="Een collega"):
            actions.confirm_block(block, kim)
    assert "Noor" in browser.get("/").seen
    with inside(kok):
        actions.confirm_block(queries.block(block.child_id, block.id), els)
        actions.confirm_block(queries.block(block.child_id, block.id), els)
    assert "Noor" not in browser.get("/").seen
    with inside(kok) as session:
        assert children_of(anna.person_id)
        actions.lift_block(queries.block(block.child_id, block.id), kim)
        lines = session.execute(
            sa.select(AccessLog.action, AccessLog.actor_id, AccessLog.account_id, AccessLog.child_id)
            .where(AccessLog.object_type == "block").order_by(AccessLog.number)
        ).all()  # fmt: skip
        assert lines == [
            ("block_asked", kim.id, piet.id, block.child_id),
            ("block_confirmed", els.id, piet.id, block.child_id),
            ("block_lifted", kim.id, piet.id, block.child_id),
        ]
    assert "Noor" in browser.get("/").seen


def test_block_ends_by_itself_and_what_is_over_is_not_confirmed(kok, anna, piet, link, kim, els, inside, time):
    with inside(kok):
        block = actions.ask_block(link(piet), "straatverbod", "rechtbank", clock.today() + DAY, kim)
        withdrawn = actions.ask_block(link(anna), "straatverbod", "rechtbank", clock.today() + DAY, kim)
        actions.lift_block(withdrawn, kim)
        with pytest.raises(Refused, match="voorbij of ingetrokken"):
            actions.confirm_block(withdrawn, els)
        actions.confirm_block(block, els)
        assert children_of(piet.person_id) == []
        time.move(days=2)
        assert children_of(piet.person_id)
        late = actions.ask_block(link(piet), "straatverbod", "rechtbank", clock.today(), kim)
        time.move(days=1)
        with pytest.raises(Refused, match="voorbij of ingetrokken"):
            actions.confirm_block(late, els)


def test_blocked_parent_no_longer_counts_as_one_who_decides(kok, anna, piet, link, kim, els, inside):
    with inside(kok):
        actions.confirm_block(actions.ask_block(link(piet), "reden", "vonnis", clock.today(), kim), els)
        with pytest.raises(LastParent):
            actions.end_guardianship(link(anna), by=kim)


# Leaving


def test_child_that_left_is_seen_so_many_months_longer(kok, noor, anna, kim, inside, time):
    with inside(kok) as session:
        child = queries.held_child(noor.id)
        actions.leave(child, TODAY, by=kim, months=24)
        actions.leave(child, TODAY, by=kim, months=24)
        assert session.scalars(sa.select(AccessLog.detail)).all() == ["on 2026-11-23, access until 2028-11-23"]
        time.set(datetime(2028, 11, 23, 12, tzinfo=UTC))
        assert children_of(anna.person_id)
        time.move(days=1)
        assert children_of(anna.person_id) == []
        actions.leave(child, None, by=kim)
        assert children_of(anna.person_id)


def test_shield_is_recorded_once(kok, noor, anna, link, kim, inside):
    with inside(kok) as session:
        actions.shield_address(link(anna), True, by=kim)
        actions.shield_address(link(anna), True, by=kim)
        assert session.scalars(sa.select(AccessLog.action)).all() == ["address_shielded"]
        assert session.scalars(sa.select(Guardianship.address_shielded)).all() == [True]
        assert session.get(Account, anna.id).person.full_name == "Anna de Vries"
