from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.audit.models import AccessLog
from portal.auth.models import Account, Person
from portal.db import db
from portal.outbox.models import Mail
from portal.people.actions import know_names

LIST = "/beheer/ouders"
NEW = "anna.nieuw@voorbeeld.nl"


@pytest.fixture
def desk(office):
    return office("administratie")


@pytest.fixture
def known(kok, anna, piet, inside):
    with inside(kok) as session:
        know_names(session.scalars(sa.select(Person)).all())


def page_of(parent):
    return f"{LIST}/{parent.id}"


def change(inside, kok, parent, **values):
    with inside(kok) as session:
        session.execute(sa.update(Account).where(Account.id == parent.id).values(**values))


def actions_about(inside, kok, parent, by):
    with inside(kok) as session:
        found = sa.select(AccessLog.action).where(AccessLog.account_id == parent.id, AccessLog.actor_id == by.id)
        return session.scalars(found.order_by(AccessLog.number)).all()


def test_office_finds_a_parent_by_name_address_and_state(desk, kok, known, anna, piet, els, inside):
    page = desk.get(LIST)
    assert "Anna de Vries" in page.seen and "anna@voorbeeld.nl" in page.seen and "Noor Bakker" in page.seen
    assert els.email not in page.seen  # who works here and has no child here is no parent
    assert "Anna" not in desk.get(f"{LIST}?zoek=bakker").seen
    assert "Anna" in desk.get(f"{LIST}?zoek=ANNA%40voor").seen and "Piet" not in desk.get(f"{LIST}?zoek=anna%40").seen
    assert "Er is geen ouder met deze naam of dit adres." in desk.get(f"{LIST}?zoek=kees%40").seen
    for state, values in {
        "never": {"status": "invited"},
        "late": {"status": "invited", "created_at": clock.now() - timedelta(days=4)},
        "moved": {"status": "active", "email_changed_at": clock.now()},
        "blocked": {"status": "blocked"},
    }.items():
        change(inside, kok, anna, **values)
        seen = desk.get(f"{LIST}?toon={state}").seen
        assert "Anna de Vries" in seen and "Piet" not in seen, state
    assert "Anna de Vries geblokkeerd" in desk.get(f"{LIST}?toon=onzin").seen


def test_office_sends_credentials_again_ends_sessions_blocks_and_unblocks(desk, visitor, kok, anna, inside, post):
    parent, page = visitor(kok), page_of(anna)
    parent.log_in(anna)
    seen = desk.get(page).seen
    assert "Deze ouder kan inloggen." in seen and "Ingelogd op 1 apparaat." in seen and "Druk een brief af" in seen
    desk.post(f"{page}/inloggegevens")
    assert "Er gaat een e-mail met inloggegevens naar anna@voorbeeld.nl." in desk.get(page).seen
    (mail,) = post.deliver()
    assert mail.to == [anna.email]
    desk.post(f"{page}/uitloggen")
    assert "Deze ouder is uitgelogd op 1 apparaat." in desk.get(page).seen
    assert parent.get("/", 303).response.location == "/inloggen"
    parent.log_in(anna)
    desk.post(f"{page}/blokkeren")
    parent.get("/", 303)
    seen = desk.get(page).seen
    assert "Dit account is geblokkeerd." in seen and "Stuur inloggegevens opnieuw" not in seen
    visitor(kok).post("/inloggen", 422, email=anna.email, password=desk.password)
    desk.post(f"{page}/inloggegevens")
    assert post.deliver() == []
    desk.post(f"{page}/deblokkeren")
    parent.log_in(anna)
    done = {"credentials_sent", "sessions_ended", "account_blocked", "account_unblocked"}
    assert done <= set(actions_about(inside, kok, anna, desk.account))


def test_new_address_is_told_to_both_and_the_same_colleague_sends_nothing_today(
    desk, office, kok, known, anna, piet, inside, post
):
    page = page_of(anna)
    for email, problem in ((piet.email, "is al het adres van Piet Bakker."), ("onzin", "Er hoort een @ in.")):
        answer = desk.post(f"{page}/adres", 422, email=email)
        assert problem in answer.seen and answer.form("address-form")["fields"]["email"] == email
    desk.post(f"{page}/adres", email=NEW)
    assert sorted(mail.to[0] for mail in post.deliver()) == [NEW, anna.email]
    seen = desk.get(page).seen
    assert f"E-mail {NEW}" in seen and "Het oude en het nieuwe adres krijgen een e-mail." in seen
    desk.post(f"{page}/inloggegevens")
    assert "Daarom stuurt een collega de inloggegevens." in desk.get(page).seen and post.deliver() == []
    office("manager").post(f"{page}/inloggegevens")
    assert [mail.to for mail in post.deliver()] == [[NEW]]
    assert "Anna de Vries" in desk.get(f"{LIST}?toon=moved").seen
    done = [action for action in actions_about(inside, kok, anna, desk.account) if action != "parent_seen"]
    assert done[0] == "address_changed"


def test_second_of_two_colleagues_is_told_and_loses_nothing(desk, office, kok, anna, inside):
    path, other = f"{page_of(anna)}/wijzigen", office("manager")
    old = {"given_name": "Anna", "infix": "de", "family_name": "Vries", "phone": ""}
    version = desk.get(path).form("parent-form")["fields"]["version"]
    other.post(path, **{**old, "phone": "06-11111111"}, version=version)
    told = desk.post(path, 422, **{**old, "phone": "06-22222222"}, version=version)
    assert "In het portaal staat nu: 06-11111111." in told.seen
    fields = told.form("parent-form")["fields"]
    assert fields["phone"] == "06-22222222"
    desk.post(path, **{**old, "phone": "06-22222222"}, version=fields["version"])
    with inside(kok):
        assert db.session.get(Account, anna.id).person.phone == "06-22222222"
    assert "parent_changed" in actions_about(inside, kok, anna, desk.account)


def test_what_is_sensitive_asks_for_the_password_first(time, desk, anna, rows):
    time.move(minutes=11)
    desk.get(page_of(anna))  # marks the session as used
    before = rows()
    for button in ("inloggegevens", "uitloggen", "blokkeren", "deblokkeren"):
        answer = desk.post(f"{page_of(anna)}/{button}")
        assert answer.response.location.startswith("/tweede-stap/bevestigen"), button
    page = desk.post(f"{page_of(anna)}/adres", 422, email=NEW)
    assert "/tweede-stap/bevestigen?next=" in page.text and NEW in page.text
    assert rows() == before


def test_parent_who_works_here_is_left_to_a_manager(desk, kok, anna, inside, post):
    change(inside, kok, anna, role="planning")
    seen = desk.get(page_of(anna)).seen
    assert "Dit account regelt een manager." in seen and "E-mailadres wijzigen" not in seen
    for button in ("inloggegevens", "uitloggen", "blokkeren", "deblokkeren"):
        desk.post(f"{page_of(anna)}/{button}")
    assert "Dit account regelt een manager." in desk.post(f"{page_of(anna)}/adres", 422, email=NEW).seen
    assert post.deliver() == []


def test_parent_of_another_organisation_does_not_exist(office, zon, anna, bram):
    elsewhere = office("manager", zon)
    for path in ("", "/wijzigen", "/adres"):
        elsewhere.get(page_of(anna) + path, 404)
    for button in ("inloggegevens", "uitloggen", "blokkeren", "deblokkeren", "adres", "wijzigen"):
        elsewhere.post(f"{page_of(anna)}/{button}", 404)
    assert "Anna" not in elsewhere.get(LIST).seen and "Bram" in elsewhere.get(LIST).seen


def test_planning_looks_and_changes_nothing(office, anna):
    planner = office("planning")
    seen = planner.get(page_of(anna)).seen
    assert "Noor Bakker" in seen and anna.email in seen
    assert not any(word in seen for word in ("Wijzigen", "wijzigen", "Stuur inloggegevens", "Blokkeer", "brief"))
    for button in ("inloggegevens", "uitloggen", "blokkeren", "deblokkeren", "adres", "wijzigen"):
        planner.post(f"{page_of(anna)}/{button}", 404)


def test_parent_who_misses_mails_is_listed_until_one_arrives(desk, kok, known, anna, inside):
    def mail(state, **moments):
        with inside(kok) as session:
            due, now = clock.now() - timedelta(days=2), clock.now()
            row = Mail(organisation_id=kok.id, kind="x", account_id=anna.id, state=state, due_at=due, expires_at=now)
            session.add(row)
            session.flush()
            session.execute(sa.update(Mail).where(Mail.id == row.id).values(**moments))

    listed = lambda: "Anna de Vries" in desk.get(f"{LIST}?toon=unreached").seen  # noqa: E731
    assert not listed()
    mail("refused", updated_at=clock.now() - timedelta(days=2))
    assert listed() and "1 Ouders die een e-mail niet kregen" in desk.get("/beheer").seen
    mail("sent", sent_at=clock.now() - timedelta(days=1))
    assert not listed()
