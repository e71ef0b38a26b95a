"""What stands in the library, how it is found, and which links may stand there."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from portal.people.rules import terms, words_of
from portal.text import _, lazy_gettext

KIND = "library"
LONGEST_TITLE, LONGEST_TEXT, LONGEST_ADDRESS, LONGEST_FOLDER = 100, 300, 500, 60
FEW = 40  # that many stand on one page, folder by folder; of more one first chooses a folder
PAGE = 50
AUDIENCES = {
    "parents": lazy_gettext("Ouders die zijn ingelogd"),
    "public": lazy_gettext("Iedereen, ook zonder in te loggen"),
}
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


class Item(NamedTuple):
    """A document or a link, as a list shows it."""

    id: UUID
    folder_id: UUID | None
    folder: str
    title: str
    text: str
    audience: str
    is_hidden: bool
    url: str
    document_id: UUID | None
    size: int
    at: datetime  # since when this version stands there

    @property
    def host(self) -> str:
        return host_of(self.url)


def host_of(url: str) -> str:
    """The name of the website this link leads to, as a browser would look it up; "" for what is no safe link.

    Only https, and nothing before the name: in "https://bank.nl@elders.nl" the bank is only a decoration.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme != "https" or "@" in parts.netloc or port not in (None, 443) or re.search(r"[\s\\]", url):
        return ""
    return host if _HOST.fullmatch(host) else ""


def link_problem(url: str) -> str:
    if host_of(url):
        return ""
    return _("Dit is geen adres van een website. Het begint met https:// en gaat niet via een ander adres.")


def found(items: Iterable[Item], words: str) -> list[Item]:
    """Those of which each of these words begins a word of the title, the folder or the text."""
    asked = terms(words)
    return [each for each in items if all(_has(_words(each.title, each.folder, each.text), term) for term in asked)]


def _has(words: Sequence[str], term: str) -> bool:
    return any(word.startswith(term) for word in words)


@lru_cache(maxsize=4096)  # of a thousand documents this takes longer than all the rest of the page
def _words(title: str, folder: str, text: str) -> list[str]:
    return words_of(title, folder, text)


class Folder(NamedTuple):
    """A folder of a list, and how many stand in it. The id is "" for what stands in none."""

    id: str
    name: str
    number: int


class Page(NamedTuple):
    """What a page of the library shows: folders to choose from, and groups of what was asked."""

    folders: list[Folder]
    groups: list[tuple[str, list[Item]]]
    number: int  # of what was asked, on all pages
    last: UUID | None  # where the next page begins


def page(items: Sequence[Item], words: str, folder: str | None, after: UUID | None) -> Page:
    """`items` in their order. `folder` is its id, "" for none, None for whatever folder."""
    folders = [
        Folder(str(folder_id or ""), name, len(list(each)))
        for (folder_id, name), each in groupby(items, lambda item: (item.folder_id, item.folder))
    ]
    asked = [item for item in items if folder is None or str(item.folder_id or "") == folder]
    asked = found(asked, words)
    if folder is None and not words and len(asked) > FEW and len(folders) > 1:
        return Page(folders, [], len(asked), None)
    start = next((place for place, item in enumerate(asked, start=1) if item.id == after), 0)
    shown = asked[start : start + PAGE]
    groups = [(name, list(each)) for name, each in groupby(shown, lambda item: item.folder)]
    return Page(folders, groups, len(asked), shown[-1].id if len(asked) > start + PAGE else None)
