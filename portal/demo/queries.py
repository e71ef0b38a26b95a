"""The mails of the demo, which the worker keeps as files; its DNS, where every key stands at once; and its people."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from portal import db as database
from portal.auth.models import Account, Person
from portal.auth.rules import split_name
from portal.children.models import Child, Guardianship
from portal.children.queries import guardianship
from portal.db import EVERYWHERE, db, within
from portal.demo import facts
from portal.outbox.models import SigningKey
from portal.postmaster.facts import Answer, Key

NAME = re.compile(r"[0-9A-Za-z._-]{1,100}")


@dataclass(frozen=True)
class Post:
    """One mail as the mailbox page shows it."""

    id: str
    subject: str
    sender: str
    to: str
    sent_at: datetime
    text: str
    html: str

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://[^\s<>\"]+", self.text)


def look(app: Any, name: str, kind: str) -> Answer:
    """What the DNS of the demo says. Whoever asks may be a thread of its own, so in a session of its own."""
    selector, mark, domain = name.partition("._domainkey.")
    if not mark:
        return facts.look(name, kind)
    with app.app_context(), within(EVERYWHERE):
        database.read_only()
        row = db.session.scalars(
            sa.select(SigningKey).where(SigningKey.selector == selector, SigningKey.domain == domain)
        ).first()
        if row is None or kind != "TXT":
            return facts.look(name, kind)
        return Answer("found", (Key(domain, selector, row.algorithm, row.public, "").value,))


def mails_of(folder: Path) -> list[Post]:
    """The mails in this folder, the newest first."""
    return [_read(path) for path in sorted(folder.glob("*.eml"), reverse=True)]


def mail_of(folder: Path, mail_id: str) -> Post | None:
    path = folder / f"{mail_id}.eml"
    return _read(path) if NAME.fullmatch(mail_id) and path.is_file() else None


def _read(path: Path) -> Post:
    message: EmailMessage = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    date = message["Date"].datetime
    return Post(
        path.stem, str(message["Subject"]), str(message["From"]), str(message["To"]), date,
        _part(message, "plain"), _part(message, "html"),
    )  # fmt: skip


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""


# By the names of the example


def account_with(email: str) -> Account:
    return db.session.scalars(sa.select(Account).where(Account.email == email)).one()


def child_named(name: str) -> Child:
    given, _infix, family = split_name(name)
    return db.session.scalars(
        sa.select(Child).join(Child.person).where(Person.given_name == given, Person.family_name == family)
    ).one()


def link_of(child: Child, email: str) -> Guardianship:
    link = guardianship(child.id, account_with(email).person_id)
    assert link is not None  # noqa: S101
    return link
