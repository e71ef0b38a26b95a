"""Every setting: its name, default, check and one line of help. Nonsense is refused before the portal starts.

A value comes from the environment (`PORTAL_<NAME>`, or a file named by `PORTAL_<NAME>_FILE`), else from
`portal.cfg` in the instance folder (lines `NAME = value`), else it is the default.
"""

import difflib
import importlib.util
import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal.errors import ConfigError

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def text(value: str) -> str:
    if not value.strip().isprintable():
        raise ValueError("must be one line of text")
    return value.strip()


def yes_or_no(value: str) -> bool:
    known = {"true": True, "yes": True, "ja": True, "1": True, "false": False, "no": False, "nee": False, "0": False}
    if value.strip().lower() not in known:
        raise ValueError("must be true or false")
    return known[value.strip().lower()]


def words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


def secret_key(value: str) -> str:
    if len(value.encode()) < 32 or len(set(value)) < 8:
        raise ValueError(
            'must be at least 32 random bytes; make one with: python -c "import secrets; print(secrets.token_hex(32))"'
        )
    return value


def secret_keys(value: str) -> list[str]:
    return [secret_key(key) for key in words(value)]


def header_names(value: str) -> list[str]:
    names = [name.lower() for name in words(value)]
    if "from" not in names or not all(name.replace("-", "").isalpha() for name in names):
        raise ValueError("must name headers, separated by commas, and From must be one of them")
    return names


def name_server(value: str) -> str:
    host, _, port = value.strip().partition(":") if value.count(":") == 1 else (value.strip(), "", "53")
    try:
        if value.strip():
            ipaddress.ip_address(host)
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError
    except ValueError:
        raise ValueError("must be the address of a name server, such as 9.9.9.9 or 127.0.0.1:5353") from None
    return value.strip()


def bucket(value: str) -> str:
    parts = urlsplit(value.strip())
    is_address = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if value and not (is_address and parts.hostname and parts.path.strip("/") and not parts.query and "@" not in value):
        raise ValueError("must look like https://s3.example.nl/name-of-the-bucket")
    if value and importlib.util.find_spec("obstore") is None:
        raise ValueError("needs the package obstore; install it with: pip install 'ouderportaal[s3]'")
    return value.strip().rstrip("/")


def bounce_address(value: str) -> str:
    address = value.strip().lower()
    if address and not re.fullmatch(r"[a-z0-9._-]{1,20}@([a-z0-9-]+\.)+[a-z0-9-]+", address):
        raise ValueError("must be an address like bounce@portaal.example, with at most 20 letters before the @")
    return address


def whole_number(low: int, high: int) -> Callable[[str], int]:
    def check(value: str) -> int:
        if not value.strip().isdecimal() or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return check


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    check: Callable[[str], Any]
    help: str


SETTINGS = [
    Setting("SECRET_KEY", "", secret_key, "signs cookies and links; made in the instance folder on first start"),
    Setting("SECRET_KEY_FALLBACKS", "", secret_keys, "earlier secret keys, separated by commas; still valid"),
    Setting("SQLALCHEMY_DATABASE_URI", "", text, "the database; default is portal.sqlite in the instance folder"),
    Setting("MAIL_SERVER", "", text, "SMTP server; without it mails wait in the outbox"),
    Setting("MAIL_PORT", "587", whole_number(1, 65535), "SMTP port: 587 with MAIL_USE_TLS, 465 with MAIL_USE_SSL"),
    Setting("MAIL_USE_TLS", "true", yes_or_no, "STARTTLS; only a server on this machine may do without"),
    Setting("MAIL_USE_SSL", "false", yes_or_no, "TLS from the first byte (port 465)"),
    Setting("MAIL_USERNAME", "", text, "user name at the SMTP server"),
    Setting("MAIL_PASSWORD", "", str, "password at the SMTP server"),
    Setting("MAIL_DEFAULT_SENDER", "", text, "sender address for organisations without an own one"),
    Setting("MAIL_CA_FILE", "", text, "file with the certificate authority of your mail servers, when it is your own"),
    Setting("MAIL_TIMEOUT", "20", whole_number(1, 300), "seconds the SMTP server may stay silent in each step"),
    Setting("MAIL_PRIVATE_SERVERS", "false", yes_or_no, "organisations may name a mail server on our own network"),
    Setting(
        "DKIM_HEADERS",
        "from,to,subject,date,message-id,reply-to,mime-version,content-type,content-transfer-encoding,auto-submitted",
        header_names, "headers that a signature covers; leave out what your provider rewrites",
    ),
    Setting("BOUNCE_ADDRESS", "", bounce_address, "where mails come back to; default: their sender"),
    Setting("BOUNCE_VERP", "true", yes_or_no, "each mail comes back to an address of its own: name+code@domain"),
    Setting("BOUNCE_IMAP_SERVER", "", text, "IMAP server where those mails are fetched; without it nobody looks"),
    Setting("BOUNCE_IMAP_PORT", "993", whole_number(1, 65535), "IMAP port"),
    Setting("BOUNCE_IMAP_USE_SSL", "true", yes_or_no, "TLS; only a server on this machine may do without"),
    Setting("BOUNCE_IMAP_USERNAME", "", text, "user name of a mailbox that is used for nothing else"),
    Setting("BOUNCE_IMAP_PASSWORD", "", str, "password of that mailbox"),
    Setting("BOUNCE_POLL", "60", whole_number(5, 3600), "seconds between two looks in that mailbox"),
    Setting("DNS_SERVER", "", name_server, "name server for the mail check, such as 9.9.9.9; default: the usual"),
    Setting("MAIL_PER_MINUTE", "60", whole_number(1, 60_000), "pace of mails to many at once, per organisation"),
    Setting(
        "MONTHS_AFTER_LEAVING", "24", whole_number(0, 120), "how long parents look back after their child has left"
    ),
    Setting("KEEP_DAYS_MONTHS", "6", whole_number(2, 600), "how long diary and photos stay after a child has left"),
    Setting("KEEP_RHYTHM_MONTHS", "12", whole_number(2, 600), "the same of its rhythm"),
    Setting(
        "KEEP_CHILD_MONTHS", "24", whole_number(2, 600),
        "the same of its papers, care data, BSN, pick-up persons and consent",
    ),
    Setting(
        "KEEP_FINANCIAL_YEARS", "7", whole_number(1, 50),
        "full years that invoices, statements and contracts stay after their own",
    ),
    Setting("FILES_BUCKET", "", bucket, "S3 bucket for files; default is uploads in the instance folder"),
    Setting("FILES_BUCKET_REGION", "us-east-1", text, "region of that bucket"),
    Setting("FILES_BUCKET_KEY", "", text, "access key ID of that bucket"),
    Setting("FILES_BUCKET_SECRET", "", str, "secret access key of that bucket"),
    Setting("RESET_LINK_MAX_AGE", "21600", whole_number(600, 86_400), "seconds a link to choose a new password works"),
    Setting("ACTIVATION_LINK_MAX_AGE", "604800", whole_number(3600, 2_592_000), "seconds a first link works"),
    Setting("HASHES_PER_SECOND", "20", whole_number(2, 10_000), "password checks a second; new devices get half"),
    Setting("WORKERS", "1", whole_number(1, 64), "web workers of this machine; `portal serve --workers` sets it"),
    Setting("TRUSTED_PROXIES", "0", whole_number(0, 5), "how many proxies of your own stand before the portal"),
    Setting("EXTENSIONS", "", words, "extra subjects: Python packages with their own blueprints, separated by commas"),
    Setting("DEMO", "false", yes_or_no, "set by `portal demo`: mails stay here and can be read at /demo/post"),
]  # fmt: skip
BY_NAME = {setting.name: setting for setting in SETTINGS}


def instance_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of `PORTAL_INSTANCE`, else `instance` in the current folder; made (0700) when it is not there."""
    folder = Path(environ.get("PORTAL_INSTANCE") or "instance").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def load(instance: Path, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """All settings as Flask wants them. Raises ConfigError with one sentence about the first wrong one."""
    given = _from_file(instance / "portal.cfg") | _from_environment(environ)
    for name in given:
        if name not in BY_NAME:
            close = difflib.get_close_matches(name, BY_NAME, n=1, cutoff=0.6)
            hint = f" Did you mean PORTAL_{close[0]}?" if close else ""
            raise ConfigError(f"PORTAL_{name} is not a setting of the portal.{hint}")
    given.setdefault("SECRET_KEY", "")
    given["SECRET_KEY"] = given["SECRET_KEY"] or _kept_secret_key(instance / "secret_key")
    values = {setting.name: _checked(setting, given.get(setting.name)) for setting in SETTINGS}
    values["SQLALCHEMY_DATABASE_URI"] = _database_uri(values["SQLALCHEMY_DATABASE_URI"], instance)
    _refuse_unsafe_mail(values)
    _refuse_half_a_mailbox(values)
    if values["FILES_BUCKET"] and not (values["FILES_BUCKET_KEY"] and values["FILES_BUCKET_SECRET"]):
        raise ConfigError("PORTAL_FILES_BUCKET also needs PORTAL_FILES_BUCKET_KEY and PORTAL_FILES_BUCKET_SECRET.")
    return values


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    values = {}
    for key, value in environ.items():
        name = key.removeprefix("PORTAL_")
        if name == key or name == "INSTANCE":
            continue
        if name.endswith("_FILE") and name not in BY_NAME:
            name = name.removesuffix("_FILE")
            try:
                value = Path(value).read_text(encoding="utf-8").rstrip("\n")
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"PORTAL_{name}_FILE cannot be read: {error}") from None
        values[name] = value
    return values


def _from_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    values = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise ConfigError(f"{path}, line {number}: expected NAME = value.")
        values[name.strip().removeprefix("PORTAL_")] = value.strip().strip("\"'")
    return values


def _kept_secret_key(path: Path) -> str:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}. Make the instance folder writable.") from None
    return path.read_text(encoding="utf-8").strip()


def _checked(setting: Setting, given: str | None) -> Any:
    try:
        return setting.check(setting.default if given is None else given)
    except ValueError as error:
        raise ConfigError(f"PORTAL_{setting.name} {error}.") from None


def _database_uri(uri: str, instance: Path) -> str:
    if not uri:
        return f"sqlite:///{instance / 'portal.sqlite'}"
    if uri.startswith(("postgres://", "postgresql://")):
        uri = "postgresql+psycopg://" + uri.split("://", 1)[1]
    if not uri.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError("PORTAL_SQLALCHEMY_DATABASE_URI must start with sqlite:/// or postgresql://.")
    return uri


def _refuse_unsafe_mail(values: Mapping[str, Any]) -> None:
    server = values["MAIL_SERVER"]
    if values["MAIL_USE_TLS"] and values["MAIL_USE_SSL"]:
        raise ConfigError(
            "PORTAL_MAIL_USE_TLS and PORTAL_MAIL_USE_SSL exclude each other: set MAIL_USE_TLS=false for port 465."
        )
    if server and server not in LOOPBACK and not (values["MAIL_USE_TLS"] or values["MAIL_USE_SSL"]):
        raise ConfigError("PORTAL_MAIL_USE_TLS must be true: mail to another machine never travels without TLS.")


def _refuse_half_a_mailbox(values: Mapping[str, Any]) -> None:
    server = values["BOUNCE_IMAP_SERVER"]
    if not server:
        return
    needed = ("BOUNCE_ADDRESS", "BOUNCE_IMAP_USERNAME", "BOUNCE_IMAP_PASSWORD")
    if absent := [name for name in needed if not values[name]]:
        raise ConfigError(f"PORTAL_BOUNCE_IMAP_SERVER also needs PORTAL_{absent[0]}.")
    if server not in LOOPBACK and not values["BOUNCE_IMAP_USE_SSL"]:
        raise ConfigError("PORTAL_BOUNCE_IMAP_USE_SSL must be true: nothing is fetched elsewhere without TLS.")
