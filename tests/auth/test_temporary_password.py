"""The temporary password in the mail: it opens one page, and ends when a password is chosen."""

import re

import pytest
import sqlalchemy as sa

from portal.auth.gate import LINKS
from portal.auth.models import Account, Session, TemporaryPassword
from portal.db import db, within
from portal.organisations.models import Organisation
from portal.outbox.models import Mail
from tests.forms import EXAMPLES

PAGE = "/wachtwoord/nieuw"
NEW = "een-heel-nieuw-wachtwoord"


@pytest.fixture
def invited(kok, anna, change):
    """Anna before her first login."""
    change(kok, anna, password_hash=None, status="invited")
    return anna


def test_parent_comes_in_with_the_mail_and_chooses_a_password(visitor, kok, invited, temporary_password):
    browser = visitor(kok)
    page = browser.log_in(invited, password=temporary_password(kok, invited))
    assert page.response.location == PAGE
    browser.get(PAGE)
    page = browser.post(PAGE, password=NEW, repeat=NEW)
    assert "Anna" in browser.follow(page).text
    visitor(kok).log_in(invited, password=NEW)


def test_mail_holds_address_login_page_password_and_end(kok, invited, credentials_mail, time):
    mail = credentials_mail(kok, invited)
    lines = [line.strip() for line in mail.text.splitlines()]
    password = next(line for line in lines if re.fullmatch(r"([2-9a-hjkmnp-z]{4}-){3}[2-9a-hjkmnp-z]{4}", line))
    assert "anna@voorbeeld.nl" in mail.text and mail.links == ["https://kok.test/inloggen"]
    assert "donderdag 26 november 2026 om 10:30" in " ".join(mail.text.split())
    assert password not in mail.subject


@pytest.mark.parametrize("spelling", [str.upper, lambda p: p.replace("-", " "), lambda p: f" {p} "])
def test_spelling_from_paper_is_understood(spelling, visitor, kok, invited, temporary_password):
    page = visitor(kok).log_in(invited, password=spelling(temporary_password(kok, invited)))
    assert page.response.location == PAGE


def test_without_separators_it_is_no_temporary_password(visitor, kok, invited, temporary_password):
    password = temporary_password(kok, invited).replace("-", "")
    visitor(kok).post("/inloggen", status=422, email=invited.email, password=password)


@pytest.mark.parametrize(("hours", "status"), [(72, 422), (71.9, 303)])
def test_it_lasts_three_days(hours, status, visitor, kok, invited, temporary_password, time):
    password = temporary_password(kok, invited)
    time.move(hours=hours)
    visitor(kok).post("/inloggen", status=status, email=invited.email, password=password)


def test_organisation_chooses_how_long(visitor, kok, invited, temporary_password, time, inside):
    with inside(kok) as session:
        session.execute(sa.update(Organisation).where(Organisation.id == kok.id).values(temporary_password_hours=24))
    password = temporary_password(kok, invited)
    time.move(hours=24, seconds=1)
    visitor(kok).post("/inloggen", status=422, email=invited.email, password=password)


def test_newer_one_ends_the_older(visitor, kok, invited, temporary_password):
    old, new = temporary_password(kok, invited), temporary_password(kok, invited)
    visitor(kok).post("/inloggen", status=422, email=invited.email, password=old)
    visitor(kok).post("/inloggen", status=303, email=invited.email, password=new)


def test_it_opens_once(visitor, kok, invited, temporary_password):
    password = temporary_password(kok, invited)
    visitor(kok).log_in(invited, password=password)
    visitor(kok).post("/inloggen", status=422, email=invited.email, password=password)


def test_choosing_by_link_ends_it(visitor, kok, anna, temporary_password, reset_mail):
    password = temporary_password(kok, anna)
    browser = visitor(kok)
    browser.get(reset_mail(kok, anna).links[0], status=303)
    browser.get(PAGE)
    browser.post(PAGE, password=NEW, repeat=NEW)
    visitor(kok).post("/inloggen", status=422, email=anna.email, password=password)


def test_it_opens_nothing_but_the_page_to_choose(app, visitor, kok, anna, temporary_password):
    browser = visitor(kok)
    browser.log_in(anna, password=temporary_password(kok, anna))
    open_to_all = {"static", "welcome.accent", "files.logo", "welcome.livez", "welcome.readyz"}
    choosing = {"auth.choose_password", "auth.logout", "auth.check_password", "auth.propose_passphrase",
                "welcome.set_language"}  # fmt: skip
    with app.test_request_context(base_url=kok.origin):
        urls = app.create_url_adapter(None) or app.url_map.bind("kok.test")
        rules = [
            rule for rule in app.url_map.iter_rules()
            if rule.endpoint not in open_to_all | choosing | LINKS and not rule.rule.startswith("/api/")
        ]  # fmt: skip
        paths = [(rule, urls.build(rule.endpoint, {name: EXAMPLES[name] for name in rule.arguments})) for rule in rules]
    assert len(paths) > 15
    for rule, path in paths:
        if "GET" in rule.methods:
            assert browser.get(path, status=303).response.location == PAGE, path
        else:
            browser.get(PAGE)
            assert browser.post(path).response.location == PAGE, path
    answer = browser.client.get("/", base_url=kok.origin, headers={"HX-Request": "true", **browser.headers})
    assert answer.status_code == 204 and answer.headers["HX-Redirect"] == PAGE


def test_link_of_somebody_else_does_not_lead_to_this_ones_password(
    visitor, kok, anna, piet, temporary_password, reset_mail
):
    """On the family's computer Anna came as far as choosing a password; Piet opens his own link (R17)."""
    browser = visitor(kok)
    browser.log_in(anna, password=temporary_password(kok, anna))
    assert browser.get(reset_mail(kok, piet).links[0], status=303).response.location == PAGE
    browser.get(PAGE)
    browser.post(PAGE, password=NEW, repeat=NEW)
    visitor(kok).log_in(piet, password=NEW)
    visitor(kok).log_in(anna)


def test_its_session_is_short_and_never_remembered(visitor, kok, anna, temporary_password, time):
    browser = visitor(kok)
    browser.log_in(anna, password=temporary_password(kok, anna), remember=True)
    assert browser.cookie("__Host-onthoud") is None
    time.move(minutes=29)
    browser.get(PAGE)
    time.move(minutes=1, seconds=1)
    browser.get(PAGE, status=410)


def test_it_cannot_become_the_password(visitor, kok, anna, temporary_password):
    password = temporary_password(kok, anna)
    browser = visitor(kok)
    browser.log_in(anna, password=password)
    browser.get(PAGE)
    for same in (password, password.upper(), "abcd-efgh-jkmn-pqrs"):
        assert "tijdelijk" in browser.post(PAGE, status=422, password=same, repeat=same).seen


def test_own_password_and_sessions_go_on_until_it_is_used(visitor, kok, anna, credentials_mail):
    browser = visitor(kok)
    browser.log_in(anna)
    credentials_mail(kok, anna)
    browser.get("/")
    visitor(kok).log_in(anna)


@pytest.mark.parametrize("typed", ["tulp-fiets-molen-appel", "abcd-efgh-jkmn-pqrs", "iets-heel-anders"])
def test_one_hash_also_with_a_temporary_password_pending(typed, visitor, kok, anna, credentials_mail, hash_calls):
    credentials_mail(kok, anna)
    browser = visitor(kok)
    browser.get("/inloggen")
    hash_calls.clear()
    browser.client.post(
        "/inloggen", data={"email": anna.email, "password": typed, "csrf_token": browser.csrf}, base_url=kok.origin,
        headers={"Sec-Fetch-Site": "same-origin", **browser.headers},
    )  # fmt: skip
    assert len(hash_calls) == 1


def test_organisation_may_choose_a_link_instead(visitor, kok, invited, credentials_mail, inside):
    with inside(kok) as session:
        session.execute(sa.update(Organisation).where(Organisation.id == kok.id).values(credentials_mail="link"))
    mail = credentials_mail(kok, invited)
    assert "/activeren/" in mail.links[0]
    browser = visitor(kok)
    browser.get(mail.links[0], status=303)
    page = browser.get(PAGE)
    assert "Anna" not in page.text and "Noor" not in page.text and "Kok Kinderopvang" in page.text
    browser.post(PAGE, password=NEW, repeat=NEW)
    browser.log_in(invited, password=NEW)


@pytest.mark.parametrize(("days", "status"), [(7, 303), (7.001, 410)])
def test_first_link_works_a_week(days, status, visitor, kok, invited, credentials_mail, inside, time):
    with inside(kok) as session:
        session.execute(sa.update(Organisation).where(Organisation.id == kok.id).values(credentials_mail="link"))
    link = credentials_mail(kok, invited).links[0]
    time.move(days=days)
    visitor(kok).get(link, status=status)


def test_password_is_nowhere_but_in_the_mail(app, kok, invited, temporary_password, caplog):
    caplog.set_level(0)
    password = temporary_password(kok, invited)
    with app.app_context(), within("*"):
        rows = " ".join(str(row) for table in db.metadata.sorted_tables for row in db.session.execute(sa.select(table)))
        assert db.session.scalars(sa.select(TemporaryPassword)).one().password_hash.startswith("$argon2id$")
        assert db.session.scalars(sa.select(Mail)).one().params == {}
    assert password not in rows
    assert not [record for record in caplog.records if password in record.getMessage() and record.name != "mail.log"]


def test_blocked_parent_gets_no_mail(kok, anna, change, inside, post):
    from portal.auth import mails

    change(kok, anna, status="blocked")
    with inside(kok):
        mails.credentials(anna.id)
    assert post.deliver() == []
    with inside(kok):
        assert db.session.scalars(sa.select(Session)).all() == []
        assert db.session.get(Account, anna.id).status == "blocked"


def test_of_two_logins_at_once_one_comes_in(visitor, kok, invited, temporary_password, monkeypatch):
    from portal.auth import actions

    password, original, inner = temporary_password(kok, invited), actions.which_password, []

    def meanwhile(*args):
        found = original(*args)
        if not inner:
            inner.append(True)
            visitor(kok, address="192.0.2.9").log_in(invited, password=password)
        return found

    monkeypatch.setattr(actions, "which_password", meanwhile)
    visitor(kok).post("/inloggen", status=422, email=invited.email, password=password)


def test_parent_who_comes_to_work_here_chooses_a_longer_password(app, visitor, kok, anna):
    from portal.cli import _commands

    words = ["staff", "add", anna.email, "--organisation", "kok", "--name", "Anna de Vries", "--role", "planning"]
    with app.app_context():
        _commands(app).main(words, standalone_mode=False)
    visitor(kok).post("/inloggen", status=422, email=anna.email, password="tulp-fiets-molen-appel")
