"""Who wants mail, what is new, and what was told already. Each is one statement for all families together."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal import clock
from portal.auth.models import Account, Person
from portal.children.models import Child, Guardianship
from portal.children.queries import SEES_TODAY
from portal.consent.queries import consented
from portal.consent.rules import PHOTO_TOGETHER
from portal.db import Moment, db
from portal.diary.models import DiaryChild, DiaryEntry, DiaryVisit
from portal.messages.models import NewsItem, NewsRead
from portal.messages.queries import readers as may_read
from portal.notices import rules
from portal.notices.models import Notice, NoticeChoice, NoticeRound
from portal.notices.rules import Item
from portal.organisations.models import Organisation
from portal.outbox.models import Mail
from portal.photos.models import Photo, PhotoChild, PhotoFile
from portal.photos.rules import SIZES

# How far the worker is


class Due(NamedTuple):
    """An organisation where it is time to look what is new, and whether anybody ever did."""

    organisation_id: UUID
    is_known: bool


def first_to_look(now: datetime) -> Due | None:
    is_known, is_time = NoticeRound.id.is_not(None), NoticeRound.next_at <= now
    statement = sa.select(Organisation.id, is_known)
    statement = statement.outerjoin(NoticeRound, NoticeRound.organisation_id == Organisation.id)
    statement = statement.where(sa.or_(sa.not_(is_known), is_time)).order_by(NoticeRound.next_at).limit(1)
    row = db.session.execute(statement).first()
    return Due(*row) if row else None


def held_round() -> NoticeRound | None:
    """Nobody else looks here until the commit; None when somebody does, or nobody ever did."""
    return db.session.scalars(sa.select(NoticeRound).with_for_update(skip_locked=True)).one_or_none()


# Who


class Reader(NamedTuple):
    """A parent who wants mail: the own children with their first names, and when this parent last looked."""

    account_id: UUID
    how: str
    seen_at: datetime | None
    children: dict[UUID, str]


def readers(kind: str, hows: Collection[str], account_id: UUID | None = None) -> dict[UUID, Reader]:
    """Who wants to hear of this kind in one of these ways, of those who are in, see a child today, and get our mail."""
    statement = _READERS if account_id is None else _READERS.where(Account.id == account_id)
    found: dict[UUID, Reader] = {}
    facts = {"kind": kind, "usual": rules.DEFAULTS[kind], "hows": list(hows), "today": clock.today()}
    for each, how, seen_at, child_id, given_name in db.session.execute(statement, facts):
        found.setdefault(each, Reader(each, how, seen_at, {})).children[child_id] = given_name
    return found


_how = sa.func.coalesce(NoticeChoice.how, sa.bindparam("usual"))
_READERS = (
    sa.select(Account.id, _how, DiaryVisit.seen_at, Child.id, Person.given_name)
    .select_from(Account)
    .join(Guardianship, Guardianship.person_id == Account.person_id)
    .join(Child, Child.id == Guardianship.child_id)
    .join(Person, Person.id == Child.person_id)
    .outerjoin(DiaryVisit, DiaryVisit.person_id == Account.person_id)
    .outerjoin(
        NoticeChoice, sa.and_(NoticeChoice.account_id == Account.id, NoticeChoice.kind == sa.bindparam("kind"))
    )
    .where(
        Account.status == "active", Account.bounce_state == "", SEES_TODAY,
        _how.in_(sa.bindparam("hows", expanding=True)),
    )
    .order_by(Person.birth_date, Person.given_name)
)  # fmt: skip


def choices_of(account_id: UUID) -> dict[str, str]:
    """How this account wants to hear of each kind."""
    chosen = sa.select(NoticeChoice.kind, NoticeChoice.how).where(NoticeChoice.account_id == account_id)
    return rules.DEFAULTS | dict(db.session.execute(chosen).all())


def choice(account_id: UUID, kind: str) -> NoticeChoice | None:
    chosen = sa.select(NoticeChoice).where(NoticeChoice.account_id == account_id, NoticeChoice.kind == kind)
    return db.session.scalars(chosen.with_for_update()).one_or_none()


TOLD = ("new", "busy", "sent")  # mails that did not fail
ABOUT_DAYS, ABOUT_NEWS = ("first ", "evening "), ("news of ",)  # how what a mail is about begins


def told_until(since: datetime, about: tuple[str, ...] = ABOUT_DAYS) -> dict[UUID, datetime]:
    """How far each account was told of its days, or of news in the evening; a mail that did not go told nothing."""
    statement = (
        sa.select(Notice.account_id, sa.func.max(Notice.until))
        .join(Mail, Mail.id == Notice.mail_id)
        .where(
            Notice.until > since, Mail.state.in_(TOLD),
            sa.or_(*(Notice.about.startswith(each) for each in about)),
        )
        .group_by(Notice.account_id)
    )  # fmt: skip
    return dict(db.session.execute(statement).all())


def have(about: str, account_ids: Collection[UUID]) -> set[UUID]:
    """Who of these got a mail about this already."""
    found = sa.select(Notice.account_id).where(Notice.about == about, Notice.account_id.in_(list(account_ids)))
    return set(db.session.scalars(found))


def notice_of(mail_id: UUID) -> Notice | None:
    return db.session.scalars(sa.select(Notice).where(Notice.mail_id == mail_id)).one_or_none()


def who_hears_of(
    item: NewsItem, hows: Collection[str], account_id: UUID | None = None, mail_id: UUID | None = None
) -> set[UUID]:
    """Who may read this message, chose one of these ways, has not opened it, and was not told by a mail of its own (but
    for this mail)."""
    chosen = sa.select(NoticeChoice.how).where(NoticeChoice.account_id == Account.id, NoticeChoice.kind == "news")
    told = sa.select(Notice.account_id).join(Mail, Mail.id == Notice.mail_id)
    told = told.where(Notice.about == about_item(item.id), Mail.state.in_(TOLD))
    told = told if mail_id is None else told.where(Mail.id != mail_id)
    statement = sa.select(Account.id).where(
        *may_read(item), Account.status == "active", Account.bounce_state == "", Account.id.not_in(told),
        sa.func.coalesce(chosen.scalar_subquery(), rules.DEFAULTS["news"]).in_(list(hows)),
        sa.not_(sa.exists().where(NewsRead.person_id == Account.person_id, NewsRead.item_id == item.id)),
    )  # fmt: skip
    if account_id is not None:
        statement = statement.where(Account.id == account_id)
    return set(db.session.scalars(statement, {"today": clock.today()}))


def about_item(item_id: UUID) -> str:
    return f"item {item_id}"


# What


def new_photos(since: datetime, child_ids: Collection[UUID] | None = None) -> list[Item]:
    """The photos that are there, and came or got another child on it since then; with everyone who is on it."""
    statement, facts = _PHOTOS, {"since": since}
    if child_ids is not None:
        mine = sa.select(PhotoChild.photo_id).where(PhotoChild.child_id.in_(list(child_ids)))
        statement = statement.where(Photo.id.in_(mine))
    return _items("photo", db.session.execute(statement, facts).all())


def new_stories(since: datetime, child_ids: Collection[UUID] | None = None) -> list[Item]:
    """The stories that can be read, and came or are about another child since then."""
    statement, facts = _STORIES, {"since": since}
    if child_ids is not None:
        mine = sa.select(DiaryChild.entry_id).where(DiaryChild.child_id.in_(list(child_ids)))
        statement = statement.where(DiaryEntry.id.in_(mine))
    return _items("story", db.session.execute(statement, facts).all())


def together(items: Collection[Item]) -> set[UUID]:
    """Of the children in these those that may be seen together with others."""
    return consented({child_id for item in items for child_id in item.since}, PHOTO_TOGETHER)


def news_of(reader: Reader, after: datetime, until: datetime) -> list[Item]:
    """What is new for this one parent, as it is now."""
    after = max(after, reader.seen_at or after)
    items = [*new_photos(after, reader.children), *new_stories(after, reader.children)]
    return rules.news_for(reader.children, rules.by_child(items), together(items), after, until)


def _items(kind: str, rows: Any) -> list[Item]:
    """A row for each child in it becomes one photo or story."""
    found: dict[UUID, tuple[date, dict[UUID, datetime]]] = {}
    for item_id, at, came_at, child_id, tagged_at in rows:
        day = clock.local(at).date() if isinstance(at, datetime) else at
        found.setdefault(item_id, (day, {}))[1][child_id] = max(came_at, tagged_at)
    return [Item(kind, item_id, day, since) for item_id, (day, since) in found.items()]


# A photo is there when its smallest size is.
_came, _made, _on = aliased(PhotoFile), aliased(PhotoFile), aliased(PhotoChild)
_SINCE = sa.bindparam("since", type_=Moment)
_PHOTOS = (
    sa.select(
        Photo.id, Photo.taken_at,
        sa.select(sa.func.max(_made.created_at))
        .where(_made.photo_id == Photo.id, _made.size == SIZES[0])
        .scalar_subquery(),
        PhotoChild.child_id, PhotoChild.created_at,
    )
    .join(PhotoChild, PhotoChild.photo_id == Photo.id)
    .where(
        Photo.status == "ready",
        Photo.id.in_(
            sa.union(
                sa.select(_came.photo_id).where(_came.created_at > _SINCE, _came.size == SIZES[0]),
                sa.select(_on.photo_id).where(_on.created_at > _SINCE),
            )
        ),
    )
)  # fmt: skip
_told, _in = aliased(DiaryEntry), aliased(DiaryChild)
_STORIES = (
    sa.select(DiaryEntry.id, DiaryEntry.day, DiaryEntry.published_at, DiaryChild.child_id, DiaryChild.created_at)
    .join(DiaryChild, DiaryChild.entry_id == DiaryEntry.id)
    .where(
        DiaryChild.is_shown.is_(True),
        DiaryEntry.id.in_(
            sa.union(
                sa.select(_told.id).where(_told.published_at > _SINCE),
                sa.select(_in.entry_id).where(_in.created_at > _SINCE),
            )
        ),
    )
)  # fmt: skip
