"""Who a contract is with asks to end or change it, having seen what that means; the office decides."""

from datetime import date

import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.children.models import Guardianship
from portal.contracts.models import Contract, ContractRequest
from portal.db import db
from portal.organisations.models import Organisation

pytestmark = pytest.mark.usefixtures("time")  # it is Monday 23 November 2026


@pytest.fixture
def states(inside, kok):
    def read():
        with inside(kok) as session:
            return list(session.scalars(sa.select(ContractRequest.state).order_by(ContractRequest.created_at)))

    return read


@pytest.fixture
def last_day(inside, kok):
    def read(contract_id):
        with inside(kok):
            return db.session.get(Contract, contract_id).ends_on

    return read


def drafted(browser, contract_id, day="2027-01-31", kind="opzeggen", **fields):
    return browser.follow(browser.post(f"/contracten/{contract_id}/{kind}", day=day, **fields))


def press(browser, page, form_id):
    return browser.follow(browser.post(page.form(form_id)["attributes"]["action"]))


def test_ending_shows_notice_last_day_and_last_invoice_before_it_is_sent(
    contract, parent, office, kok, anna, states, last_day, post, inside
):
    contract_id, browser, desk = contract(on_paper=True), parent(anna), office("administratie")
    asks = browser.get(f"/contracten/{contract_id}/opzeggen")
    assert "De eerste dag die kan, is woensdag 23 december 2026." in asks.seen and 'value="2026-12-23"' in asks.text
    page = drafted(browser, contract_id)
    for words in ("Nog niet verstuurd", "De opzegtermijn is: 1 maand.", "Laatste dag zondag 31 januari 2027",
                  "Laatste factuur over januari 2027", "Het kantoor beslist erover."):  # fmt: skip
        assert words in page.seen, page.seen
    assert "Verzoek over een contract" not in desk.get("/beheer").seen and states() == ["draft"]
    sent = press(browser, page, "send-form")
    assert "Uw verzoek is verstuurd." in sent.seen and "nog geen besluit" in sent.seen
    assert "Verzoek over een contract" in desk.get("/beheer").seen
    queue = desk.get("/beheer/contracten/verzoeken")
    assert "Opzeggen, laatste dag 31-01-2027" in queue.seen and "Anna de Vries" in queue.seen
    href = next(each["href"] for tag, each in queue.tags if tag == "a" and "/verzoeken/" in each.get("href", ""))
    assert "Laatste factuur over januari 2027" in desk.get(href).seen
    done = desk.follow(desk.post(href, decision="approve", reason=""))
    assert "De ouder krijgt een e-mail dat u heeft besloten." in done.seen
    assert (states(), last_day(contract_id)) == (["approved"], date(2027, 1, 31))
    (mail,) = post.deliver()
    assert mail.to == [anna.email] and "Noor" not in mail.text and "2027" not in mail.text
    assert "Akkoord van het kantoor" in browser.get(mail.links[0]).seen
    assert "Laatste dag zondag 31 januari 2027" in browser.get(f"/contracten/{contract_id}").seen
    with inside(kok) as session:
        lines = session.scalars(sa.select(AccessLog).where(AccessLog.action.like("contract_ending%"))).all()
        assert sorted((each.action, each.account_id, each.detail) for each in lines) == [
            ("contract_ending_approved", anna.id, "K-1, 2027-01-31"),
            ("contract_ending_asked", anna.id, "K-1, 2027-01-31"),
        ]


@pytest.mark.parametrize(
    ("notice", "usual", "day", "words"),
    [
        (None, 1, "2026-12-22", "De eerste dag die kan, is 23-12-2026."), (2, 1, "2027-01-22", "is 23-01-2027."),
        (None, 3, "2027-02-22", "is 23-02-2027."), (0, 1, "2026-11-22", "is 23-11-2026."),
        (None, 1, "2032-01-01", "Deze dag ligt te ver weg."), (None, 1, "1926-12-23", "Dat is te vroeg."),
        (None, 1, "onzin", "Dit is geen datum."),
    ],
)  # fmt: skip
def test_day_before_the_notice_is_over_cannot_be_asked(
    contract, parent, kok, anna, inside, notice, usual, day, words, states
):
    contract_id, browser = contract(notice_months=notice), parent(anna)
    with inside(kok):
        db.session.get(Organisation, kok.id).notice_months = usual
    for kind in ("opzeggen", "wijzigen"):
        page = browser.post(f"/contracten/{contract_id}/{kind}", 422, day=day, words="Graag vrijdag")
        assert words in page.seen, page.seen
    assert states() == []


def test_change_is_asked_in_own_words_and_refused_with_a_reason(contract, parent, office, anna, states, last_day, post):
    contract_id, browser, desk = contract(on_paper=True), parent(anna), office("manager")
    browser.post(f"/contracten/{contract_id}/wijzigen", 422, day="2027-02-01", words="  ")
    page = drafted(browser, contract_id, "2027-02-01", "wijzigen", words="Vrijdag\r\nin plaats van <maandag>")
    for words in ("Gaat in op maandag 1 februari 2027", "Laatste dag zoals nu zondag 31 januari 2027",
                  "Laatste factuur zoals nu over januari 2027", "Vrijdag in plaats van <maandag>"):  # fmt: skip
        assert words in page.seen, page.seen
    press(browser, page, "send-form")
    path = "/beheer" + page.response.request.path
    assert "Schrijf op waarom het niet kan." in desk.post(path, 422, decision="refuse", reason=" ").seen
    desk.post(path, decision="refuse", reason="Op vrijdag is er geen plek.")
    assert (states(), last_day(contract_id)) == (["refused"], None)
    assert "Op vrijdag is er geen plek." in browser.get(post.deliver()[0].links[0]).seen
    assert "Een collega heeft net over dit verzoek besloten." in desk.post(path, 422, decision="approve").seen


def test_request_is_withdrawn_while_nobody_decided(contract, parent, office, anna, states, last_day, post):
    contract_id, browser, desk = contract(on_paper=True), parent(anna), office("manager")
    page = drafted(browser, contract_id)
    assert "blijft zoals het is" in press(browser, page, "withdraw-form").seen and states() == []
    page = drafted(browser, contract_id)
    sent = press(browser, page, "send-form")
    assert "U heeft dit verzoek al verstuurd." in press(browser, page, "send-form").seen
    assert "Er loopt al een verzoek" in browser.get(f"/contracten/{contract_id}/wijzigen").seen
    again = browser.post(f"/contracten/{contract_id}/opzeggen", 422, day="2027-02-28")
    assert "Er loopt al een verzoek over dit contract." in again.seen
    press(browser, sent, "withdraw-form")
    path = "/beheer" + page.response.request.path
    assert "Dit verzoek is net ingetrokken." in desk.post(path, 422, decision="approve").seen
    assert (states(), last_day(contract_id), post.deliver()) == (["withdrawn"], None, [])
    page = drafted(browser, contract_id)
    press(browser, page, "send-form")
    desk.post("/beheer" + page.response.request.path, decision="approve")
    assert "Wij hebben al een besluit genomen" in press(browser, page, "withdraw-form").seen
    assert last_day(contract_id) == date(2027, 1, 31)


def test_draft_that_waited_too_long_is_not_sent(contract, parent, anna, states, time):
    contract_id, browser = contract(on_paper=True), parent(anna)
    page = drafted(browser, contract_id, "2026-12-23")
    time.move(days=1)
    browser = parent(anna)
    assert "Dat is te vroeg. De eerste dag die kan, is 24-12-2026." in press(browser, page, "send-form").seen
    assert states() == ["draft"]


def test_only_the_party_asks(contract, parent, office, kok, anna, piet, save_parent, noor, states):
    contract_id = contract(payer=piet, also=(piet,))
    browser, other = parent(anna), parent(piet)
    assert "opzeggen" not in other.get(f"/contracten/{contract_id}").text
    for kind in ("opzeggen", "wijzigen"):
        other.get(f"/contracten/{contract_id}/{kind}", 404)
        other.post(f"/contracten/{contract_id}/{kind}", 404, day="2027-01-31", words="x")
    page = drafted(browser, contract_id)
    path = page.response.request.path
    other.get(path, 404)
    office("manager").get(f"/beheer{path}", 404)  # nobody sent it yet
    for what in ("versturen", "intrekken"):
        other.post(f"{path}/{what}", 404)
    assert states() == ["draft"]


def test_office_writes_down_the_last_day(contract, parent, office, anna, last_day):
    contract_id, desk = contract(on_paper=True), office("administratie")
    path = f"/beheer/contracten/{contract_id}/einde"
    assert "voor de eerste dag" in desk.post(path, 422, day="2025-12-31").seen
    desk.post(path, day="2026-11-20")
    assert last_day(contract_id) == date(2026, 11, 20)
    page = parent(anna).get(f"/contracten/{contract_id}")
    assert "Gestopt op 20-11-2026" in page.seen and "Opzeggen of wijzigen" not in page.seen
    desk.post(path, day="")
    assert last_day(contract_id) is None


def test_colleague_who_is_the_other_parent_decides_nothing(
    contract, parent, office, anna, noor, inside, kok, states, last_day
):
    desk, contract_id = office("administratie"), contract(on_paper=True)
    press(parent(anna), drafted(parent(anna), contract_id), "send-form")
    with inside(kok) as session:
        session.add(
            Guardianship(
                organisation_id=kok.id, child_id=noor.id, person_id=desk.account.person_id, role="custody",
                can_decide=True, can_see_daily=True,
            )
        )  # fmt: skip
        request_id = session.scalar(sa.select(ContractRequest.id))
    words = "Deze ouder heeft een kind samen met u."
    here = f"/beheer/contracten/verzoeken/{request_id}"
    assert words in desk.post(here, 422, decision="approve", reason="").seen and states() == ["asked"]
    assert words in desk.post(f"/beheer/contracten/{contract_id}/einde", 422, day="2026-12-01").seen
    assert last_day(contract_id) is None
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=anna.person_id).one().address_shielded = True
    desk.get(here, 404)
    assert "Verzoek over een contract" not in desk.get("/beheer").seen
    assert "verzoek." not in desk.get("/beheer/contracten/verzoeken").seen
