"""Flask-Mail with what it lacks: certificates that are checked, time-outs, and mail as receivers like it.

Flask-Mail 0.10 accepts any certificate, waits for ever, wraps every mail in multipart/mixed, lets line breaks into
extra headers and takes "a@x,evil@x" for one recipient (mail.md, decision 1; security.md, F9).
"""

import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email import charset, policy
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple, Self
from uuid import UUID

import flask_mail
from email_validator import EmailNotValidError, validate_email
from flask import Flask, current_app
from flask_mail import BadHeaderError

from portal import clock
from portal.outbox.signing import Signer, signed
from portal.outbox.smtp import Plain, Tls, trusting
from portal.text import one_line

MAILS_PER_CONNECTION = 50
WIDEST_LINE = 76
ONE_CLICK = ("list-unsubscribe", "list-unsubscribe-post")
POLICY = policy.SMTP.clone(refold_source="none")  # the headers below are folded already
QUOTED_PRINTABLE = charset.Charset("utf-8")
QUOTED_PRINTABLE.body_encoding = charset.QP

Person = tuple[str, str]  # name, address


class Server(NamedTuple):
    """An organisation's own mail server. With a `problem` it cannot be called at all."""

    host: str
    port: int
    security: str  # starttls or tls: a server elsewhere is never called without
    username: str
    password: str
    domain: str  # of the sender; we introduce ourselves by it
    problem: str = ""

    def __repr__(self) -> str:
        return f"<Server {self.host}:{self.port}>"

    def settings(self) -> dict[str, Any]:
        """The same in the names of Flask-Mail."""
        return {
            "MAIL_SERVER": self.host, "MAIL_PORT": self.port,
            "MAIL_USE_TLS": self.security == "starttls", "MAIL_USE_SSL": self.security == "tls",
            "MAIL_USERNAME": self.username, "MAIL_PASSWORD": self.password,
            "MAIL_DEFAULT_SENDER": f"portaal@{self.domain}",
        }  # fmt: skip


class NotSent(Exception):
    """The server did not take the mail, or did not let us in: in which phase, with which answer (none: no code)."""

    def __init__(self, phase: str, code: int | None = None, text: bytes | str = "") -> None:
        self.phase, self.code = phase, code
        self.text = one_line(text if isinstance(text, str) else text.decode(errors="replace"))
        super().__init__(f"{phase}: {code or 'no answer'} {self.text}")


def one_address(address: str) -> str:
    """This address in ASCII, as SMTP takes it. Raises BadHeaderError for what is not exactly one address."""
    try:
        found = validate_email(
            address, check_deliverability=False, test_environment=True, allow_smtputf8=False
        ).ascii_email
    except EmailNotValidError as error:
        raise BadHeaderError(str(error)) from None
    if not found:
        raise BadHeaderError("The address cannot be written in ASCII.")
    return found


class Message(flask_mail.Message):
    """One mail to one person. The same values give the same bytes, so that a mail that goes twice is one mail."""

    def __init__(
        self, mail_id: UUID, message_id: str, stamped_at: datetime, folder: str,
        sender: Person, recipient: Person, reply_to: Person, subject: str, body: str, html: str,
        unsubscribe: str = "",
    ) -> None:  # fmt: skip
        # Flask-Mail's own __init__ asks the DNS for the name of this machine, and glues the sender into one string.
        self.mail_id, self.msgId, self.stamped_at, self.folder = mail_id, message_id, stamped_at, folder
        self.author, self.reader, self.office = _checked(sender), _checked(recipient), _checked(reply_to)
        self.sender, self.recipients, self.reply_to = self.author, [self.reader], self.office
        self.return_path = self.author[1]  # where it comes back to when it cannot arrive: the sender of the envelope
        self.subject, self.body, self.alts = subject, body, {"html": html}
        self.date, self.charset, self.extra_headers = stamped_at.timestamp(), "utf-8", None
        self.unsubscribe = unsubscribe
        self.signers: Sequence[Signer] = ()
        self.signed_headers: Sequence[str] = ()
        self.cc, self.bcc, self.attachments, self.mail_options, self.rcpt_options = [], [], [], [], []

    def sign_with(self, signers: Sequence[Signer], headers: Sequence[str]) -> None:
        """Let these keys sign these headers (DKIM) when the mail is written out; a button to unsubscribe must always be
        signed (RFC 8058, 4)."""
        self.signers = signers
        self.signed_headers = [*headers, *ONE_CLICK] if self.unsubscribe else headers

    def as_bytes(self) -> bytes:
        return signed(super().as_bytes(), self.signers, self.stamped_at, self.signed_headers)

    def has_bad_headers(self) -> bool:
        people = (self.author, self.reader, self.office)
        return not all(value.isprintable() for value in (self.subject, self.msgId, *(name for name, _ in people)))

    def _message(self) -> MIMEBase:
        whole = MIMEMultipart("alternative", boundary=f"=_{self.mail_id.hex[:16]}")
        for name, value in self._headers():
            whole[name] = value
        for kind, words in (("plain", self.body or ""), ("html", self.html or "")):
            part = MIMENonMultipart("text", kind)
            part.set_payload(words, QUOTED_PRINTABLE)
            del part["MIME-Version"]
            whole.attach(part)
        whole.policy = POLICY
        return whole

    def _headers(self) -> Iterator[tuple[str, str]]:
        yield "From", _person("From", *self.author)
        yield "To", _person("To", *self.reader)
        yield "Reply-To", _person("Reply-To", *self.office)
        yield "Subject", _folded("Subject", self.subject, self.subject)
        yield "Date", format_datetime(clock.local(self.stamped_at))
        yield "Message-ID", self.msgId
        yield "Auto-Submitted", "auto-generated"  # RFC 3834
        # Not "All": that would keep back the reports of mails that came back (MS-OXCMAIL).
        yield "X-Auto-Response-Suppress", "OOF, AutoReply"
        if self.unsubscribe:
            yield "List-Unsubscribe", f"<{self.unsubscribe}>"
            yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def _checked(person: Person) -> Person:
    return person[0], one_address(person[1])


def _person(header: str, name: str, address: str) -> str:
    if not name:
        return address
    lines = _folded(header, name, '"' + re.sub(r'(["\\])', r"\\\1", name) + '"')
    last = len(lines.rpartition("\r\n")[2]) + (len(header) + 2 if "\r\n" not in lines else 0)
    return lines + (" " if last + len(address) + 3 <= WIDEST_LINE else "\r\n ") + f"<{address}>"


def _folded(header: str, words: str, as_ascii: str) -> str:
    """On lines that are short enough. Encoded only when it must be: not ASCII, or looking like something encoded."""
    if words.isascii() and "=?" not in words:
        room = WIDEST_LINE - len(header) - 2
        return "\r\n ".join(wrap(as_ascii, room, break_long_words=False, break_on_hyphens=False))
    return Header(words, "utf-8", maxlinelen=WIDEST_LINE, header_name=header).encode(linesep="\r\n")


class Connection(flask_mail.Connection):
    """A line to the mail server, open for some mails in a row."""

    def __init__(self, mail: Any, server: Server | None = None, timeout: int | None = None) -> None:
        super().__init__(mail)
        self.server, self.timeout = server, timeout  # None: that of the installation
        self.greeting = ""
        self.answer: tuple[int | None, str] = (None, "")  # what the server said to the last mail it took
        self._is_clean = True

    @property
    def leads_somewhere(self) -> bool:
        """Whether there is a server at all; without one mails wait."""
        return bool(self.mail.server) or self.mail.suppress

    def open(self) -> None:
        """Make sure that the server is listening. Raises NotSent."""
        if self.mail.suppress or (self.host is not None and self._is_usable()):
            return
        self.close()
        self.host = self.configure_host()
        self.num_emails, self._is_clean = 0, True

    def close(self) -> None:
        host, self.host = self.host, None
        if host is not None:
            with suppress(OSError, smtplib.SMTPException):
                host.quit()
            host.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def send(self, message: Message, envelope_from: object = None) -> None:  # type: ignore[override]
        """Raises NotSent, and BadHeaderError for what could smuggle in a header."""
        if message.has_bad_headers():
            raise BadHeaderError
        if self.host is not None:
            self._hand_over(message.return_path, message.reader[1], message.as_bytes())
        self.num_emails += 1
        flask_mail.email_dispatched.send(_app(), message=message)

    def configure_host(self) -> smtplib.SMTP:
        timeout, name = self.timeout or current_app.config["MAIL_TIMEOUT"], self._own_name()
        with _asking("set-up"):
            if self.server and self.server.problem:
                raise ValueError(self.server.problem)
            context = trusting(current_app.config["MAIL_CA_FILE"])
        host: Plain | Tls
        if self.mail.use_ssl:
            host = Tls(local_hostname=name, timeout=timeout, context=context)
        else:
            host = Plain(local_hostname=name, timeout=timeout)
        try:
            self._get_in(host, context)
        except NotSent:
            host.close()
            raise
        return host

    def _get_in(self, host: Plain | Tls, context: ssl.SSLContext) -> None:
        public_only = self.server is not None and not current_app.config["MAIL_PRIVATE_SERVERS"]
        with _asking("connect"):
            host.reach(self.mail.server, self.mail.port, public_only)
            self.greeting = host.greeting
            host.ehlo_or_helo_if_needed()
        if self.mail.use_tls:
            with _asking("tls"):
                host.starttls(context=context)
                host.ehlo_or_helo_if_needed()
        if self.mail.username and self.mail.password:
            with _asking("auth"):
                host.login(self.mail.username, self.mail.password)

    def _own_name(self) -> str:
        """For EHLO. Our own domain, else an address: the name of the machine is a slow question to the DNS."""
        return (self.mail.default_sender or "").rpartition("@")[2].strip(" >") or "[127.0.0.1]"

    def _is_usable(self) -> bool:
        if self.num_emails >= MAILS_PER_CONNECTION or self.host is None:
            return False
        if not self._is_clean:
            try:
                self._is_clean = self.host.rset()[0] == 250
            except (OSError, smtplib.SMTPException):
                return False
        return self._is_clean

    def _hand_over(self, sender: str, recipient: str, content: bytes) -> None:
        host = self.host
        assert host is not None  # noqa: S101
        self._is_clean = False
        self._ask("from", lambda: host.mail(sender), good=2)
        self._ask("rcpt", lambda: host.rcpt(recipient), good=2)
        self._ask("data", lambda: host.docmd("DATA"), good=3)
        self._ask("body", lambda: host.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n"))
        self.answer = self._ask("dot", host.getreply, good=2)
        self._is_clean = True

    def _ask(self, phase: str, question: Callable[[], Any], good: int | None = None) -> tuple[int | None, str]:
        try:
            answer = question()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise NotSent(phase, None, str(error)) from None
        if good is None:
            return None, ""
        code, text = answer
        if code // 100 != good:
            if code == 421:  # the server hangs up
                self.close()
            raise NotSent(phase, code, text)
        return code, one_line(text.decode(errors="replace"))


@contextmanager
def _asking(phase: str) -> Iterator[None]:
    """Before any mail: what went wrong at the door. A certificate or an impossible setting is a fault of the set-up."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise NotSent(phase, error.smtp_code, error.smtp_error) from None
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError) as error:
        raise NotSent(phase, None, str(error)) from None
    except (ssl.SSLError, smtplib.SMTPNotSupportedError, ValueError) as error:
        raise NotSent("set-up", None, str(error)) from None
    except (OSError, smtplib.SMTPException) as error:
        is_ours = phase == "set-up" or type(error) is smtplib.SMTPException
        raise NotSent("set-up" if is_ours else phase, None, str(error)) from None


class Folder(Connection):
    """In the demo nothing leaves: a mail becomes a file in the instance folder, and a page shows it."""

    leads_somewhere = True

    def open(self) -> None:
        pass

    def send(self, message: Message, envelope_from: object = None) -> None:  # type: ignore[override]
        if message.has_bad_headers():
            raise BadHeaderError
        folder = Path(current_app.instance_path) / "post" / message.folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp = message.stamped_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
        path = folder / f"{stamp}-{message.mail_id}.eml"
        half = path.with_suffix(".half")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.as_bytes())
        half.replace(path)
        self.answer = (250, "kept on this machine")
        flask_mail.email_dispatched.send(_app(), message=message)


class Mail(flask_mail.Mail):
    """Flask-Mail's extension, with our connection. The settings are read when a connection is made.

    A mail is held back by MAIL_SUPPRESS_SEND only, not by TESTING: our tests send to a server of their own.
    """

    def connect(self, server: Server | None = None, timeout: int | None = None) -> Connection:
        """To an organisation's own server, else to that of the installation. timeout: seconds, else MAIL_TIMEOUT."""
        app = _app()
        state = self.init_mail({**app.config, **(server.settings() if server else {})}, app.debug)
        app.extensions.setdefault("mail", state)
        return Folder(state, server) if app.config["DEMO"] else Connection(state, server, timeout)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


mail = Mail()
