from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.auth.actions import send_credentials
from portal.auth.models import Account
from portal.auth.rules import NoCredentials
from portal.children import actions as children
from portal.children import queries
from portal.db import db
from portal.errors import Refused
from portal.outbox.models import Mail
from portal.parents import actions
from portal.parents.rules import ParentName

NEW = "anna.nieuw@voorbeeld.nl"


@pytest.fixture
def kim(kok, save_parent):
    return save_parent(kok, "Kim", "", "Kantoor", "kim@kok.test", role="administratie")


def account(row):
    return db.session.get(Account, row.id)


def test_old_and_new_address_are_told_and_neither_learns_of_the_other(kok, anna, kim, inside, post, visitor):
    browser = visitor(kok)
    browser.log_in(anna)
    with inside(kok):
        actions.change_address(account(anna), f" {NEW} ", by=kim)
    old, new = sorted(post.deliver(), key=lambda mail: mail.to != [anna.email])
    assert (old.to, new.to) == ([anna.email], [NEW])
    assert old.subject == "Kok Kinderopvang: uw e-mailadres is gewijzigd"
    assert NEW not in old.text + old.html and "Bel ons dan meteen" in old.text
    assert anna.email not in new.text + new.html and new.links == ["https://kok.test/inloggen"]
    browser.get("/", status=303)
    with inside(kok) as session:
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "address_changed")).one()
        assert (line.actor_id, line.account_id) == (kim.id, anna.id)
        assert NEW not in line.detail
    browser.post("/inloggen", 422, email=anna.email, password=browser.password)
    browser.post("/inloggen", email=NEW, password=browser.password)


def test_who_changed_the_address_sends_no_credentials_there_for_a_day(kok, anna, kim, els, inside, time):
    with inside(kok):
        actions.change_address(account(anna), NEW, by=kim)
        with pytest.raises(NoCredentials) as refused:
            send_credentials(account(anna), by=kim)
        assert refused.value.reason == "same hand"
        send_credentials(account(anna), by=els)
        time.move(hours=23, minutes=59)
        with pytest.raises(NoCredentials):
            send_credentials(account(anna), by=kim)
        time.move(minutes=2)
        send_credentials(account(anna), by=kim)


def test_who_changed_the_address_gets_no_link_there_either(kok, anna, kim, inside, post, visitor, time):
    """Or he would change it to his own, and forget the password of Anna (E7)."""
    with inside(kok):
        actions.change_address(account(anna), NEW, by=kim)
    (told,) = [mail for mail in post.deliver() if mail.to == [NEW]]
    assert "vanaf dinsdag 24 november 2026 om 10:30" in told.text
    browser = visitor(kok)
    browser.get("/wachtwoord-vergeten")
    browser.post("/wachtwoord-vergeten", email=NEW)
    (mail,) = post.deliver()
    assert "vanaf dinsdag 24 november 2026 om 10:30" in mail.text and "Bel ons" in mail.text
    assert mail.links == ["https://kok.test/inloggen"] and "https://kok.test/wachtwoord" not in mail.html
    time.move(hours=24)
    browser.post("/wachtwoord-vergeten", email=NEW)
    (mail,) = post.deliver()
    assert mail.links[0].startswith("https://kok.test/wachtwoord/herstel/")


def test_credentials_that_wait_do_not_go_to_the_new_address(kok, anna, kim, inside, post):
    with inside(kok):
        send_credentials(account(anna), by=kim)
        actions.change_address(account(anna), NEW, by=kim)
    assert "tijdelijk" not in "".join(mail.text for mail in post.deliver())


def test_link_that_was_sent_before_is_dead(kok, anna, kim, inside, post, visitor):
    browser = visitor(kok)
    browser.post("/wachtwoord-vergeten", email=anna.email)
    (mail,) = post.deliver()
    with inside(kok):
        actions.change_address(account(anna), NEW, by=kim)
    browser.get(mail.links[0], status=410)


def test_password_goes_when_the_old_address_was_somebody_elses(kok, anna, kim, inside, visitor):
    with inside(kok):
        actions.change_address(account(anna), NEW, by=kim, was_someone_elses=True)
        assert (account(anna).password_hash, account(anna).status) == (None, "invited")
    visitor(kok).post("/inloggen", 422, email=NEW, password=visitor(kok).password)


@pytest.mark.parametrize(
    ("email", "sentence"), [("piet@voorbeeld.nl", "al het adres van Piet Bakker"), ("geen", "is geen")]
)
def test_address_that_cannot_be_is_refused(kok, anna, piet, kim, inside, email, sentence):
    with inside(kok):
        with pytest.raises(Refused, match=sentence):
            actions.change_address(account(anna), email, by=kim)
        actions.change_address(account(anna), "ANNA@voorbeeld.nl", by=kim)
        assert (account(anna).email, account(anna).email_version) == ("ANNA@voorbeeld.nl", 1)
        assert db.session.scalars(sa.select(Mail)).all() == []


def test_office_does_not_take_over_who_works_here(kok, els, kim, noor, inside):
    with inside(kok):
        for change in (
            lambda row: actions.change_address(row, NEW, by=kim),
            lambda row: actions.block_account(row, by=kim),
            lambda row: actions.unblock_account(row, by=kim),
            lambda row: actions.end_sessions(row, by=kim),
            lambda row: actions.send_credentials(row, by=kim),
        ):
            with pytest.raises(Refused, match="werkt hier ook"):
                change(account(els))


def test_blocked_account_is_out_at_the_next_request_and_comes_back(kok, anna, kim, inside, visitor, post):
    browser = visitor(kok)
    browser.log_in(anna)
    with inside(kok):
        send_credentials(account(anna), by=kim)
        actions.block_account(account(anna), by=kim)
        actions.block_account(account(anna), by=kim)
    browser.get("/", status=303)
    browser.post("/inloggen", 422, email=anna.email, password=browser.password)
    assert post.deliver() == []
    with inside(kok) as session:
        actions.unblock_account(account(anna), by=kim)
        log = session.scalars(sa.select(AccessLog.action).where(AccessLog.action.like("account_%"))).all()
        assert sorted(log) == ["account_blocked", "account_unblocked"]
    browser.post("/inloggen", email=anna.email, password=browser.password)


def test_parent_is_logged_out_everywhere(kok, anna, kim, inside, visitor):
    browsers = [visitor(kok), visitor(kok)]
    for browser in browsers:
        browser.log_in(anna)
    with inside(kok):
        assert actions.end_sessions(account(anna), by=kim) == 2
        assert actions.end_sessions(account(anna), by=kim) == 0
    for browser in browsers:
        browser.get("/", status=303)


def test_name_changes_and_only_what_changed_is_logged(kok, anna, kim, inside):
    with inside(kok) as session:
        name = ParentName("Anna", "", "Bakker", "0687654321")
        assert actions.change_parent(account(anna), name, by=kim) == ["infix", "family_name", "phone"]
        assert actions.change_parent(account(anna), name, by=kim) == []
        assert account(anna).person.sort_name == "bakker, anna"
        assert session.scalars(sa.select(AccessLog.detail)).all() == ["infix, family_name, phone"]


def test_account_closes_when_its_last_child_left_long_ago(
    kok, noor, anna, piet, els, save_child, inside, time, visitor
):
    sem = save_child(kok, "Sem", "Bakker", time.now.date() - timedelta(days=400), "De Rupsen")
    browser = visitor(kok)
    with inside(kok):
        children.add_guardianship(
            queries.held_child(sem.id),
            children.ParentDetails(piet.email, "Piet", "", "Bakker", is_known=True),
        )
        children.leave(queries.held_child(noor.id), time.now.date(), months=1)
        assert actions.close_accounts() == 0
    time.move(days=31)
    browser.log_in(anna)
    with inside(kok):
        assert actions.close_accounts() == 1
        assert actions.close_accounts() == 0
        assert (account(anna).status, account(piet).status, account(els).status) == ("closed", "active", "active")
    browser.get("/", status=303)
