"""Mails for the screen of the office and for the page of one parent. Never what stands in them."""

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from portal.auth.models import Account
from portal.children.queries import has_address
from portal.db import db
from portal.delivery.rules import WAITING
from portal.outbox.models import UNSENT, Mail
from portal.people.queries import PAGE, few, has_words, named

SHOWS = {"failed": UNSENT, "waiting": WAITING}
Row = tuple[Mail, Account | None]
_NOT_LOOKED_UP = (Mail.state.in_(WAITING), Mail.account_id.is_(None))


def mails_page(
    words: str = "", show: str = "", last: UUID | None = None, hidden: Collection[UUID] = ()
) -> tuple[list[Row], UUID | None]:  # fmt: skip
    """One page of the outbox, the newest first, after this mail; and the last mail when there is more.

    Mails to people who are known here, by the beginnings of their names or (with a @) of their address. Hidden persons
    are left out. At most five statements.
    """
    statement = sa.select(Mail, Account).outerjoin(Account, Account.id == Mail.account_id)
    statement = statement.where(*_narrowed(words), *_known(words, hidden), *_after(last))
    if show in SHOWS:
        statement = statement.where(_is(SHOWS[show]))
    newest = statement.order_by(Mail.created_at.desc(), Mail.id.desc()).limit(PAGE + 1)
    newest = newest.options(orm.joinedload(Account.person, innerjoin=False))
    found: list[Row] = [(mail, account) for mail, account in db.session.execute(newest)]
    more = found[PAGE - 1][0].id if len(found) > PAGE else None
    return _with_asked(found[:PAGE]), more


def _narrowed(words: str) -> Iterator[sa.ColumnElement[bool]]:
    """The few accounts that these words can mean; when they are many the newest mails are walked instead."""
    by_words = sa.select(Account.person_id).where(has_address(words)) if "@" in words else named(words)
    people = None if by_words is None else few(by_words)
    if people is not None:
        yield Mail.account_id.in_(sa.select(Account.id).where(Account.person_id.in_(people)))
    elif "@" in words:
        yield has_address(words)
    else:
        yield from has_words(Account.person_id, words)


def _known(words: str, hidden: Collection[UUID]) -> Iterator[sa.ColumnElement[bool]]:
    """Of who forgot a password the worker looks up who it is; until then the row has only an address.

    What strangers typed is for nobody to read.
    """
    shown = [Account.person_id.not_in(hidden)] if hidden else []
    asked = sa.select(Account.id).where(Account.email_key == Mail.address, *shown).correlate(Mail).exists()
    of_somebody = sa.and_(Mail.account_id.is_not(None), *shown)
    yield of_somebody if words else sa.or_(of_somebody, sa.and_(*_NOT_LOOKED_UP, asked))


def _is(states: Collection[str]) -> sa.ColumnElement[bool]:
    """The few mails in these states are sorted; when they are many the newest are walked until a page is full."""
    is_so = Mail.state.in_(states)
    ids = few(sa.select(Mail.id).where(is_so))
    return is_so if ids is None else Mail.id.in_(ids)


def _after(mail_id: UUID | None) -> list[sa.ColumnElement[bool]]:
    last = mail_id and db.session.scalar(sa.select(Mail.created_at).where(Mail.id == mail_id))
    if not last or mail_id is None:
        return []
    return [Mail.created_at <= last, sa.or_(Mail.created_at < last, Mail.id < mail_id)]


def _with_asked(found: list[Row]) -> list[Row]:
    addresses = {mail.address for mail, account in found if account is None}
    if not addresses:
        return found
    asked = {
        account.email_key: account
        for account in db.session.scalars(sa.select(Account).where(Account.email_key.in_(addresses)))
    }
    return [(mail, account or asked.get(mail.address)) for mail, account in found]


def mails_of(account: Account, most: int = 5) -> Sequence[Mail]:
    """The last mails of this person, those that wait for the worker to look up who asked them too; the newest first."""
    own = sa.select(Mail.id).where(Mail.account_id == account.id)
    asked = sa.select(Mail.id).where(*_NOT_LOOKED_UP, Mail.address == account.email_key)
    statement = sa.select(Mail).where(Mail.id.in_(own.union_all(asked)))
    return db.session.scalars(statement.order_by(Mail.created_at.desc(), Mail.id.desc()).limit(most)).all()


def mail_and_account(mail_id: UUID) -> tuple[Mail, Account] | None:
    """A mail to a parent; held, so that two who press at once do not send it twice."""
    statement = sa.select(Mail, Account).join(Account, Account.id == Mail.account_id).where(Mail.id == mail_id)
    found = db.session.execute(statement.with_for_update(of=Mail)).one_or_none()
    return (found[0], found[1]) if found else None
