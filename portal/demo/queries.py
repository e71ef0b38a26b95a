"""The mails of the demo: files in the instance folder, written by the worker instead of being sent."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

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
