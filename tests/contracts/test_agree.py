"""Somebody agrees with a contract: with the PDF that was shown, once, after saying who it is."""

import hashlib

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.children.models import Guardianship
from portal.contracts.models import Agreement, Contract
from portal.db import db
from portal.outbox.models import BULK, Mail
from tests.conftest import PASSWORD
from tests.documents.pdf import pdf


@pytest.fixture
def agreed(inside, kok):
    """agreed() is who agreed with which PDF."""

    def read():
        with inside(kok) as session:
            rows = session.execute(sa.select(Agreement.person_id, Agreement.sha256).order_by(Agreement.created_at))
            return [tuple(each) for each in rows]

    return read


def agree(browser, page, contract_id, status=303, **fields):
    shown = page.form("agree-form")["fields"]["sha256"]
    return browser.post(f"/contracten/{contract_id}", status, **{"sha256": shown, "has_read": "y", **fields})


def test_agreement_holds_the_pdf_person_time_and_method(contract, parent, kok, noor, anna, inside, post, time, agreed):
    contract_id = contract(content=pdf("Het contract"))
    (mail,) = post.deliver()
    assert mail.to == [anna.email] and mail.subject == "Kok Kinderopvang: een contract wacht op uw akkoord"
    assert "Noor" not in mail.text and mail.links == ["https://kok.test/contracten"]
    browser = parent(anna)
    assert "Er wacht een contract op uw akkoord." in browser.get("/").seen
    assert "Wacht op uw akkoord" in browser.get("/contracten").seen
    page = browser.get(f"/contracten/{contract_id}")
    assert "gewone elektronische handtekening" in page.seen and "geen gekwalificeerde handtekening" in page.seen
    assert "Lees het contract, en zet dan dit vinkje." in agree(browser, page, contract_id, 422, has_read="").seen
    time.move(minutes=1)
    done = browser.follow(agree(browser, page, contract_id))
    assert "U gaf akkoord. Wij hebben het vastgelegd." in done.seen and "Anna de Vries gaf akkoord op" in done.seen
    sha256 = hashlib.sha256(pdf("Het contract")).hexdigest()
    assert agreed() == [(anna.person_id, sha256)] and sha256 in done.seen
    with inside(kok) as session:
        said = session.scalars(sa.select(Agreement)).one()
        assert (said.account_id, said.method, said.created_at) == (anna.id, "password", time.now)
        assert len(said.ip_hash) == 43 and "203.0.113" not in said.ip_hash
        assert session.get(Contract, contract_id).is_waiting is False
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "contract_agreed")).one()
        assert (line.actor_id, line.account_id, line.object_id, line.child_id) == (anna.id, anna.id, contract_id, None)
    assert "wacht" not in browser.get("/").seen and "agree-form" not in done.text


def test_second_time_says_so_and_keeps_one(contract, parent, anna, agreed):
    contract_id, browser = contract(), parent(anna)
    page = browser.get(f"/contracten/{contract_id}")
    agree(browser, page, contract_id)
    assert "U gaf al akkoord, op" in agree(browser, page, contract_id, 422).seen
    assert len(agreed()) == 1


def test_pdf_that_was_replaced_meanwhile_is_not_agreed_with(contract, renew, parent, kok, anna, agreed, post, inside):
    contract_id, browser = contract(), parent(anna)
    page = browser.get(f"/contracten/{contract_id}")
    renew(contract_id)
    answer = agree(browser, page, contract_id, 422)
    assert "Er is net een nieuwe versie van dit contract." in answer.seen and agreed() == []
    again = answer.form("agree-form")["fields"]
    assert again["sha256"] == hashlib.sha256(pdf("Nieuw")).hexdigest()
    assert 'name="has_read" value="y" checked' not in answer.text
    agree(browser, answer, contract_id)
    assert agreed() == [(anna.person_id, again["sha256"])]


def test_new_version_asks_anew_and_the_old_one_stays(contract, renew, parent, kok, anna, agreed, post, inside, office):
    contract_id, browser = contract(), parent(anna)
    agree(browser, browser.get(f"/contracten/{contract_id}"), contract_id)
    with inside(kok):
        before = db.session.get(Contract, contract_id).document_id
    post.deliver()
    renew(contract_id, rate_cents=1100)
    assert len(post.deliver()) == 1
    page = browser.get(f"/contracten/{contract_id}")
    assert "€ 11,00" in page.seen and "Wacht op uw akkoord" in page.seen and "versie 1" in page.seen
    assert browser.client.get(f"/documenten/{before}", **browser._with(None)).data == pdf("Contract K-1")
    agree(browser, page, contract_id)
    assert len(agreed()) == 2
    seen = office("manager").get(f"/beheer/contracten/{contract_id}").seen
    assert seen.count("Akkoord van Anna de Vries") == 2 and "met het wachtwoord" in seen


def test_everyone_who_must_agrees_before_it_is_done(contract, parent, kok, anna, piet, agreed, office, post):
    contract_id = contract(also=(piet,))
    assert {mail.to[0] for mail in post.deliver()} == {anna.email, piet.email}
    desk = office("administratie")
    first, second = parent(anna), parent(piet)
    done = first.follow(agree(first, first.get(f"/contracten/{contract_id}"), contract_id))
    assert "Wacht op akkoord van Piet" in done.seen
    assert "Contract dat op akkoord wacht" in desk.get("/beheer").seen
    assert "Wacht op akkoord van Piet" in desk.get("/beheer/contracten?toon=wachten").seen
    agree(second, second.get(f"/contracten/{contract_id}"), contract_id)
    assert len(agreed()) == 2 and "op akkoord wacht" not in desk.get("/beheer").seen


def test_signer_without_custody_any_more_is_not_asked(contract, parent, kok, anna, piet, inside, agreed):
    contract_id, browser = contract(also=(piet,)), parent(piet)
    page = browser.get(f"/contracten/{contract_id}")
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=piet.person_id).one().can_decide = False
    assert "niet nodig" in agree(browser, page, contract_id, 422).seen and agreed() == []
    assert "op uw akkoord" not in browser.get("/").seen


def test_payer_reads_but_does_not_agree(contract, parent, piet, agreed, kok):
    contract_id, browser = contract(payer=piet), parent(piet)
    page = browser.get(f"/contracten/{contract_id}")
    assert "agree-form" not in page.text and "Anna de Vries gaf nog geen akkoord" in page.seen
    browser.post(f"/contracten/{contract_id}", 422, sha256="0" * 64, has_read="y")
    assert agreed() == []


def test_who_logged_in_a_while_ago_says_first_who_it_is(contract, parent, anna, time, agreed):
    contract_id, browser = contract(), parent(anna)
    page = browser.get(f"/contracten/{contract_id}")
    time.move(minutes=11)
    answer = agree(browser, page, contract_id, 422)
    assert "Laat eerst zien dat u het bent." in answer.seen and agreed() == []
    assert f"/account/bevestigen?next=/contracten/{contract_id}" in browser.get(f"/contracten/{contract_id}").text
    browser.post("/account/bevestigen", password=PASSWORD, next=f"/contracten/{contract_id}")
    browser.csrf = ""
    agree(browser, browser.get(f"/contracten/{contract_id}"), contract_id)
    assert len(agreed()) == 1


def test_contract_on_paper_asks_nobody_and_mails_nobody(contract, parent, anna, kok, inside):
    contract_id = contract(on_paper=True)
    assert "agree-form" not in parent(anna).get(f"/contracten/{contract_id}").text
    with inside(kok) as session:
        assert session.scalars(sa.select(Mail)).all() == []


def test_mail_waits_its_turn_and_is_not_sent_when_nothing_waits(contract, parent, anna, kok, inside, post):
    contract_id, browser = contract(), parent(anna)
    with inside(kok) as session:
        assert session.scalars(sa.select(Mail.priority)).all() == [BULK]
    agree(browser, browser.get(f"/contracten/{contract_id}"), contract_id)
    assert post.deliver() == []
