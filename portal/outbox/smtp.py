"""smtplib with what it lacks: an end to waiting, and addresses it stays away from."""

import io
import ipaddress
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from typing import Any


class _Impatient:
    """The time-out of smtplib starts again with every byte: a tarpit that drips answers would hold us for hours."""

    sock: socket.socket | None
    file: Any | None
    timeout: float
    public_only = False

    def reach(self, host: str, port: int, public_only: bool) -> None:
        """Connect. With `public_only` never to this machine or its own network, whatever the name leads to."""
        self._host, self.public_only = host, public_only  # the name that the certificate must have
        code, text = self.connect(host, port)  # type: ignore[attr-defined]
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        addresses = _public_addresses(host, port) if self.public_only else [host]
        for address in addresses[:-1]:
            with suppress(OSError):
                return super()._get_socket(address, port, timeout)  # type: ignore[misc,no-any-return]
        return super()._get_socket(addresses[-1], port, timeout)  # type: ignore[misc,no-any-return]

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


def _public_addresses(host: str, port: int) -> list[str]:
    """Who may name a server must not reach what only this machine can reach. Raises ValueError when that is all."""
    found = list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    public = [address for address in found if ipaddress.ip_address(address).is_global]
    if not public:
        raise ValueError(f"{host} is on this machine or its own network ({found[0]}), see PORTAL_MAIL_PRIVATE_SERVERS")
    return public


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
