"""A library with a folder, a document for parents, one for everyone, one that is hidden, and a link."""

from types import SimpleNamespace

import pytest

from portal.documents import actions as documents
from portal.library import actions
from tests.documents.pdf import pdf


@pytest.fixture
def shelf(inside, kok, els):
    """shelf.minutes, .complaints, .draft and .report are the ids of what stands in the library, in shelf.folder."""
    made = SimpleNamespace()
    with inside(kok):
        folder = actions.add_folder("Regels", els.id)
        made.folder = folder.id

        def add(title, text, audience, is_hidden=False):
            words = actions.Words(title, text, folder.id, audience, is_hidden)
            return actions.add_document(documents.receive(pdf(title), "scan.pdf"), words, els.id).id

        made.minutes = add("Notulen oudercommissie", "Over de moestuin.", "parents")
        made.complaints = add("Klachtenregeling", "Als u niet tevreden bent.", "public")
        made.draft = add("Concept beleid", "Nog niet klaar.", "public", is_hidden=True)
        words = actions.Words("Inspectierapport", "Van de GGD.", None, "public")
        made.report = actions.add_link("https://www.landelijkregisterkinderopvang.nl/kok", words, els.id).id
    return made
