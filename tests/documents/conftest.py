"""Papers of Noor, and documents of a person."""

import pytest

from portal.children.models import Child
from portal.db import db
from portal.documents import actions
from tests.caching import cache  # noqa: F401
from tests.documents.pdf import pdf


@pytest.fixture
def paper(inside, kok, noor, els):
    """paper("deciding") is the id of a new paper of Noor for those guardians."""

    def add(audience="daily", title="Observatieverslag", child=noor, content=None, **more):
        with inside(kok):
            received = actions.receive(content or pdf(title), "scan.pdf")
            return actions.add_paper(received, db.session.get(Child, child.id), title, audience, els.id, **more).id

    return add


@pytest.fixture
def opens(visitor, kok):
    """opens(browser, document_id) is the answer when this browser opens the document; bytes come with a 200 only."""

    def open_it(browser, document_id):
        response = browser.client.get(f"/documenten/{document_id}", **browser._with(None))
        is_document = response.data.startswith(b"%PDF-")
        assert is_document == (response.status_code == 200), "a document without a 200, or the other way round"
        return response

    return open_it
