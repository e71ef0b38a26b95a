"""Who works here: invited, given another role, and gone; and the start page of the office."""

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.auth.models import Account, StaffGroup
from portal.db import db
from portal.outbox.models import Mail
from portal.staff import actions
from tests.conftest import totp_code

PEOPLE, START = "/beheer/medewerkers", "/beheer"
INVITATION = {"name": "Fenna van der Meer", "email": "fenna@kok.test", "role": "planning"}


@pytest.fixture
def colleague(kok, save_parent):
    return save_parent(kok, "Wil", "", "Vos", "wil@kok.test", role="administratie")


def now(inside, kok, account):
    with inside(kok):
        return db.session.get(Account, account.id)


def test_manager_invites_a_colleague_who_comes_in(office, visitor, kok, post):
    manager = office("manager")
    manager.get(f"{PEOPLE}/nieuw")
    page = manager.follow(manager.post(f"{PEOPLE}/nieuw", **INVITATION))
    assert "Fenna van der Meer" in page.seen and "nog nooit" in page.seen
    (mail,) = post.deliver()
    assert mail.to == ["fenna@kok.test"] and "wachtwoord" in mail.text
    fenna = visitor(kok)
    fenna.get(mail.links[0], status=303)
    fenna.get("/wachtwoord/nieuw")
    fenna.post("/wachtwoord/nieuw", password="vier-nieuwe-lange-woorden", repeat="vier-nieuwe-lange-woorden")
    fenna.get("/inloggen")
    asked = fenna.post("/inloggen", email="fenna@kok.test", password="vier-nieuwe-lange-woorden")
    assert asked.response.location == "/tweede-stap"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"email": "geen adres"}, "geen e-mailadres"), ({"name": ""}, "Vul een naam in"),
        ({"email": ""}, "Vul het e-mailadres in"),
        ({"role": "directeur"}, "Kies een van de mogelijkheden"), ({"email": "wil@kok.test"}, "werkt hier al"),
        ({"groups": "onzin"}, "Kies een van de mogelijkheden"),
    ],
)  # fmt: skip
def test_invitation_that_cannot_be_keeps_what_was_typed(wrong, words, office, colleague, noor):
    manager = office("manager")
    manager.get(f"{PEOPLE}/nieuw")
    page = manager.post(f"{PEOPLE}/nieuw", 422, **{**INVITATION, **wrong})
    assert words in page.seen and {**INVITATION, **wrong}["email"] in page.text


def test_parent_who_comes_to_work_here_stays_a_parent(office, anna, inside, kok):
    manager = office("manager")
    manager.get(f"{PEOPLE}/nieuw")
    manager.post(f"{PEOPLE}/nieuw", name="Anna de Vries", email=anna.email, role="planning")
    assert now(inside, kok, anna).role == "planning"
    manager.get(f"{PEOPLE}/{anna.id}")
    manager.post(f"{PEOPLE}/{anna.id}/weg")
    found = now(inside, kok, anna)
    assert (found.role, found.status) == ("", "invited")


def test_blocked_parent_does_not_come_back_in_by_an_invitation(office, anna, inside, kok):
    with inside(kok):
        db.session.get(Account, anna.id).status = "blocked"
    manager = office("manager")
    manager.get(f"{PEOPLE}/nieuw")
    page = manager.post(f"{PEOPLE}/nieuw", 422, name="Anna de Vries", email=anna.email, role="planning")
    assert "is geblokkeerd" in page.seen and now(inside, kok, anna).status == "blocked"


def test_another_role_counts_from_the_next_page(office, colleague, visitor, kok, post, inside):
    manager, worker = office("manager"), office("administratie")
    manager.get(f"{PEOPLE}/{worker.account.id}")
    manager.post(f"{PEOPLE}/{worker.account.id}", role="planning")
    assert worker.get(START, status=303).response.location.startswith("/inloggen")
    (mail,) = post.deliver()
    assert mail.to == [worker.account.email] and "planning" in mail.text


def test_groups_belong_to_groepsleiding_only(office, els, noor, inside, kok):
    manager = office("manager")
    form = manager.get(f"{PEOPLE}/{els.id}")
    assert "De Vlinders" in form.seen
    group = next(attributes["value"] for attributes in form.inputs if attributes.get("name") == "groups")
    manager.post(f"{PEOPLE}/{els.id}", role="groepsleiding", groups=group)
    with inside(kok):
        assert len(db.session.scalars(sa.select(StaffGroup)).all()) == 1
        line = db.session.scalars(sa.select(AccessLog).where(AccessLog.action == "groups_given")).one()
        assert (line.actor_id, line.account_id) == (manager.account.id, els.id)
    manager.get(f"{PEOPLE}/{els.id}")
    manager.post(f"{PEOPLE}/{els.id}", role="planning", groups=group)
    with inside(kok):
        assert db.session.scalars(sa.select(StaffGroup)).all() == []


def test_nobody_changes_the_own_role_and_the_last_manager_stays(office, inside, kok, colleague):
    manager = office("manager")
    manager.get(f"{PEOPLE}/{manager.account.id}")
    page = manager.post(f"{PEOPLE}/{manager.account.id}", 422, role="planning")
    assert "Uw eigen rol kunt u niet veranderen" in page.seen
    manager.post(f"{PEOPLE}/{manager.account.id}/weg")
    assert now(inside, kok, manager.account).role == "manager"
    with inside(kok):
        last, by = db.session.get(Account, manager.account.id), db.session.get(Account, colleague.id)
        for leave in (lambda: actions.change_role(last, "planning", (), by), lambda: actions.dismiss(last, by)):
            with pytest.raises(actions.Refused, match="enige manager"):
                leave()


def test_who_leaves_is_out_at_once(office, inside, kok):
    manager, worker = office("manager"), office("planning")
    manager.get(f"{PEOPLE}/{worker.account.id}")
    manager.post(f"{PEOPLE}/{worker.account.id}/weg")
    worker.get("/", status=303)
    assert now(inside, kok, worker.account).status == "closed"
    manager.get(f"{PEOPLE}/{worker.account.id}", status=404)


@pytest.mark.parametrize("role", ["groepsleiding", "planning", "administratie"])
def test_another_role_finds_no_page_about_colleagues(role, office, colleague):
    browser = office(role)
    browser.get(START)
    for path in (PEOPLE, f"{PEOPLE}/nieuw", f"{PEOPLE}/{colleague.id}"):
        browser.get(path, status=404)
    assert "Medewerkers" not in browser.get(START).seen


def test_parent_and_stranger_find_no_office(visitor, kok, zon, anna, bram, colleague):
    parent, stranger, elsewhere = visitor(kok), visitor(kok), visitor(zon)
    parent.log_in(anna)
    elsewhere.log_in(bram)
    for path in (START, PEOPLE, f"{PEOPLE}/{colleague.id}"):
        parent.get(path, status=404)
        elsewhere.get(path, status=404)
        assert stranger.get(path, status=303).response.location.startswith("/inloggen")
    assert "Beheer" not in parent.get("/").seen


def test_manager_of_another_organisation_finds_nobody_of_ours(office, zon, colleague):
    office("manager", zon).get(f"{PEOPLE}/{colleague.id}", status=404)


def test_what_is_sensitive_asks_a_code_first(time, office, colleague):
    manager = office("manager")
    time.move(minutes=11)
    for path in (f"{PEOPLE}/nieuw", f"{PEOPLE}/{colleague.id}"):
        assert manager.get(path, status=303).response.location.startswith("/tweede-stap/bevestigen")
    manager.post(f"{PEOPLE}/{colleague.id}/weg")
    manager.get(f"/tweede-stap/bevestigen?next={PEOPLE}/{colleague.id}")
    manager.post("/tweede-stap/bevestigen", code=totp_code(), next=f"{PEOPLE}/{colleague.id}")
    manager.csrf = ""
    assert "Wil Vos" in manager.get(f"{PEOPLE}/{colleague.id}").seen


def test_link_is_sent_again_three_times_a_day(office, colleague, post):
    manager = office("manager")
    manager.get(f"{PEOPLE}/{colleague.id}")
    for _ in range(4):
        manager.post(f"{PEOPLE}/{colleague.id}/inloggegevens")
    assert len(post.deliver()) == 3


# The start page


def test_start_page_with_nothing_to_do_is_friendly(office):
    page = office("administratie").get(START)
    assert "Alles is gedaan" in page.seen and "Vandaag" in page.seen


def test_start_page_names_who_needs_a_hand(time, office, inside, kok, anna, noor, save_child, save_parent):
    browser = office("administratie")
    save_child(kok, "Alleen", "Opdewereld", noor.created_at.date(), "De Rupsen")
    piet = save_parent(kok, "Piet", "", "Nooit", "piet@voorbeeld.nl", noor)
    with inside(kok):
        account = db.session.get(Account, piet.id)
        account.status, account.password_hash = "invited", None
        db.session.add(
            Mail(
                organisation_id=kok.id, kind="auth/credentials", account_id=anna.id, state="refused", due_at=time.now,
                expires_at=time.now,
            )
        )  # fmt: skip
    time.move(minutes=50)
    page = browser.get(START)
    assert "Anna de Vries" in page.seen and "Alleen Opdewereld" in page.seen and "Piet Nooit" not in page.seen
    time.move(days=4)
    again = office("manager").get(START)
    assert "Piet Nooit" in again.seen


def test_second_step_goes_when_two_of_the_office_agree(office, colleague, visitor, kok, inside):
    manager, worker = office("manager"), office("administratie")
    lost = office("planning").account
    manager.get(f"{PEOPLE}/{lost.id}")
    manager.post(f"/beheer/tweede-stap/vragen/{lost.id}")
    asked = manager.get(START)
    assert "Een andere collega moet nog akkoord gaan" in asked.seen
    page = worker.get(START)
    assert "is telefoon en herstelcodes kwijt" in page.seen
    agree = next(
        form["attributes"]["action"] for form in page.forms if form["attributes"]["action"].endswith("/akkoord")
    )
    manager.post(agree)
    assert "Een andere collega moet hiermee akkoord gaan" in manager.get(START).seen
    worker.post(agree)
    assert "gaat weg op" in worker.get(START).seen
    manager.get(START)
    manager.post(agree.replace("/akkoord", "/stoppen"))
    assert "Alles is gedaan" in manager.get(START).seen
