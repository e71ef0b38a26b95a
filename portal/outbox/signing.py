"""DKIM (RFC 6376, RFC 8463): mail is signed for the domain in From, and whoever gets it can look up the key.

Relays often sign for their own domain only, which says nothing about ours (mail.md, D3).
"""

import base64
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

BITS = 2048  # longer keys do not fit in the DNS of many providers, shorter ones are not trusted much longer
ALGORITHMS = {"rsa": b"rsa-sha256", "ed25519": b"ed25519-sha256"}
_quiet = logging.getLogger("portal.outbox.signing")
_quiet.disabled = True  # dkimpy writes mails in its log


class Signer(NamedTuple):
    """What signs one mail. The private key is as dkimpy wants it: PEM for RSA, base64 of the seed for Ed25519."""

    domain: str
    selector: str
    algorithm: str
    private: str

    def __repr__(self) -> str:
        return f"<Signer {self.selector}._domainkey.{self.domain}>"


def new_pair(algorithm: str) -> tuple[str, str]:
    """A private key as Signer has it, and the public one as it stands in the DNS."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    if algorithm == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        ).decode()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return private, _base64(key.public_key().public_bytes(serialization.Encoding.DER, form))
    seed = ed25519.Ed25519PrivateKey.generate()
    return _base64(seed.private_bytes_raw()), _base64(seed.public_key().public_bytes_raw())


def signed(content: bytes, signers: Sequence[Signer], moment: datetime, headers: Sequence[str]) -> bytes:
    """This mail with its signatures on top. The same values give the same bytes.

    Every header is named once more than it stands there, so that nobody can add a second Subject (oversigning).
    """
    twice = [name.encode() for name in headers for _ in range(2)]
    return b"".join(_signature(content, signer, moment, twice) for signer in signers) + content


def _signature(content: bytes, signer: Signer, moment: datetime, headers: list[bytes]) -> bytes:
    dkim = _dkim()(content, logger=_quiet, signature_algorithm=ALGORITHMS[signer.algorithm])
    dkim.stamp = str(int(moment.timestamp())).encode()
    line: bytes = dkim.sign(
        signer.selector.encode(), signer.domain.encode(), signer.private.encode(),
        canonicalize=(b"relaxed", b"relaxed"), include_headers=headers,
    )  # fmt: skip
    return line


@cache
def _dkim() -> Any:
    """dkimpy, with the moment in the mail as the moment of signing: a mail that goes twice is the same mail.

    Loaded when it is needed: it takes a third of a second, and the web workers sign nothing.
    """
    import dkim

    class Dkim(dkim.DKIM):
        stamp = b""

        def gen_header(self, fields: list[tuple[bytes, bytes]], *rest: Any, **options: Any) -> bytes:
            dated = [(name, self.stamp if name == b"t" else value) for name, value in fields]
            line: bytes = super().gen_header(dated, *rest, **options)
            return line

    return Dkim


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
