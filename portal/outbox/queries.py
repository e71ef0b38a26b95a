"""Mails that are due, and how the outbox stands."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from portal.db import db
from portal.organisations.models import Organisation
from portal.outbox.models import UNSENT, Mail, MailServer, SigningKey

WAITING = ("new", "busy")


def is_due(now: datetime) -> sa.ColumnElement[bool]:
    """New and due, or left behind by a worker that died."""
    new = sa.and_(Mail.state == "new", Mail.due_at <= now)
    left_behind = sa.and_(Mail.state == "busy", Mail.lease_until < now)
    return sa.or_(new, left_behind)


def due_per_organisation(now: datetime) -> dict[UUID, datetime]:
    """The organisations with mail that is due, the most urgent first, and when the first of it expires."""
    rows = db.session.execute(
        sa.select(Mail.organisation_id, sa.func.min(Mail.expires_at))
        .where(is_due(now))
        .group_by(Mail.organisation_id)
        .order_by(sa.func.min(Mail.priority), sa.func.min(Mail.due_at))
    )
    return dict(rows.all())


def servers_of(organisations: Collection[UUID]) -> Sequence[sa.Row[MailServer, Organisation]]:
    """Which of these organisations have a mail server of their own."""
    return db.session.execute(
        sa.select(MailServer, Organisation)
        .join(Organisation, Organisation.id == MailServer.organisation_id)
        .where(MailServer.organisation_id.in_(organisations))
    ).all()


def signing_keys(domain: str, moment: datetime) -> Sequence[SigningKey]:
    """The keys with which mail from this domain was signed at this moment, RSA first: not everyone knows Ed25519."""
    return db.session.scalars(
        sa.select(SigningKey)
        .where(
            SigningKey.domain == domain,
            SigningKey.signs_from <= moment,
            sa.or_(SigningKey.signs_until.is_(None), SigningKey.signs_until > moment),
        )
        .order_by(SigningKey.algorithm.desc(), SigningKey.signs_from.desc())
    ).all()


def next_due(now: datetime, of: Collection[UUID]) -> Mail | None:
    """The mail of these organisations to send first, held until the end of the transaction."""
    return db.session.scalars(
        sa.select(Mail)
        .where(is_due(now), Mail.organisation_id.in_(of))
        .order_by(Mail.priority, Mail.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def held_mail(mail_id: UUID, owner: str) -> Mail | None:
    """This mail while this worker holds it."""
    return db.session.scalars(
        sa.select(Mail).where(Mail.id == mail_id, Mail.owner == owner, Mail.state == "busy")
    ).one_or_none()


def mail_with_id(mail_id: UUID) -> Mail | None:
    return db.session.scalars(sa.select(Mail).where(Mail.id == mail_id)).one_or_none()


def given_up(most: int = 20) -> Sequence[sa.Row[UUID, str, str, datetime, str, str | None, str]]:
    """The latest mails that did not arrive, with what a server said."""
    is_back = Mail.state == "bounced"
    code = sa.case((is_back, Mail.bounce_status), else_=sa.cast(Mail.smtp_code, sa.String))
    words = sa.case((is_back, Mail.bounce_text), else_=Mail.smtp_text)
    return db.session.execute(
        sa.select(Mail.id, Organisation.slug, Mail.kind, Mail.updated_at, Mail.state, code, words)
        .join(Organisation, Organisation.id == Mail.organisation_id)
        .where(Mail.state.in_(UNSENT))
        .order_by(Mail.updated_at.desc())
        .limit(most)
    ).all()


def counts() -> Sequence[sa.Row[str, str, int]]:
    """Short name of the organisation, state, number of mails."""
    return db.session.execute(
        sa.select(Organisation.slug, Mail.state, sa.func.count())
        .join(Organisation, Organisation.id == Mail.organisation_id)
        .group_by(Organisation.slug, Mail.state)
        .order_by(Organisation.slug, Mail.state)
    ).all()


def waiting_since(now: datetime) -> dict[str, datetime]:
    """Per organisation when the oldest mail was made that could have been sent by now."""
    rows = db.session.execute(
        sa.select(Organisation.slug, Mail.created_at)
        .join(Organisation, Organisation.id == Mail.organisation_id)
        .where(Mail.state.in_(WAITING), sa.or_(Mail.due_at <= now, Mail.tries > 0))
        .order_by(Mail.created_at.desc())
    )
    return dict(rows.all())
