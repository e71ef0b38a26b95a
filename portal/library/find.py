"""From what stands in an address to something of this library."""

from uuid import UUID

from flask import abort, request, url_for

from portal.auth.find import as_id
from portal.library import queries, rules
from portal.library.models import LibraryFolder, LibraryItem
from portal.library.rules import Page
from portal.text import _


def find_item(item_id: UUID, held: bool = False) -> LibraryItem:
    """What stands in the library here, hidden or not; or 404. Only behind a door of the office."""
    return queries.item(item_id, held) or abort(404)


def find_folder(folder_id: UUID) -> LibraryFolder:
    return queries.folder(folder_id) or abort(404)


def asked(items: list[rules.Item], words: str) -> Page:
    """The page of these that the address asks: ?map= a folder, ?na= after which one. What is neither counts as none."""
    return rules.page(items, words, request.args.get("map"), as_id(request.args.get("na")))


def folder_choices(shown: Page, endpoint: str, words: str, none: str) -> list[tuple[str, str, bool]]:
    """Links to each folder of a page, and to all; `none` is how no folder is called. Empty without a choice."""
    if len(shown.folders) < 2:
        return []
    now, kept = request.args.get("map"), words or None
    each = [
        (url_for(endpoint, map=folder.id, zoek=kept), folder.name or none, folder.id == now) for folder in shown.folders
    ]
    return [(url_for(endpoint, zoek=kept), _("Alle mappen"), now is None), *each]
