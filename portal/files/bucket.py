"""Files in a bucket of S3, or of a provider that speaks its language (AWS Signature Version 4)."""

import errno
import hashlib
import hmac
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, urlsplit
from uuid import UUID
from xml.sax.saxutils import unescape

PATIENCE = 20  # seconds a bucket may stay silent
PAUSES = (0.2, 1.0)  # seconds before it is asked again; the key is the same, so what came through before is no harm


@dataclass(frozen=True)
class Bucket:
    """The promises of portal.files.storage.Storage, kept by a bucket at this address: https://s3.example.nl/name."""

    address: str
    region: str
    key_id: str
    secret: str

    def put(self, key: str, content: bytes) -> None:
        self._ask("PUT", key, content)

    def get(self, key: str) -> bytes:
        return self._ask("GET", key)

    def remove(self, key: str) -> None:
        with suppress(FileNotFoundError):
            self._ask("DELETE", key)

    def older(self, organisation_id: UUID, seconds: float) -> Iterator[str]:
        query = {"list-type": "2", "prefix": f"{organisation_id.hex}/"}
        while True:
            page = self._ask("GET", query=query).decode()
            for key, moment in re.findall(r"<Key>(.*?)</Key>.*?<LastModified>(.*?)</LastModified>", page, re.S):
                if time.time() - datetime.fromisoformat(moment).timestamp() > seconds:
                    yield unescape(key)
            further = re.search(r"<NextContinuationToken>(.*?)</NextContinuationToken>", page)
            if further is None:
                return
            query["continuation-token"] = unescape(further[1])

    def _ask(self, method: str, key: str = "", content: bytes = b"", query: Mapping[str, str] | None = None) -> bytes:
        """What the bucket answers. Raises OSError; FileNotFoundError for what is not there."""
        for pause in (*PAUSES, None):
            try:
                status, body = self._once(method, key, content, query or {})
            except (OSError, HTTPException) as error:
                status, body, why = 599, b"", type(error).__name__
            else:
                found = re.search(rb"<Code>(\w+)</Code>", body)
                why = f"{status} {found[1].decode() if found else ''}".strip()
            if status < 300:
                return body
            if status == 404 and key:
                raise FileNotFoundError(errno.ENOENT, f"the bucket answers {why}")
            if pause is None or (status < 500 and status != 429):
                break
            time.sleep(pause)
        raise OSError(errno.EIO, f"the bucket answers {why}")

    def _once(self, method: str, key: str, content: bytes, query: Mapping[str, str]) -> tuple[int, bytes]:
        parts = urlsplit(self.address)
        path = f"{parts.path.rstrip('/')}/{key}" if key else parts.path
        headers = {
            "host": parts.netloc,
            "x-amz-content-sha256": hashlib.sha256(content).hexdigest(),
            "x-amz-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        }
        headers["authorization"] = authorization(
            method, path, query, headers, region=self.region, key_id=self.key_id, secret=self.secret
        )
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
        try:
            connection.request(method, f"{quoted(path, '/')}?{in_order(query)}".rstrip("?"), content, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def authorization(
    method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], *,
    region: str, key_id: str, secret: str,
) -> str:  # fmt: skip
    """The header that shows who asks, over all headers that are given (Signature Version 4)."""
    names = sorted(headers)
    shown = [f"{name}:{headers[name].strip()}" for name in names]
    asked = (method, quoted(path, "/"), in_order(query), *shown, "", ";".join(names), headers["x-amz-content-sha256"])
    moment = headers["x-amz-date"]
    scope = (moment[:8], region, "s3", "aws4_request")
    digest = hashlib.sha256("\n".join(asked).encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in (*scope, "\n".join(("AWS4-HMAC-SHA256", moment, "/".join(scope), digest))):
        key = hmac.digest(key, part.encode(), "sha256")
    who = f"{key_id}/{'/'.join(scope)}"
    return f"AWS4-HMAC-SHA256 Credential={who},SignedHeaders={';'.join(names)},Signature={key.hex()}"


def in_order(query: Mapping[str, str]) -> str:
    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in sorted(query.items()))


def quoted(words: str, safe: str = "") -> str:
    return quote(words, safe=f"{safe}-_.~")
