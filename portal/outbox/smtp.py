"""smtplib with what it lacks: an end to waiting."""

import io
import smtplib
import socket
import ssl
import time
from typing import Any


class _Impatient:
    """The time-out of smtplib starts again with every byte: a tarpit that drips answers would hold us for hours."""

    sock: socket.socket | None
    file: Any | None
    timeout: float

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("please run connect() first")
        self.file = io.BufferedReader(_Until(self.sock, time.monotonic() + self.timeout))
        try:
            answer: tuple[int, bytes] = super().getreply()  # type: ignore[misc]
        finally:
            self.file = None
            if self.sock is not None:
                self.sock.settimeout(self.timeout)
        return answer


class _Until(io.RawIOBase):
    def __init__(self, sock: socket.socket, end: float) -> None:
        self.sock, self.end = sock, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.sock.settimeout(max(self.end - time.monotonic(), 0.001))
        return self.sock.recv_into(buffer)


class Plain(_Impatient, smtplib.SMTP):
    pass


class Tls(_Impatient, smtplib.SMTP_SSL):
    pass


def trusting(authority: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority or None)
