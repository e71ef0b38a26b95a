"""No cache gives a document to somebody else, nor to who may not have it any more."""

from portal.auth.models import Session
from portal.children.models import Guardianship
from portal.clock import now
from portal.db import db
from portal.documents import actions
from portal.documents.models import Document
from tests.documents.pdf import pdf


def test_no_cache_gives_a_document_to_somebody_else(cache, visitor, kok, anna, piet, els, paper, save_parent, inside):
    document_id = paper()
    path, other, own = f"/documenten/{document_id}", visitor(kok), visitor(kok)
    other.log_in(save_parent(kok, "Otto", "", "Ander", "otto@voorbeeld.nl"))
    own.log_in(anna)
    for _ in range(2):
        status, content, kept = cache(own, path)
        assert (status, content, kept) == (200, pdf("Observatieverslag"), "MISS")
    for browser, expected in ((other, 404), (visitor(kok), 303)):
        status, content, _ = cache(browser, path)
        assert status == expected and b"%PDF" not in content
    with inside(kok) as session:
        session.query(Guardianship).filter_by(person_id=anna.person_id).one().can_see_daily = False
    assert cache(own, path)[0] == 404, "a right that is withdrawn while the page is open"
    co_parent = visitor(kok)
    co_parent.log_in(piet)
    assert cache(co_parent, path)[0] == 200
    with inside(kok) as session:
        session.query(Session).filter_by(account_id=piet.id).one().ended_at = now()
    assert cache(co_parent, path)[0] == 303
    co_parent.log_in(piet)
    with inside(kok):
        actions.withdraw(db.session.get(Document, document_id), els.id)
    assert cache(co_parent, path)[0] == 404
