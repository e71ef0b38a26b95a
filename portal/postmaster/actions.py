"""Changing the mail set-up of an organisation: its server, its keys, and what the last check found."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from portal import clock, keys
from portal.audit.actions import record
from portal.db import changed, db, scope
from portal.organisations.models import Organisation
from portal.outbox import signing
from portal.outbox.models import MailServer, SigningKey
from portal.outbox.transport import Server
from portal.postmaster import queries, rules
from portal.postmaster.facts import Finding
from portal.postmaster.models import MailCheck

OLD_KEYS_STAY = timedelta(days=7)  # a mail may be on its way so long, and its receiver looks the key up at the end


def save_server(sender: str, wanted: Server, by: UUID | None) -> None:
    """From now on mail goes by this server, from this sender. Its answer was heard before."""
    queries.hold()
    row = queries.own_server() or MailServer(organisation_id=scope())
    row.host, row.port, row.security, row.username = wanted.host, wanted.port, wanted.security, wanted.username
    row.kept_password = keys.encrypt("mail server", wanted.password) if wanted.password else ""
    db.session.add(row)
    db.session.get_one(Organisation, scope()).sender = sender
    record("mail_server_changed", None, by=by, detail=f"{wanted.host}:{wanted.port}")


def remove_server(by: UUID) -> None:
    """From now on mail goes by the server of the installation, and from its sender.

    Of the sender that an organisation chose itself nobody but its own server can tell whether it is theirs.
    """
    queries.hold()
    row = queries.own_server()
    if row is not None:
        db.session.delete(row)
        db.session.get_one(Organisation, scope()).sender = ""
        record("mail_server_removed", None, by=by, detail=row.host)


def password_of(row: MailServer) -> str | None:
    """None when it was kept with a secret key that is gone."""
    try:
        return keys.decrypt("mail server", row.kept_password) if row.kept_password else ""
    except ValueError:
        return None


# Keys


def make_keys(organisation: Organisation, domain: str, by: UUID | None = None) -> list[SigningKey]:
    """An RSA and an Ed25519 key for this domain, unless there are new ones already; those that are not in the DNS yet.

    They sign from the moment the DNS shows them: until then the keys before them go on.
    """
    queries.hold()
    waiting = [key for key in queries.all_keys() if key.signs_from is None]
    for key in waiting:
        if key.domain != domain:
            db.session.delete(key)
    made = [key for key in waiting if key.domain == domain]
    for algorithm in signing.ALGORITHMS:
        if algorithm not in {key.algorithm for key in made}:
            made.append(_new_key(organisation.slug, domain, algorithm))
    db.session.flush()
    record("mail_keys_made", None, by=by, detail=domain)
    return made


def _new_key(slug: str, domain: str, algorithm: str) -> SigningKey:
    taken = {key.selector for key in queries.all_keys()}
    first = f"{slug}-{clock.today():%Y%m%d}" + ("-ed" if algorithm == "ed25519" else "")
    selector = next(
        name for number in range(1, 100) if (name := first + (f"-{number}" if number > 1 else "")) not in taken
    )
    private, public = signing.new_pair(algorithm)
    key = SigningKey(
        organisation_id=scope(), domain=domain, selector=selector, algorithm=algorithm,
        kept_private=keys.encrypt("signing key", private), public=public,
    )  # fmt: skip
    db.session.add(key)
    db.session.flush()
    return key


def use_keys(selectors: Collection[str], by: UUID | None = None) -> list[SigningKey]:
    """Sign with these new keys from now on, instead of the keys of the same kind before them."""
    queries.hold()
    now, all_keys = clock.now(), queries.all_keys()
    started = [key for key in all_keys if key.signs_from is None and key.selector in selectors]
    for key in started:
        for other in all_keys:
            if other.algorithm == key.algorithm and queries.state_of(other, now) == "active":
                other.signs_until = now
        key.signs_from = now
        record("mail_key_used", None, by=by, detail=f"{key.selector}._domainkey.{key.domain}")
    return started


def forget_old_keys() -> int:
    """Throw away the keys whose record nobody needs any more; their number."""
    return changed(sa.delete(SigningKey).where(SigningKey.signs_until < clock.now() - OLD_KEYS_STAY))


# The check


def keep(findings: list[Finding]) -> list[Finding]:
    """Keep what was found, and give what is known now.

    What an earlier mail told on its way stays, until a newer one tells something else.
    """
    queries.hold()
    row = queries.last_check_row()
    before = queries.last_check()
    arrived = [finding for finding in findings if finding.check == "echo" and finding.code != "echo.none"]
    if before is not None and not arrived:
        told = [finding for finding in before.findings if finding.check == "echo" and finding.code != "echo.none"]
        findings = [*(finding for finding in findings if not told or finding.check != "echo"), *told]
    row = row or MailCheck(organisation_id=scope())
    known = rules.sort(findings)
    row.checked_at, row.findings = clock.now(), [finding._asdict() for finding in known]
    db.session.add(row)
    return known
