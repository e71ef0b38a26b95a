from datetime import date, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from portal import clock
from portal.children import find
from portal.children.models import Guardianship
from portal.children.queries import child_of, children_of
from portal.db import db, within

DAY = timedelta(days=1)


def link_of(session, account):
    return session.scalars(sa.select(Guardianship).where(Guardianship.person_id == account.person_id)).one()


def test_both_parents_see_their_child(kok, noor, anna, piet, inside):
    with inside(kok):
        for parent in (anna, piet):
            (child,) = children_of(parent.person_id)
            assert child[:5] == (noor.id, "Noor", "Noor Bakker", date(2023, 5, 1), "De Vlinders")
            assert child_of(parent.person_id, noor.id).person.full_name == "Noor Bakker"


def test_children_come_eldest_first(kok, anna, save_child, inside):
    sem = save_child(kok, "Sem", "Bakker", date(2021, 1, 1), "De Rupsen")
    with inside(kok) as session:
        session.add(
            Guardianship(
                organisation_id=kok.id, child_id=sem.id, person_id=anna.person_id, role="custody", can_see_daily=True
            )
        )
        session.flush()
        assert [child.given_name for child in children_of(anna.person_id)] == ["Sem", "Noor"]


@pytest.mark.parametrize(
    ("changes", "is_seen"),
    [
        ({}, True),
        ({"can_see_daily": False}, False),
        ({"valid_from": 0 * DAY}, True),
        ({"valid_from": DAY}, False),
        ({"valid_to": 0 * DAY}, True),
        ({"valid_to": -DAY}, False),
        ({"valid_from": -DAY, "valid_to": DAY}, True),
    ],
)
def test_child_is_seen_only_with_the_right_and_in_its_time(kok, noor, anna, inside, time, changes, is_seen):
    with inside(kok) as session:
        link = link_of(session, anna)
        for name, value in changes.items():
            setattr(link, name, value if isinstance(value, bool) else clock.today() + value)
        session.flush()
        assert bool(children_of(anna.person_id)) is is_seen
        assert bool(child_of(anna.person_id, noor.id)) is is_seen


def test_right_that_is_taken_away_is_gone_at_once(kok, noor, anna, inside):
    with inside(kok) as session:
        session.delete(link_of(session, anna))
        session.flush()
        assert children_of(anna.person_id) == []


def test_parent_of_another_organisation_does_not_find_the_child(app, kok, zon, noor, anna, bram, monkeypatch):
    with app.app_context():
        for organisation, parent, child_id, is_found in (
            (kok, anna, noor.id, True), (kok, anna, uuid4(), False),
            (zon, bram, noor.id, False), (zon, anna, noor.id, False), (kok, bram, noor.id, False),
        ):  # fmt: skip
            monkeypatch.setattr(find, "current_user", SimpleNamespace(account=parent))
            with within(organisation.id):
                if is_found:
                    assert find.find_child(child_id).id == noor.id
                else:
                    with pytest.raises(NotFound):
                        find.find_child(child_id)
                db.session.rollback()


def test_own_children_are_one_statement(kok, anna, inside):
    said = []
    with inside(kok) as session:
        session.execute(sa.text("SELECT 1"))
        sa.event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *_: said.append(statement))
        children_of(anna.person_id)
    assert len([statement for statement in said if "guardianship" in statement]) == 1
