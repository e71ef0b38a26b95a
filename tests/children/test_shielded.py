"""A parent whose address is secret: it stands nowhere for the other parent, who may even work here (domain.md, B5)."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.auth.models import Account, Person
from portal.changes import actions as changes
from portal.changes.models import DataChange
from portal.children import actions, queries
from portal.children.models import Block, Child, Guardianship
from portal.children.rules import RightsDetails
from portal.db import db
from portal.errors import Refused
from portal.export import queries as export
from portal.parents import actions as parents
from portal.people.actions import know_names
from portal.pickup import actions as pickup
from portal.pickup.rules import Permission
from tests.forms import EXAMPLES

SECRETS = (
    "anna.geheim@voorbeeld.nl", "06-87654321", "Firefox, Linux", "Geheimstraat", "Tante Stil", "06-55556666",
    "Truus Verstopt", "06-55501234", "NL** ****",
)  # fmt: skip


@pytest.fixture
def secret(kok, noor, anna, visitor, inside):
    """Anna keeps her address, phone, devices and who may fetch Noor for her, from Noor's other parent."""
    visitor(kok, user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0").log_in(anna)
    with inside(kok) as session:
        account = session.get(Account, anna.id)
        account.email, account.email_key, account.person.phone = SECRETS[0], SECRETS[0], SECRETS[1]
        actions.shield_address(queries.guardianship(noor.id, anna.person_id), True)
        home = {"street": "Geheimstraat", "number": "1", "addition": "", "postcode": "3511 AB", "town": "Utrecht"}
        changes.ask_address(account, {**home, "country": ""}, clock.today() + timedelta(days=1))
        changes.change_address(account, {**home, "country": ""}, clock.today(), by=account)
        contacts = [{"name": "Tante Stil", "phone": "06-55556666", "relation": "tante"}]
        changes.change_contacts(session.get(Child, noor.id), anna.person_id, contacts, by=account)
        changes.ask_contacts(account, session.get(Child, noor.id), [*contacts, contacts[0]])
        oma = Permission(SECRETS[6], "oma", SECRETS[7])
        pickup.allow(session.get(Child, noor.id), oma, granted_by=anna.person_id, by=account)
        changes.ask_iban(account, "NL91ABNA0417164300")
        know_names(session.scalars(sa.select(Person)).all())


@pytest.fixture
def other_parent(secret, kok, noor, piet, visitor, office, inside):
    """other_parent("manager") is Noor's other parent, with that role here or without one."""

    def come(role):
        if not role:
            browser = visitor(kok)
            browser.log_in(piet)
            return browser
        browser = office(role)
        with inside(kok) as session:
            session.add(
                Guardianship(
                    organisation_id=kok.id, child_id=noor.id, person_id=browser.account.person_id, role="custody",
                    can_decide=True, can_see_daily=True,
                )
            )  # fmt: skip
        return browser

    return come


def pages(app, noor, anna):
    known = {
        **EXAMPLES,
        "child_id": noor.id,
        "person_id": anna.person_id,
        "account_id": anna.id,
        "group_id": noor.group_id,
    }
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods:
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(known.get(match[1], EXAMPLES.get(match[1]))), rule.rule)
    for words in ("anna", "vries", "anna%40voor", "06-8"):
        yield from (f"/beheer/{page}?zoek={words}" for page in ("zoeken", "ouders", "kinderen"))


@pytest.mark.parametrize("role", ["", "manager"])
def test_secret_address_stands_on_no_page_for_the_other_parent(role, other_parent, app, noor, anna):
    browser, leaks = other_parent(role), []
    for path in pages(app, noor, anna):
        page = browser.send(path, method="GET", content_type=None)
        if page.status == 303:
            page = browser.send(page.response.location, method="GET", content_type=None)
        leaks += [(path, secret) for secret in SECRETS if secret in page.text]
    assert leaks == []
    if role:
        assert "Noor Bakker" in browser.get(f"/beheer/kinderen/{noor.id}").seen
        browser.get(f"/beheer/ouders/{anna.id}", 404)
        for path in ("/beheer/export", "/beheer/logboek/bestand"):
            file = browser.send(path, f"csrf_token={browser.csrf}").text
            assert "Kim" in file and not any(secret in file for secret in SECRETS), path


def test_what_a_secret_parent_asks_to_change_is_for_a_colleague(other_parent, office, anna, inside, kok):
    with inside(kok) as session:
        asked = [f"/beheer/wijzigingen/{change_id}" for change_id in session.scalars(sa.select(DataChange.id))]
    desk = other_parent("administratie")
    assert "Er wacht geen wijziging" in desk.get("/beheer/wijzigingen").seen
    assert "Wijzigingen die ouders vragen" not in desk.get("/beheer").seen
    for path in asked:
        desk.get(path, 404)
        desk.post(f"{path}/akkoord", 404)
        desk.post(f"{path}/nee", 404, reason="Nee")
    colleague = office("manager")
    assert len(asked) == 2 and all(path in colleague.get("/beheer/wijzigingen").text for path in asked)
    assert any("Geheimstraat" in colleague.get(path).seen for path in asked)


def test_others_of_the_office_still_see_it(secret, office, noor, anna):
    desk = office("planning")
    for path in (
        "/beheer/ouders",
        f"/beheer/ouders/{anna.id}",
        f"/beheer/kinderen/{noor.id}",
        "/beheer/zoeken?zoek=anna",
    ):
        assert SECRETS[0] in desk.get(path).seen


def test_no_mail_and_no_zip_tells_the_other_parent_who_fetches(secret, kok, noor, anna, piet, visitor, post, inside):
    for mail in post.deliver():
        assert not any(secret in mail.text + mail.html for secret in SECRETS), mail.subject
    with inside(kok):
        mine, others = (export.taken(db.session.get(Account, each.id), noor.id) for each in (anna, piet))
        assert [each.name for each in mine.fetchers] == [SECRETS[6]] and others.fetchers == []


def test_nobody_of_the_office_decides_about_an_own_child(other_parent, kok, noor, anna, piet, save_parent, inside):
    own = other_parent("administratie").account
    wil = save_parent(kok, "Wil", "", "Vos", "wil@kok.test", role="administratie")
    with inside(kok) as session:
        link, account = queries.guardianship(noor.id, piet.person_id), session.get(Account, piet.id)
        said = ("straatverbod", "vonnis", clock.today())
        block = actions.ask_block(link, *said, by=wil)
        for attempt in (
            lambda: actions.change_rights(link, RightsDetails("no_custody"), by=own),
            lambda: actions.shield_address(link, True, by=own),
            lambda: actions.end_guardianship(link, by=own),
            lambda: actions.ask_block(link, *said, by=own),
            lambda: actions.confirm_block(block, by=own),
            lambda: actions.lift_block(block, by=own),
            lambda: parents.change_address(account, "van.mij@voorbeeld.nl", by=own),
            lambda: parents.block_account(account, by=own),
            lambda: parents.unblock_account(account, by=own),
            lambda: parents.end_sessions(account, by=own),
            lambda: parents.send_credentials(account, by=own),
        ):
            with pytest.raises(Refused, match="Laat een collega dit doen"):
                attempt()
        session.rollback()


def test_page_says_that_a_colleague_has_to_do_it(other_parent, noor, piet, inside, kok):
    desk = other_parent("administratie")
    rights = f"/beheer/kinderen/{noor.id}/ouders/{piet.person_id}"
    version = desk.get(rights).form("rights-form")["fields"]["version"]
    new = {"email": "nieuw@voorbeeld.nl", "given_name": "Jo", "family_name": "Bos", "role": "custody"}
    for path, fields in (
        (rights, {"role": "foster", "version": version}),
        (f"{rights}/einde", {}),
        (f"{rights}/blokkade", {"reason": "x", "document": "y", "ends_on": str(clock.today())}),
        (f"/beheer/kinderen/{noor.id}/ouders/nieuw", new),
        (f"/beheer/ouders/{piet.id}/adres", {"email": "nieuw@voorbeeld.nl"}),
        (f"/beheer/ouders/{piet.id}/brief", {}),
    ):
        assert "Laat een collega dit doen." in desk.post(path, 422, **fields).seen, path
    desk.post(f"/beheer/ouders/{piet.id}/blokkeren")
    assert "Laat een collega dit doen." in desk.get(f"/beheer/ouders/{piet.id}").seen
    with inside(kok) as session:
        assert session.scalars(sa.select(Block)).all() == [] and db.session.get(Account, piet.id).status == "active"
