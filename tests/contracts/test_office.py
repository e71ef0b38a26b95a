"""The office adds a contract on the page of a child, and a new version of it."""

import pytest
import sqlalchemy as sa

from portal.children.models import Guardianship
from portal.contracts.models import Contract, ContractSigner
from portal.documents.models import Document
from tests.documents.pdf import pdf

FIELDS = {
    "number": "2026/17", "payer": "", "care_type": "kdv", "lrk_number": "123456789",
    "days": "maandag 8:00-18:00\ndonderdag 9 uur even", "weeks": "50", "hours_a_year": "", "rate": "10,71",
    "starts_on": "2027-01-04", "ends_on": "", "notice_months": "", "version": "",
}  # fmt: skip


@pytest.fixture
def send(noor, anna):
    """send(desk, rate="9") fills in the form for Noor and Anna; gives the page that answers."""

    def post(browser, path=f"/beheer/kinderen/{noor.id}/contracten/nieuw", status=303, content=None, **fields):
        files = {"file": ("c.pdf", pdf() if content is None else content)}
        return browser.post(path, status, files=files, **{**FIELDS, "party": str(anna.person_id), **fields})

    return post


def test_contract_is_added_on_the_page_of_the_child_and_waits(send, office, kok, noor, anna, piet, inside, post):
    desk = office("administratie")
    assert "Er is nog geen contract voor dit kind" in desk.get(f"/beheer/kinderen/{noor.id}").seen
    page = desk.follow(send(desk, also=str(piet.person_id), payer=str(piet.person_id)))
    assert "Het contract staat klaar." in page.seen and "Anna de Vries gaf nog geen akkoord" in page.seen
    assert "2026/17" in desk.get(f"/beheer/kinderen/{noor.id}").seen
    assert {mail.to[0] for mail in post.deliver()} == {anna.email, piet.email}
    with inside(kok) as session:
        found = session.scalars(sa.select(Contract)).one()
        assert (found.payer_id, found.weeks, found.rate_cents, found.month.hours) == (piet.person_id, 50, 1071, 6042)
        assert session.scalar(sa.select(sa.func.count(ContractSigner.id))) == 2
        assert (found.document.kind, found.document.retention) == ("contract", "financial")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rate": "-1"}, "De prijs van een uur ligt tussen"), ({"rate": "tien"}, "Tien is geen prijs"),
        ({"days": "ma -9 uur"}, "Ma -9 uur lezen wij niet"), ({"days": ""}, "Zonder dagen kan alleen"),
        ({"starts_on": "1926-01-04"}, "ligt te ver van vandaag"), ({"ends_on": "2026-01-04"}, "voor de eerste dag"),
        ({"lrk_number": "12a"}, "is geen LRK-nummer"), ({"number": "-"}, "is geen contractnummer"),
        ({"hours_a_year": "-5", "weeks": ""}, "is geen aantal uren"), ({"hours_a_year": "5"}, "alleen in bij een flexibel"),
        ({"party": "01234567-89ab-cdef-0123-456789abcdef"}, "Kies een van de mogelijkheden"),
        ({"content": pdf(extra=b" /Encrypt 9 0 R")}, "Dit PDF-bestand is beveiligd"), ({"content": b"MZ"}, "geen PDF"),
        ({"weeks": "53"}, "Kies een van de mogelijkheden"), ({"notice_months": "9"}, "Kies een van de mogelijkheden"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_its_field_and_nothing_is_kept(send, office, kok, noor, anna, rows, fields, words):
    desk = office("administratie")
    before = rows()
    page = send(desk, status=422, **fields)
    assert (words in page.seen and "Kies het bestand opnieuw." in page.seen) or "content" in fields
    assert words in page.seen and page.form("contract-form")["fields"]["number"] == fields.get("number", "2026/17")
    assert rows() == before


def test_number_is_used_once(send, office, noor, anna, kok):
    desk = office("administratie")
    send(desk)
    assert "Er is al een contract met nummer 2026/17." in send(desk, status=422).seen


def test_other_parent_signs_only_with_custody_and_without_a_shield(send, office, kok, noor, anna, piet, inside, rows):
    desk, also = office("manager"), {"also": str(piet.person_id)}
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=piet.person_id).one().can_decide = False
    assert "Piet Bakker heeft geen gezag" in send(desk, status=422, **also).seen
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=piet.person_id).one().can_decide = True
        session.query(Guardianship).filter_by(person_id=anna.person_id).one().address_shielded = True
    for fields in (also, {"payer": str(piet.person_id)}):
        assert "staat een adres dat Piet Bakker niet mag weten" in send(desk, status=422, **fields).seen
    with inside(kok) as session:
        assert session.query(Document).count() == 0


def test_new_version_begins_with_what_counts_now(send, office, contract, kok, anna, piet, inside):
    desk, contract_id = office("administratie"), contract(also=(piet,), days="ma 8:00-17:00 + di 9 uur even")
    path = f"/beheer/contracten/{contract_id}/nieuwe-versie"
    filled = desk.get(path)
    fields = filled.form("contract-form")["fields"]
    assert (fields["number"], fields["rate"], fields["version"]) == ("K-1", "10,71", "1")
    assert "maandag 08:00-17:00\ndinsdag 9:00 even" in filled.text and 'value="50" selected' in filled.text
    page = desk.follow(send(desk, path, number="K-1", rate="11,20", version="1"))
    assert "De nieuwe versie staat klaar." in page.seen and "Versie 2" in page.seen and "€ 11,20" in page.seen
    assert "Een collega heeft net een nieuwe versie" in send(desk, path, 422, number="K-1", version="1").seen
    with inside(kok) as session:
        assert session.query(Document).filter(Document.replaced_by.is_not(None)).count() == 1


def test_child_without_a_parent_with_an_account_has_no_contract(office, kok, noor, piet, inside, send, anna):
    with inside(kok) as session:
        for each in session.query(Guardianship).all():
            each.can_decide = each.can_see_daily = False
            session.delete(each)
    desk = office("manager")
    assert "Er is geen ouder met een account" in desk.get(f"/beheer/kinderen/{noor.id}/contracten/nieuw").seen
    assert "Een contract is met een ouder of voogd" in send(desk, status=422, party="").seen
