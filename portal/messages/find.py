"""From an address to a message this visitor may read or write, and to whom this colleague may write."""

from typing import NamedTuple
from uuid import UUID

from flask import Response, abort
from flask_login import current_user

from portal.auth.find import as_id
from portal.children.find import seen_groups
from portal.children.queries import children_of
from portal.files import find as files
from portal.files.models import File
from portal.messages import queries
from portal.messages.actions import Audience
from portal.messages.models import NewsItem
from portal.messages.queries import Audiences
from portal.organisations.find import organisation
from portal.places.queries import locations
from portal.roles import may
from portal.text import _


def own_audiences() -> Audiences:
    """What the children of this parent belong to."""
    return queries.audiences_of(children_of(current_user.account.person_id))


def find_news(item_id: UUID) -> NewsItem:
    """A message that is published for this parent, or 404."""
    return queries.item_for(own_audiences(), item_id) or abort(404)


def find_file(item: NewsItem, file_id: UUID) -> File:
    """What goes with this message, or 404."""
    return queries.file_of(item.id, file_id) or abort(404)


def answer(file: File) -> Response:
    """The file itself, to keep: a browser opens none of it inside the portal (domain.md, D10)."""
    return files.download(file, file.name)


def asked_last(words: str) -> NewsItem | None:
    """Behind which message a list goes on; from the start when there is no such message."""
    item_id = as_id(words)
    return queries.item(item_id) if item_id else None


# The office


class Choice(NamedTuple):
    """Somebody to write to, as a form offers it."""

    key: str
    words: str
    audience: Audience


def choices_here() -> list[Choice]:
    """To whom this colleague may write: everyone, a location, a group; groepsleiding only to its own groups."""
    groups = [
        Choice(f"group:{each.id}", _("Groep %(name)s", name=each.name), Audience("group", each.id))
        for each in seen_groups()[0]
    ]
    here = organisation()
    if here is None or not may(current_user.role, "news.everywhere"):
        return groups
    places = [
        Choice(f"location:{each.id}", _("Locatie %(name)s", name=each.name), Audience("location", each.id))
        for each in locations()
    ]
    everyone = Choice("organisation", _("Alle ouders van %(name)s", name=here.name), Audience("organisation", here.id))
    return [everyone, *places, *groups]


def own_groups() -> list[UUID] | None:
    """The groups of which this colleague sees the news; None when that is all there is."""
    return None if may(current_user.role, "news.everywhere") else [group.id for group in seen_groups()[0]]


def find_item(item_id: UUID, held: bool = False) -> NewsItem:
    """A message this colleague may write, or 404. Held: nobody else changes it now."""
    item = (queries.held_item if held else queries.item)(item_id) or abort(404)
    only = own_groups()
    return item if only is None or item.audience_id in only else abort(404)


def find_living(item_id: UUID, held: bool = False) -> NewsItem:
    """The same, when it is not withdrawn."""
    item = find_item(item_id, held)
    return item if item.withdrawn_at is None else abort(404)
