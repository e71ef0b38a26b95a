"""A letter becomes a message: subject, text and HTML in the language of the reader, from the organisation."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from flask import current_app
from flask_babel import force_locale

from portal import keys
from portal.organisations.models import Organisation
from portal.outbox import queries, rules
from portal.outbox.actions import Letter
from portal.outbox.models import Mail, MailServer
from portal.outbox.signing import Signer
from portal.outbox.transport import Message, Server, one_address
from portal.text import language, one_line


def compose(mail: Mail, letter: Letter, organisation: Organisation, stamped_at: datetime, sender: str = "") -> Message:
    """The message of this mail, dated `stamped_at`. Raises BadHeaderError when the address is no address."""
    sender = sender or sender_of(organisation)
    if not mail.message_id:  # with a part that only its reader gets to know: the office sees the number of a mail
        mail.message_id = f"<{mail.id}.{secrets.token_hex(8)}@{one_address(sender).rpartition('@')[2]}>"
    words = _words(letter, organisation)
    with force_locale(letter.language):
        subject, body, html = (
            current_app.jinja_env.get_template(f"mail/{letter.template}/{part}").render(words)
            for part in ("subject.txt", "body.txt", "body.html")
        )
    return Message(
        mail.id, mail.message_id, stamped_at, folder=organisation.slug,
        sender=(words["organisation"].name, sender), recipient=(one_line(letter.name), letter.address),
        reply_to=(words["organisation"].name, organisation.email),
        subject=one_line(subject), body=body.strip() + "\n", html=html.strip() + "\n", unsubscribe=letter.unsubscribe,
    )  # fmt: skip


def sender_of(organisation: Organisation) -> str:
    """The address mails come from, and for which a parent looks in the spam folder."""
    default = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])[1]
    return organisation.sender or default or organisation.email


def bounce_box(sender: str, is_own: bool) -> str:
    """The address mails from this sender come back to, or "". Not by an organisation's own server (`is_own`) when it
    is of another domain: that server may not send for it, nor does its provider let us."""
    box: str = current_app.config["BOUNCE_ADDRESS"]
    same = box.rpartition("@")[2] == sender.rpartition("@")[2].lower()
    return box if same or not is_own else ""


def return_path(message: Message, server: Server | None) -> str:
    """The sender of the envelope, for mail by this server (None: that of the installation)."""
    sender = message.author[1]
    box = bounce_box(sender, is_own=server is not None)
    if box and current_app.config["BOUNCE_VERP"]:
        local, _, domain = box.rpartition("@")
        token = rules.return_token(message.mail_id, message.stamped_at, keys.key(rules.RETURN_PATH))
        return f"{local}+{token}@{domain}"
    return box or sender


def server_of(row: MailServer, organisation: Organisation) -> Server:
    """The mail server of this organisation, its password readable."""
    try:
        password, problem = (keys.decrypt("mail server", row.kept_password) if row.kept_password else ""), ""
    except ValueError:
        password, problem = "", "its password was kept with another PORTAL_SECRET_KEY"
    domain = sender_of(organisation).rpartition("@")[2]
    return Server(row.host, row.port, row.security, row.username, password, domain, problem)


def signers(sender: str, moment: datetime) -> list[Signer]:
    """What signs mail from this address, stamped at this moment. A key that cannot be read any more does not."""
    found = []
    for key in queries.signing_keys(sender.rpartition("@")[2], moment):
        with suppress(ValueError):
            private = keys.decrypt("signing key", key.kept_private)
            found.append(Signer(key.domain, key.selector, key.algorithm, private))
    return found


def subjects_of(templates: Sequence[str], organisation: Organisation) -> list[str]:
    """The subjects a parent looks for: in the organisation's language, and in that of this page."""
    found = []
    for spoken in (organisation.language, language()):
        words = {"organisation": _OnOneLine(organisation), "locale": spoken}
        with force_locale(spoken):
            for template in templates:
                found.append(one_line(current_app.jinja_env.get_template(f"mail/{template}/subject.txt").render(words)))
    return list(dict.fromkeys(found))


class _OnOneLine:
    """The organisation, with every text on one line."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._organisation, name)
        return one_line(value) if isinstance(value, str) else value


def _words(letter: Letter, organisation: Organisation) -> dict[str, Any]:
    """What a template may use. A name with a line break cannot add a line to a mail."""
    given = {name: one_line(value) if isinstance(value, str) else value for name, value in letter.context.items()}
    return {**given, "organisation": _OnOneLine(organisation), "locale": letter.language}
