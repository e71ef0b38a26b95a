"""smtplib with what it lacks: an end to waiting, and addresses it stays away from."""

import io
import ipaddress
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from typing import Any

INTERNET = ipaddress.IPv6Network("2000::/3")  # all of IPv6 that is given out
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # IPv4 as a machine with IPv6 only sees it


class _Impatient:
    """The time-out of smtplib starts again with every byte: a tarpit that drips answers would hold us for hours."""

    sock: socket.socket | None
    file: Any | None
    timeout: float
    public_only = False
    greeting = ""

    def reach(self, host: str, port: int, public_only: bool) -> None:
        """Connect. With `public_only` never to this machine or its own network, whatever the name leads to."""
        self._host, self.public_only = host, public_only  # the name that the certificate must have
        code, text = self.connect(host, port)  # type: ignore[attr-defined]
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        self.greeting = text.decode(errors="replace")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        addresses = addresses_of(host, port, public_only=True) if self.public_only else [host]
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


def addresses_of(host: str, port: int, public_only: bool) -> list[str]:
    """Where this name leads to. Who may name a server must not reach what only this machine can reach.

    Raises OSError when the name does not exist, and ValueError when it leads nowhere but to our own network.
    """
    found = list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    public = [address for address in found if _is_public(address)]
    if public_only and not public:
        raise ValueError(f"{host} is on this machine or its own network ({found[0]}), see PORTAL_MAIL_PRIVATE_SERVERS")
    return public if public_only else found


def _is_public(words: str) -> bool:
    """Whether this address is somewhere on the internet; of one IPv4 address in the other, the one inside decides."""
    address = ipaddress.ip_address(words)
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inside = ipaddress.IPv4Address(int(address) % 2**32)
        if inside is None and address not in INTERNET:
            return False
        address = inside or address
    return address.is_global and not address.is_multicast


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
