"""A manager makes a token for a program, sees when it was last used, and revokes it."""

import re

import pytest
import sqlalchemy as sa

from portal.api import rules
from portal.api.models import ApiToken
from portal.audit.models import AccessLog
from portal.auth.models import Account
from portal.db import db
from portal.staff import actions as staff
from tests.api.conftest import ANNA, PIET, Program, family

PAGE = "/beheer/koppeling"


def made_by(browser, name="Planning"):
    page = browser.post(f"{PAGE}/nieuw", 200, name=name, opens="children")
    return re.search(r"ouderportaal_[\w-]{43}", page.seen)[0]


def test_manager_makes_a_token_that_is_seen_once_and_revokes_it(app, office, kok, inside, rows, time):
    browser = office("manager")
    assert "Er is nog geen sleutel" in browser.get(PAGE).seen
    token = made_by(browser)
    assert "Planning" in browser.get(PAGE).seen and token not in browser.get(PAGE).text
    assert "nog nooit" in browser.get(PAGE).seen
    program = Program(app, kok.origin, token)
    program.put("K-1", family(ANNA), 201)
    assert "nog nooit" not in browser.get(PAGE).seen
    secret = token.removeprefix("ouderportaal_")
    assert secret not in str(rows())
    form = next(form for form in browser.get(PAGE).forms if "intrekken" in form["attributes"]["action"])
    for _ in range(2):
        browser.post(form["attributes"]["action"])
    assert "is ingetrokken" in program.put("K-1", family(PIET), 401).detail
    assert "Er is nog geen sleutel" in browser.get(PAGE).seen
    with inside(kok) as session:
        lines = session.execute(
            sa.select(AccessLog.action, AccessLog.actor_id, AccessLog.detail)
            .where(AccessLog.object_type == "token", AccessLog.actor_id.is_not(None))
            .order_by(AccessLog.number)
        )
        by = browser.account.id
        assert [tuple(line) for line in lines] == [("token_made", by, "Planning"), ("token_revoked", by, "Planning")]


def test_making_and_revoking_asks_who_it_is(office, time):
    browser = office("manager")
    made_by(browser)
    form = next(form for form in browser.get(PAGE).forms if "intrekken" in form["attributes"]["action"])
    time.move(minutes=11)
    assert browser.post(form["attributes"]["action"]).response.location.startswith("/tweede-stap/bevestigen")
    assert "/tweede-stap/bevestigen?next=" in browser.post(f"{PAGE}/nieuw", 422, name="Ander", opens="children").text
    assert browser.get(f"{PAGE}/nieuw", 303).response.location.startswith("/tweede-stap/bevestigen")
    assert "Planning" in browser.get(PAGE).seen and "Ander" not in browser.get(PAGE).seen


def test_two_tokens_do_not_share_a_name_and_there_are_not_too_many(office, monkeypatch):
    browser = office("manager")
    made_by(browser, "Planning")
    assert "met deze naam" in browser.post(f"{PAGE}/nieuw", 422, name="  planning ", opens="children").seen
    monkeypatch.setattr(rules, "MOST_TOKENS", 1)
    assert "Er zijn al 1 sleutels" in browser.post(f"{PAGE}/nieuw", 422, name="Ander", opens="children").seen


def test_token_of_another_organisation_does_not_exist_here(office, zon, inside, make_token, save_parent):
    manager = save_parent(zon, "Gijs", "", "Blom", "gijs@zon.test", role="manager")
    make_token(manager, zon, "Van Zon")
    with inside(zon) as session:
        token_id = session.scalars(sa.select(ApiToken.id)).one()
    browser = office("manager")
    assert "Van Zon" not in browser.get(PAGE).seen
    browser.post(f"{PAGE}/{token_id}/intrekken", 404)


@pytest.mark.parametrize("change", ["dismissed", "other role", "blocked"])
def test_token_of_who_is_no_manager_any_more_opens_nothing(change, program, keeper, kok, inside, office, family_rows):
    browser = office("manager")
    program.put("K-1", family(ANNA), 201)
    with inside(kok):
        mira, by = db.session.get(Account, keeper.id), db.session.get(Account, browser.account.id)
        if change == "dismissed":
            staff.dismiss(mira, by=by)
        elif change == "other role":
            staff.change_role(mira, "administratie", [], by=by)
        else:
            mira.status = "blocked"
    before = family_rows()
    assert "geen manager meer" in program.put("K-1", family(ANNA, PIET), 401).detail
    program.leave("K-1", 401)
    assert family_rows() == before
    assert "Werkt niet meer: Mira Blom is hier geen manager meer" in browser.get(PAGE).seen
    assert "De koppeling met Planning staat stil" in browser.get("/beheer").seen


WRONG_HEADERS = [
    None, "", "Bearer", "Bearer ", "Bearer onzin", "Bearer \xe9", "Basic YTpi", "Bearer " + "a" * 5000, "ouderportaal_a",
    "Bearer a b", "Bearer ouderportaal_' OR 1=1 --",
]  # fmt: skip


def test_without_a_good_token_nothing_opens(program, family_rows):
    before = family_rows()
    for header in WRONG_HEADERS:
        for method in ("PUT", "DELETE"):
            answer = program.send("/api/v1/children/K-1", "{}", method, headers={"Authorization": header}, status=401)
            assert answer.headers["WWW-Authenticate"] == "Bearer" and "sleutel" in answer.detail
    program.send("/api/v1/bounces", "{}", "POST", headers={"Authorization": None}, status=401)
    assert family_rows() == before


def test_cookie_of_who_is_logged_in_opens_nothing_here(program, office, kok):
    browser = office("manager")
    page = browser.send("/api/v1/children/K-1", "{}", "PUT", "application/json")
    assert page.status == 401 and page.response.mimetype == "application/problem+json"


def test_too_many_wrong_tokens_make_only_those_wait(program, time):
    wrong = {"Authorization": "Bearer onzin"}
    for _ in range(rules.WRONG_TOKENS.most):
        program.send("/api/v1/children/K-1", "{}", headers=wrong, status=401)
    late = program.send("/api/v1/children/K-1", "{}", headers=wrong, status=429)
    assert late.headers["Retry-After"] == "900"
    program.put("K-1", family(), 201)
    time.move(minutes=16)
    program.send("/api/v1/children/K-1", "{}", headers=wrong, status=401)


def test_program_that_asks_too_much_waits_a_minute(program, monkeypatch, time):
    monkeypatch.setattr(rules, "PER_TOKEN", rules.Limit("api", 3, rules.PER_TOKEN.window))
    program.put("K-1", family(), 201)
    program.send("/api/v1/children/K-1", "", status=400)  # a wrong one counts too
    program.put("K-1", family(), 200)
    late = program.put("K-1", family(ANNA), 429)
    assert late.headers["Retry-After"] == "60" and "Retry-After" in late.detail
    time.move(seconds=61)
    program.put("K-1", family(ANNA), 200)
