"""Files in a bucket: signed as S3 wants it, asked again when it stumbles, and the portal does not know the difference."""

import hashlib
import hmac
import re
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit
from uuid import uuid4

import pytest

from portal.db import db
from portal.errors import Refused
from portal.files import actions, bucket, find
from portal.files.bucket import Bucket
from portal.files.images import Picture
from portal.files.models import File
from portal.files.storage import new_key

OURS = {"region": "nl", "key_id": "sleutel", "secret": "geheim"}


def signature(method, path, query, headers):
    """Whether the signature is right we work out ourselves (AWS Signature Version 4)."""
    names = re.search("SignedHeaders=([^,]+)", headers["Authorization"])[1].split(";")
    assert {"host", "x-amz-content-sha256", "x-amz-date"} <= set(names)
    asked = (
        method, quote(path), "&".join(f"{quote(name, '')}={quote(value, '')}" for name, value in sorted(query)),
        *(f"{name}:{headers[name]}" for name in names), "", ";".join(names), headers["x-amz-content-sha256"],
    )  # fmt: skip
    moment = headers["x-amz-date"]
    scope = (moment[:8], OURS["region"], "s3", "aws4_request")
    digest = hashlib.sha256("\n".join(asked).encode()).hexdigest()
    key = f"AWS4{OURS['secret']}".encode()
    for part in (*scope, "\n".join(("AWS4-HMAC-SHA256", moment, "/".join(scope), digest))):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


class Provider(BaseHTTPRequestHandler):
    """A bucket on this machine that looks at the signature, and gives two keys to a page."""

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        content, kept, parts = self.rfile.read(length), self.server.kept, urlsplit(self.path)
        self.server.asked.append(self.command)
        if self.server.trouble:
            return self.say(self.server.trouble.pop(0), b"<Error><Code>SlowDown</Code></Error>")
        query = dict(parse_qsl(parts.query))
        is_whole = self.headers["x-amz-content-sha256"] == hashlib.sha256(content).hexdigest()
        right = signature(self.command, parts.path, query.items(), self.headers)
        if not is_whole or not self.headers["Authorization"].endswith(f"Signature={right}"):
            return self.say(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        key = parts.path.removeprefix("/portal").lstrip("/")
        if not key:
            return self.say(200, self.listed(query))
        if self.command == "PUT":
            kept[key] = (content, datetime.now(UTC))
            return self.say(200)
        if key not in kept:
            return self.say(404, b"<Error><Code>NoSuchKey</Code></Error>")
        return self.say(200, kept[key][0]) if self.command == "GET" else self.say(204, kept.pop(key) and b"")

    do_GET = do_PUT = do_DELETE = answer

    def listed(self, query):
        keys = sorted(key for key in self.server.kept if key.startswith(query["prefix"]))
        start = int(query.get("continuation-token", "0&").rstrip("&"))
        each = [
            f"<Contents><Key>{key}</Key><Size>{len(self.server.kept[key][0])}</Size>"
            f"<LastModified>{self.server.kept[key][1]:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            for key in keys[start : start + 2]
        ]
        more = f"<NextContinuationToken>{start + 2}&amp;</NextContinuationToken>" if keys[start + 2 :] else ""
        return f"<ListBucketResult>{''.join(each)}{more}</ListBucketResult>".encode()

    def say(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", format_datetime(datetime.now(UTC), usegmt=True))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def provider(monkeypatch):
    short = timedelta(milliseconds=1)
    monkeypatch.setattr(bucket, "PAUSES", {"init_backoff": short, "max_backoff": 2 * short, "base": 2})
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        server.kept, server.trouble, server.asked = {}, [], []
        server.address = f"http://127.0.0.1:{server.server_port}/portal"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def kept(provider):
    return Bucket(provider.address, **OURS)


def test_what_is_kept_comes_back_until_it_is_removed(kept, provider):
    key = new_key(uuid4())
    kept.put(key, b"content")
    assert kept.get(key) == b"content" and list(provider.kept) == [key]
    kept.remove(key)
    kept.remove(key)
    with pytest.raises(FileNotFoundError):
        kept.get(key)


def test_bucket_that_stumbles_is_asked_again_and_one_that_refuses_is_not(kept, provider):
    key = new_key(uuid4())
    provider.trouble = [503, 429]
    kept.put(key, b"content")
    assert kept.get(key) == b"content" and provider.asked == ["PUT", "PUT", "PUT", "GET"]
    provider.trouble = [500, 500, 500]
    with pytest.raises(OSError, match=r"500.*SlowDown"):
        kept.get(key)
    provider.asked.clear()
    with pytest.raises(OSError, match=r"403.*SignatureDoesNotMatch"):
        Bucket(provider.address, "nl", "sleutel", "verkeerd").get(key)
    assert provider.asked == ["GET"]


def test_bucket_that_is_not_there_is_an_os_error(provider, kept):
    gone = Bucket("http://127.0.0.1:1/portal", **OURS)
    for use in (lambda: gone.put(new_key(uuid4()), b""), lambda: gone.get("a"), lambda: list(gone.older(uuid4(), 0))):
        with pytest.raises(OSError, match="error sending request"):
            use()


def test_old_files_of_one_organisation_are_listed_however_many(kept, provider):
    ours, theirs, long_ago = uuid4(), uuid4(), datetime.now(UTC) - timedelta(hours=2)
    old = [new_key(ours) for _ in range(5)]
    provider.kept = dict.fromkeys((*old, new_key(theirs)), (b"", long_ago)) | {new_key(ours): (b"", datetime.now(UTC))}
    assert sorted(kept.older(ours, 3600)) == sorted(old)


def test_portal_keeps_shows_and_sweeps_files_in_a_bucket(app, inside, kok, provider, time, monkeypatch, caplog):
    settings = {"": provider.address, "_REGION": "nl", "_KEY": "sleutel", "_SECRET": "geheim"}
    for name, value in settings.items():
        monkeypatch.setitem(app.config, f"FILES_BUCKET{name}", value)
    with inside(kok):
        used, draft = (actions.keep("logo", "logo.png", Picture("image/png", 144, 144, b"a picture")) for _ in range(2))
        actions.use(used)
    assert set(provider.kept) == {used.key, draft.key}
    provider.kept = {
        key: (content, datetime.now(UTC) - timedelta(days=2)) for key, (content, _) in provider.kept.items()
    }
    time.move(days=1, minutes=1)
    for _ in range(2):
        with inside(kok):
            actions.sweep()
    assert set(provider.kept) == {used.key}
    with inside(kok), app.test_request_context(base_url=kok.origin):
        assert find.answer(used).get_data() == b"a picture"
    provider.trouble = [503] * 3
    with pytest.raises(Refused, match="kon niet worden bewaard"), inside(kok):
        actions.keep("logo", "logo.png", Picture("image/png", 144, 144, b"a picture"))
    assert "503" in caplog.text
    with inside(kok):
        assert db.session.query(File).count() == 1
