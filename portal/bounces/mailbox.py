"""The mailbox that mails come back to, over IMAP: with TLS that is checked, and an end to waiting."""

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self

from portal.outbox.smtp import trusting

MOST_BYTES = 262_144  # of one mail; a report stands before the copy of the mail


class NoMailbox(Exception):
    """The mailbox cannot be read: in which phase, with the answer of the server."""

    def __init__(self, phase: str, text: str) -> None:
        self.phase, self.text = phase, " ".join(text.split())[:300]
        super().__init__(f"{phase}: {self.text}")


class Mailbox:
    """Open for one look, as a context. Everything raises NoMailbox."""

    def __init__(self, config: Any) -> None:
        self.config = config
        self.line: imaplib.IMAP4 | None = None

    def __enter__(self) -> Self:
        config = self.config
        host, port, timeout = config["BOUNCE_IMAP_SERVER"], config["BOUNCE_IMAP_PORT"], config["MAIL_TIMEOUT"]
        with _asking("connect"):
            if config["BOUNCE_IMAP_USE_SSL"]:
                context = trusting(config["MAIL_CA_FILE"])
                self.line = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=timeout)
            else:
                self.line = imaplib.IMAP4(host, port, timeout=timeout)
        try:
            with _asking("login"):
                self.line.login(config["BOUNCE_IMAP_USERNAME"], config["BOUNCE_IMAP_PASSWORD"])
            self._ask("select", self.line.select())
        except NoMailbox:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        line, self.line = self.line, None
        if line is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                line.logout()

    def unread(self) -> list[str]:
        """The numbers of the mails nobody looked at yet, the oldest first."""
        found = self._uid("search", "SEARCH", "UNSEEN UNDELETED")
        return found[0].decode().split() if found and isinstance(found[0], bytes) else []

    def content(self, number: str) -> bytes:
        """The first of this mail; "" when it is gone."""
        found = self._uid("fetch", "FETCH", number, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        return next((part[1] for part in found if isinstance(part, tuple)), b"")

    def take_away(self, number: str) -> None:
        self._uid("store", "STORE", number, r"+FLAGS.SILENT (\Seen \Deleted)")
        if "UIDPLUS" in self._line.capabilities:
            self._uid("expunge", "EXPUNGE", number)
        else:
            with _asking("expunge"):
                self._ask("expunge", self._line.expunge())

    def leave(self, number: str) -> None:
        """As read: it says nothing to us, and somebody may want to see it."""
        self._uid("store", "STORE", number, r"+FLAGS.SILENT (\Seen)")

    @property
    def _line(self) -> imaplib.IMAP4:
        if self.line is None:
            raise NoMailbox("closed", "")
        return self.line

    def _uid(self, phase: str, *words: str) -> list[Any]:
        with _asking(phase):
            return self._ask(phase, self._line.uid(*words))

    def _ask(self, phase: str, answer: tuple[str, list[Any]]) -> list[Any]:
        if answer[0] != "OK":
            raise NoMailbox(phase, re.sub(r"^b'|'$", "", str(answer[1][0] if answer[1] else "")))
        return answer[1]


@contextmanager
def _asking(phase: str) -> Iterator[None]:
    try:
        yield
    except (OSError, imaplib.IMAP4.error, ValueError) as error:  # an ssl.SSLError is an OSError
        raise NoMailbox(phase, str(error)) from None
