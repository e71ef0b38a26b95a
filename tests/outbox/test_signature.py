"""DKIM: whoever looks up the key sees who sent the mail, and that nobody changed it."""

import re
from datetime import timedelta

import dkim
import pytest


@pytest.fixture
def keys(signing_key, kok, time):
    since = time.now - timedelta(days=1)
    return signing_key(kok, "rsa", since) | signing_key(kok, "ed25519", since)


def verified(content, keys):
    """What dkimpy says of each signature."""
    mail = dkim.DKIM(content)
    count = len(re.findall(rb"(?mi)^DKIM-Signature:", content))
    return [mail.verify(number, dnsfunc=lambda name, timeout=5: keys.get(name)) for number in range(count)]


def contents(relay):
    return [content for *_, content in relay.seen]


def test_mail_carries_both_signatures(relay, put, work, keys):
    put()
    work()
    (content,) = contents(relay)
    assert verified(content, keys) == [True, True]
    assert re.findall(rb"(?m)\ba=([a-z0-9-]+);", content) == [b"rsa-sha256", b"ed25519-sha256"]
    assert max(map(len, content.split(b"\r\n"))) <= 76


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"kies een", b"geef uw"),
        (b"Auto-Submitted: auto-generated", b"Auto-Submitted: no"),
        (b"Reply-To: ", b"Reply-To: evil@voorbeeld.nl\r\nReply-To: "),
        (b"\r\nSubject: ", b"\r\nSubject: U krijgt geld terug\r\nSubject: "),
        (b"\r\nSubject: ", b"\r\nCc: iedereen@voorbeeld.nl\r\nSubject: "),
    ],
)
def test_what_is_changed_or_added_breaks_the_signature(old, new, relay, put, work, keys):
    put()
    work()
    (content,) = contents(relay)
    is_guarded = b"Cc:" not in new  # an extra header that shows nothing to the reader is let through
    assert old in content
    assert verified(content.replace(old, new, 1), keys) == [not is_guarded] * 2


def test_mail_that_goes_twice_is_the_same_to_the_byte_though_the_keys_changed(
    relay, put, work, time, keys, signing_key, kok, inside
):
    from portal.outbox.models import SigningKey

    relay.script["DOT"] = ["drop"]
    put()
    work()
    time.move(minutes=1)
    with inside(kok) as session:
        session.query(SigningKey).update({"signs_until": time.now})
    signing_key(kok, "rsa", time.now)
    put(to="piet@voorbeeld.nl")
    work()
    first, *rest = contents(relay)
    assert first in rest
    (newer,) = [content for content in rest if content != first]
    assert newer.count(b"DKIM-Signature:") == 1


@pytest.mark.parametrize("flaw", ["not in the DNS yet", "of another domain", "of another organisation", "unreadable"])
def test_key_that_is_not_ours_to_use_signs_nothing(
    flaw, relay, put, row, work, time, signing_key, kok, zon, app, monkeypatch
):
    organisation = zon if flaw == "of another organisation" else kok
    since = None if flaw == "not in the DNS yet" else time.now - timedelta(days=1)
    signing_key(organisation, "rsa", since, domain="elders.test" if flaw == "of another domain" else "kok.test")
    if flaw == "unreadable":
        monkeypatch.setitem(app.config, "SECRET_KEY", "a-new-secret-key-of-more-than-32-bytes")
    mail_id = put()
    work()
    assert row(mail_id).state == "sent"
    assert b"DKIM-Signature" not in contents(relay)[0]


def test_headers_a_provider_rewrites_can_be_left_out(relay, put, work, keys, settings):
    settings(DKIM_HEADERS=["from", "to", "subject"])
    put()
    work()
    (content,) = contents(relay)
    rewritten = re.sub(rb"Message-ID: <[^>]+>", b"Message-ID: <1@provider.test>", content)
    assert rewritten != content
    assert verified(rewritten, keys) == [True, True]
