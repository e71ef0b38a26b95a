"""Accounts, sessions and links, read for a screen or a decision."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from portal.auth.models import Account, OneTimeLink, Person, Session, TemporaryPassword
from portal.db import db


def account_with(key: str) -> Account | None:
    """The account with this address (as `rules.email_key` gives it) in this organisation."""
    return db.session.execute(_ACCOUNT_WITH, {"key": key}).scalars().one_or_none()


def account(account_id: UUID) -> Account | None:
    return db.session.get(Account, account_id)


def login_facts(key: str, now: datetime) -> tuple[Account | None, TemporaryPassword | None]:
    """The account with this address and its temporary password that still works, in one look."""
    row = db.session.execute(_LOGIN_FACTS, {"key": key, "now": now}).one_or_none()
    return (row[0], row[1]) if row else (None, None)


def session_with(token_hash: str) -> Session | None:
    return db.session.execute(_SESSION_WITH, {"hash": token_hash}).scalars().one_or_none()


def live_sessions(account_id: UUID, but: int = 0) -> Sequence[Session]:
    """Sessions that nobody ended, the last used first; also those past their limits (rules.session_is_over).

    Without the first so many when `but` says so.
    """
    return db.session.scalars(_LIVE_SESSIONS, {"account_id": account_id, "but": but}).all()


def link(link_id: UUID | None) -> OneTimeLink | None:
    return db.session.get(OneTimeLink, link_id) if link_id else None


def link_with(token_hash: str, purpose: str) -> OneTimeLink | None:
    statement = sa.select(OneTimeLink).where(OneTimeLink.token_hash == token_hash, OneTimeLink.purpose == purpose)
    return db.session.scalars(statement).one_or_none()


def link_with_code(key: str, code_hash: str, most_tries: int, purposes: Sequence[str]) -> OneTimeLink | None:
    """The live link of the account with this address that has this code; the same one look for an unknown address."""
    return db.session.scalars(
        sa.select(OneTimeLink)
        .join(OneTimeLink.account)
        .where(Account.email_key == key, Account.status.in_(("invited", "active")), OneTimeLink.code_hash == code_hash)
        .where(OneTimeLink.purpose.in_(purposes), OneTimeLink.code_tries <= most_tries)
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.replaced_at.is_(None))
        .limit(1)
    ).one_or_none()


def live_links(account_id: UUID, purpose: str) -> Sequence[OneTimeLink]:
    """Links nobody used or replaced, the oldest first."""
    return db.session.scalars(
        sa.select(OneTimeLink)
        .where(OneTimeLink.account_id == account_id, OneTimeLink.purpose == purpose)
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.replaced_at.is_(None))
        .order_by(OneTimeLink.sent_at, OneTimeLink.id)
    ).all()


def temporary_password_of(mail_id: UUID) -> TemporaryPassword | None:
    return db.session.scalars(sa.select(TemporaryPassword).where(TemporaryPassword.mail_id == mail_id)).one_or_none()


# Other subjects add words that make a bad password for this person, such as the names of the children.
OWN_WORDS: list[Callable[[Person], Iterable[str]]] = []


def own_words(account: Account) -> list[str]:
    """Words a stranger would try first for this account."""
    person = account.person
    words = [person.given_name, person.family_name, person.full_name, account.email.rpartition("@")[0], account.email]
    return words + [word for more in OWN_WORDS for word in more(person)]


_ACCOUNT_WITH = sa.select(Account).where(Account.email_key == sa.bindparam("key"))
_LOGIN_FACTS = (
    sa.select(Account, TemporaryPassword)
    .outerjoin(
        TemporaryPassword,
        sa.and_(
            TemporaryPassword.account_id == Account.id,
            TemporaryPassword.ended_at.is_(None),
            TemporaryPassword.expires_at > sa.bindparam("now"),
        ),
    )
    .where(Account.email_key == sa.bindparam("key"))
    .order_by(TemporaryPassword.created_at.desc())
    .limit(1)
)
_LIVE_SESSIONS = (
    sa.select(Session)
    .where(Session.account_id == sa.bindparam("account_id"), Session.ended_at.is_(None))
    .order_by(Session.seen_at.desc(), Session.id)
    .offset(sa.bindparam("but"))
)
_SESSION_WITH = sa.select(Session).where(Session.token_hash == sa.bindparam("hash"), Session.ended_at.is_(None))
