import pytest
import sqlalchemy as sa

from portal.audit.models import AccessLog
from portal.children.models import Guardianship
from portal.db import db
from portal.invoices.models import Invoice
from tests.caching import cache  # noqa: F401
from tests.documents.pdf import pdf
from tests.invoices.conftest import EXTRA, row


@pytest.fixture
def bill(inside, kok, anna, import_zip):
    """The invoice of Anna, taken over."""
    said = import_zip(row(totaal="956,42"), row(**EXTRA, bedrag="30", totaal="956,42"))
    assert said.code == 0, said.err
    with inside(kok) as session:
        found = session.scalars(sa.select(Invoice)).one()
        session.expunge_all()
        return found


def test_payer_reads_the_lines_and_opens_the_pdf(bill, kok, anna, visitor, inside):
    browser = visitor(kok)
    browser.log_in(anna)
    page = browser.get("/facturen")
    assert "november 2026" in page.seen and "€ 956,42" in page.seen and "Open" in page.seen
    assert "betalen tot en met 15 december" in page.seen
    page = browser.get(f"/facturen/{bill.id}")
    assert "Vaste dagen · Noor 86 uur en 30 minuten voor € 10,71 per uur" in page.seen
    assert (
        "Dagopvang · LRK-nummer 123456789" in page.seen
        and "Uitstapje · Noor Telt niet mee voor de jaaropgave" in page.seen
    )
    opened = browser.client.get(f"/documenten/{bill.document_id}", **browser._with(None))
    assert opened.data == pdf("2026-0012.pdf")
    assert opened.headers["Content-Disposition"].endswith('Factuur 2026-0012.pdf"')
    assert "Factuur 2026-0012" in browser.get("/account/wie-keek-mee").seen
    with inside(kok) as session:
        line = session.scalars(sa.select(AccessLog).where(AccessLog.action == "document_seen")).one()
        assert (line.actor_id, line.object_id) == (anna.id, bill.document_id)


@pytest.mark.parametrize(("state", "words"), [("betaald", "Betaald"), ("te laat", "Te laat")])
def test_status_stands_in_words(bill, kok, anna, visitor, import_zip, state, words):
    import_zip(row(totaal="956,42", status=state), row(**EXTRA, bedrag="30", totaal="956,42", status=state), pdfs={})
    browser = visitor(kok)
    browser.log_in(anna)
    assert words in browser.get("/facturen").seen and words in browser.get(f"/facturen/{bill.id}").seen


def test_nobody_else_sees_an_invoice(bill, kok, zon, anna, piet, bram, visitor, office, save_parent):
    addresses = [f"/facturen/{bill.id}", f"/documenten/{bill.document_id}", f"/documenten/{bill.document_id}/openen"]
    for organisation, account in ((kok, piet), (zon, bram)):
        browser = visitor(organisation)
        browser.log_in(account)
        assert "Er staan geen facturen op uw naam." in browser.get("/facturen").seen
        for address in addresses:
            browser.get(address, status=404)
    for role, opens in (("groepsleiding", False), ("planning", False), ("administratie", True), ("manager", True)):
        browser = office(role)
        assert browser.client.get(addresses[1], **browser._with(None)).status_code == (200 if opens else 404)


def test_payer_whom_a_court_keeps_from_the_child_keeps_the_own_invoices(bill, kok, anna, visitor, inside):
    with inside(kok) as session:
        session.execute(sa.delete(Guardianship).where(Guardianship.person_id == anna.person_id))
    browser = visitor(kok)
    browser.log_in(anna)
    assert "Noor" in browser.get(f"/facturen/{bill.id}").seen


def test_colleague_who_is_the_other_parent_learns_no_shielded_address(bill, kok, noor, anna, office, inside):
    browser = office("manager")
    with inside(kok) as session:
        link = {"organisation_id": kok.id, "child_id": noor.id, "role": "custody", "can_decide": True}
        session.add(Guardianship(person_id=browser.account.person_id, can_see_daily=True, **link))
        session.scalars(
            sa.select(Guardianship).where(Guardianship.person_id == anna.person_id)
        ).one().address_shielded = True
    browser.get(f"/documenten/{bill.document_id}", status=404)


def test_payer_moves_to_another_and_no_cache_gives_the_invoice(bill, kok, anna, piet, visitor, inside, cache):  # noqa: F811
    own, other = visitor(kok), visitor(kok)
    own.log_in(anna)
    other.log_in(piet)
    path = f"/facturen/{bill.id}"
    assert cache(own, path)[0] == 200
    assert cache(other, path)[0] == 404
    with inside(kok):
        db.session.get(Invoice, bill.id).payer_id = piet.person_id
    assert cache(own, path)[0] == 404


def test_mail_has_neither_amount_nor_file(bill, kok, anna, post):
    (mail,) = post.deliver()
    assert mail.to == [anna.email] or anna.email in str(mail.to)
    assert mail.subject == "Kok Kinderopvang: er staat een factuur klaar"
    assert mail.links[0] == "https://kok.test/facturen"
    assert "956" not in mail.text and "2026-0012" not in mail.text and "Noor" not in mail.text


def test_newest_year_and_month_stand_first(bill, kok, anna, visitor, import_zip):
    import_zip(*(row(factuurnummer=f"2025-{month:02}", periode=f"2025-{month:02}") for month in range(1, 13)))
    browser = visitor(kok)
    browser.log_in(anna)
    page = browser.get("/facturen")
    assert page.seen.index("2026") < page.seen.index("december 2025") < page.seen.index("januari 2025")
