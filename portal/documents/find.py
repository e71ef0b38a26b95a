"""From what stands in an address to a document this visitor may open now, and to the answer that holds it."""

from typing import NamedTuple
from uuid import UUID

from flask import Response, abort, request
from flask_login import current_user

from portal.children.find import find_child_here, seen_groups, shielded
from portal.children.models import Child
from portal.documents import queries
from portal.documents.models import Document
from portal.documents.rules import file_name
from portal.files import find as files
from portal.pages import too_busy
from portal.roles import may
from portal.throttle.rules import networks


class Found(NamedTuple):
    document: Document
    as_parent: bool


def find_document(document_id: UUID) -> Found:
    """A document that is for this visitor, or that its work lets it open; or 404."""
    person_id = current_user.account.person_id
    if document := queries.seen_by(person_id, document_id):
        return Found(document, True)
    kinds = [code for code, kind in queries.KINDS.items() if may(current_user.role, kind.permission)]
    if not kinds:
        abort(404)
    found = queries.seen_here(document_id, kinds, seen_groups()[1], person_id)
    if found is None or found.person_id in shielded():  # on a bill stands an address
        abort(404)
    return Found(found, False)


def find_paper(child_id: UUID, document_id: UUID, held: bool = False) -> tuple[Child, Document]:
    """A child that this colleague sees, and a paper of it; or 404."""
    child = find_child_here(child_id)
    return child, queries.paper(child.id, document_id, held) or abort(404)


def answer(document: Document) -> Response:
    """The document itself, to keep: what others made never becomes a page of ours (security.md, UP10)."""
    if document.file is None:
        abort(404)
    return files.download(document.file, file_name(document.title))


def answer_to_stranger(document: Document) -> Response:
    """The same for who is not logged in; at most so many at once (files.find.Lanes)."""
    if document.file is None:
        abort(404)
    near, _ = networks(request.remote_addr or "")
    response = files.to_strangers(document.file, file_name(document.title), near)
    if response is None:
        raise too_busy()
    return response
