"""Writing news, publishing it now or later, changing and withdrawing it; and what a parent does with it."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

import sqlalchemy as sa

from portal import clock
from portal.audit.actions import record
from portal.auth.models import Account, Person
from portal.db import changed, db, scope
from portal.documents import rules as documents
from portal.errors import Refused
from portal.files import actions as files
from portal.files.images import Busy, Picture, Unusable, photo_of
from portal.files.models import File
from portal.files.rules import busy, clean_name
from portal.messages import queries, rules
from portal.messages.models import NewsFile, NewsItem, NewsRead, NewsVersion
from portal.text import _, one_line


@dataclass(frozen=True)
class Audience:
    """Whom a message is for: one of rules.SCOPES, and which organisation, location or group."""

    scope: str
    id: UUID


@dataclass(frozen=True)
class Words:
    """What a message says, and what it asks."""

    title: str
    body: str
    asks_receipt: bool = False
    is_urgent: bool = False


def write(item_id: UUID, audience: Audience, words: Words, by: Account) -> NewsItem:
    """A draft. The same id twice, of a press of the button that got lost, writes once."""
    known = queries.held_item(item_id)
    if known is not None:
        return known
    item = NewsItem(id=item_id, organisation_id=scope(), author_id=by.id, author=by, title="", body="")
    item.scope, item.audience_id, item.version = audience.scope, audience.id, 1
    _say(item, words)
    db.session.add(item)
    db.session.flush()
    return item


def change(item: NewsItem, version: int, audience: Audience | None, words: Words, by: Account) -> None:
    """What parents could read already is kept. `version` is the one that was on the screen. Raises Refused."""
    state = item.state(clock.now())
    if item.version != version or state == "withdrawn":
        raise Refused(_("Een collega heeft dit bericht net gewijzigd. Kijk het na en bewaar het dan opnieuw."))
    before = item.title, item.body
    if state == "published":
        db.session.add(
            NewsVersion(
                organisation_id=scope(), item_id=item.id, version=version, title=item.title, body=item.body,
                replaced_by=by.id,
            )
        )  # fmt: skip
        record("news_changed", None, by=by.id, object_type="news_item", object_id=item.id, detail=item.title)
    elif audience is not None:
        item.scope, item.audience_id = audience.scope, audience.id
    _say(item, words)
    if state == "published" and before != (item.title, item.body):
        item.changed_at = clock.now()
    item.version = version + 1
    db.session.flush()


def publish(item: NewsItem, by: Account) -> None:
    """From now on parents read it."""
    if item.state(clock.now()) in ("draft", "planned"):
        item.publish_at = clock.now()
        _record("news_published", item, by)


def plan(item: NewsItem, day: date, at: time, by: Account) -> None:
    """From that moment on parents read it. Raises Refused."""
    if item.state(clock.now()) not in ("draft", "planned"):
        raise Refused(_("Ouders lezen dit bericht al."))
    if problem := rules.plan_problem(day, at, clock.now()):
        raise Refused(problem)
    item.publish_at = rules.moment_of(day, at)
    _record("news_published", item, by)


def unplan(item: NewsItem) -> None:
    """It is a draft again. Raises Refused when parents read it already."""
    if item.state(clock.now()) == "published":
        raise Refused(_("Ouders lezen dit bericht al."))
    item.publish_at = None
    db.session.flush()


def withdraw(item: NewsItem, by: Account) -> None:
    """Nobody reads it any more; what it said is kept."""
    if item.withdrawn_at is None:
        item.withdrawn_at = clock.now()
        _record("news_withdrawn", item, by)


def _say(item: NewsItem, words: Words) -> None:
    item.title = one_line(words.title)
    item.body = "\n".join(line.rstrip() for line in words.body.strip().splitlines())
    item.asks_receipt, item.is_urgent = words.asks_receipt, words.is_urgent


def _record(action: str, item: NewsItem, by: Account) -> None:
    record(action, None, by=by.id, object_type="news_item", object_id=item.id, detail=item.title)
    db.session.flush()


# What goes with it


def opened_file(content: bytes) -> Picture:
    """What is kept of a file that was sent: a PDF as it is, a picture made anew. Raises Refused.

    It takes a second: not in an open transaction.
    """
    if content.startswith(b"%PDF-"):
        if problem := documents.problem_of(content):
            raise Refused(documents.why_not(problem))
        return Picture(documents.PDF, 0, 0, content)
    if len(content) > rules.MOST_BYTES:
        raise Refused(rules.why_not("heavy"))
    try:
        return next(picture for size, picture in photo_of(content).sizes if size == "groot")
    except Unusable as unusable:
        raise Refused(rules.why_not(str(unusable) if content else "broken")) from None
    except Busy:
        raise Refused(busy()) from None


def attach(item: NewsItem, name: str, key: str, picture: Picture, by: Account) -> None:
    """This goes with the message, which nobody else changes now. Raises Refused when there are too many."""
    if len(queries.files_of([item.id])[item.id]) >= rules.MOST_FILES:
        raise Refused(_("Bij een bericht horen hoogstens %(most)s bijlagen.", most=rules.MOST_FILES))
    name = clean_name(name) or _("Bijlage")
    file = files.add("news", name if picture.media_type == documents.PDF else rules.name_of_picture(name), key, picture)
    file.used_at = clock.now()
    db.session.add(NewsFile(organisation_id=scope(), item_id=item.id, file_id=file.id))
    _files_changed(item, by)


def detach(item: NewsItem, file: File, by: Account) -> None:
    """The row goes now; the file follows with the next sweep."""
    changed(sa.delete(NewsFile).where(NewsFile.file_id == file.id))
    db.session.delete(file)
    _files_changed(item, by)


def _files_changed(item: NewsItem, by: Account) -> None:
    if item.state(clock.now()) == "published":
        item.changed_at = clock.now()
        _record("news_changed", item, by)
    db.session.flush()


def note_downloaded(file: File, by: UUID) -> None:
    """Somebody opened what goes with a message (domain.md, G5)."""
    record("news_file_downloaded", None, by=by, object_type="file", object_id=file.id, detail=file.name)


# A parent


def opened(item_id: UUID, person_id: UUID) -> NewsRead:
    """This parent opened it. The first time counts."""
    db.session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    known = queries.read_by(person_id, item_id)
    if known is None:
        known = NewsRead(organisation_id=scope(), item_id=item_id, person_id=person_id, seen_at=clock.now())
        db.session.add(known)
        db.session.flush()
    return known


def confirm(item: NewsItem, person_id: UUID) -> NewsRead:
    """This parent says to have read it, where that is asked."""
    known = opened(item.id, person_id)
    if item.asks_receipt and known.read_at is None:
        known.read_at = clock.now()
        db.session.flush()
    return known
