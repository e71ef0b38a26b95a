import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.auth.models import Account
from portal.outbox.models import SOON, Mail


@pytest.fixture
def send(command):
    return lambda email, at="kok": command("parents", "send-credentials", email, "--organisation", at)


def test_parent_is_sent_credentials_again_ahead_of_an_import(kok, anna, send, inside):
    said = send(" Anna@Voorbeeld.nl ")
    assert (said.code, said.out) == (0, "New credentials for anna@voorbeeld.nl will go out.\n")
    with inside(kok) as session:
        mail = session.scalars(sa.select(Mail)).one()
        assert (mail.kind, mail.account_id, mail.priority) == ("auth/credentials", anna.id, SOON)
        assert session.scalars(sa.select(AccessLog.action)).all() == ["credentials_sent"]
        assert session.get(Account, anna.id).password_hash == anna.password_hash


def test_credentials_go_out_three_times_a_day_at_most(kok, anna, send, counted, time):
    assert [send("anna@voorbeeld.nl").code for _ in range(4)] == [0, 0, 0, 1]
    assert "three times today" in send("anna@voorbeeld.nl").err
    assert counted()["mail"] == 3
    time.move(days=1)
    assert send("anna@voorbeeld.nl").code == 0


def test_unknown_address_is_refused_in_one_sentence(kok, anna, send, counted):
    said = send("niemand@voorbeeld.nl")
    assert said.code == 1
    assert said.err == "There is no account with the address niemand@voorbeeld.nl at this organisation.\n"
    assert send("geen adres").code == 1
    assert counted()["mail"] == 0


def test_parent_of_another_organisation_is_unknown(kok, bram, send, counted):
    assert "There is no account" in send("bram@voorbeeld.nl").err
    assert counted()["mail"] == 0


@pytest.mark.parametrize("status", ["blocked", "closed"])
def test_blocked_account_gets_no_credentials(kok, anna, send, inside, counted, status):
    with inside(kok) as session:
        session.get(Account, anna.id).status = status
    said = send("anna@voorbeeld.nl")
    assert said.code == 1
    assert said.err == f"The account of anna@voorbeeld.nl is {status}, so it gets no credentials.\n"
    assert counted()["mail"] == 0


def test_without_mail_server_the_command_says_that_it_waits(kok, anna, app, send, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_SERVER", "")
    assert "will wait in the outbox, because PORTAL_MAIL_SERVER is not set" in send("anna@voorbeeld.nl").out
