"""An authority of our own, and servers' certificates that are good, too old, for another name, or signed by nobody."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Authority:
    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = _sign(self.key, "Our authority", self.key, "Our authority", is_authority=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(_pem(self.certificate))

    def server_context(self, **options):
        """What a server shows; see `server_file`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server_file(**options))
        return context

    def server_file(self, address="127.0.0.1", days=7, by_nobody=False):
        """The key and certificate of a server at this address, valid for so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer, name = (key, address) if by_nobody else (self.key, "Our authority")
        certificate = _sign(key, address, issuer, name, days=days)
        path = self.folder / f"{certificate.serial_number}.pem"
        path.write_bytes(_private(key) + _pem(certificate))
        return path


def _sign(key, subject, issuer_key, issuer, days=7, is_authority=False):
    now = datetime.now(UTC)
    end = now + timedelta(days=days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, end) - timedelta(days=1))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_authority:
        address = x509.IPAddress(ipaddress.ip_address(subject))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(words):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, words)])


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
