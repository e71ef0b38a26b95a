"""What the DNS of the sender's domain says about its mail, and what it should say (mail.md D5, 1-7 and 13)."""

import base64
import binascii
import re

from portal.postmaster import providers, spf
from portal.postmaster.facts import (
    GOOD,
    NOTE,
    UNKNOWN,
    WEAK,
    WRONG,
    Answer,
    Facts,
    Finding,
    Key,
    Record,
    Zone,
    domain_of,
)

ALIASES = 8  # in a row; after that it is a loop
LABELS = 8  # RFC 9989: so many names are looked at for a DMARC record


def sender(facts: Facts) -> list[Finding]:
    domain = facts.setup.domain
    if name := providers.free_mail(domain):
        return [Finding("sender.free", WRONG, {"domain": domain, "provider": name})]
    return [Finding("sender.good", GOOD, {"sender": facts.setup.sender})]


def mailboxes(facts: Facts) -> list[Finding]:
    """Whether mail comes back: answers of parents, and reports of what was not delivered."""
    setup = facts.setup
    named = {
        setup.domain: setup.sender,
        domain_of(setup.envelope): setup.envelope,
        domain_of(setup.reply_to): setup.reply_to,
    }
    return [_mailbox(facts.zone, domain, address) for domain, address in named.items()]


def _mailbox(zone: Zone, domain: str, address: str) -> Finding:
    values, answer = {"domain": domain, "address": address}, zone.look(domain, "MX")
    if answer.status == "none":
        return Finding("mx.no_domain", WRONG, values)
    if answer.is_unsure:
        return Finding("mx.failed", UNKNOWN, values)
    hosts = [value.split()[-1].rstrip(".").lower() for value in answer.values]
    if hosts == [""]:  # RFC 7505
        return Finding("mx.null", WRONG, values)
    if not hosts:
        has_address = zone.look(domain, "A").values or zone.look(domain, "AAAA").values
        return Finding("mx.only_address" if has_address else "mx.none", WEAK if has_address else WRONG, values)
    answers = {host: (zone.look(host, "A"), zone.look(host, "AAAA")) for host in hosts}
    dead = [host for host, both in answers.items() if all(each.is_absent for each in both)]
    if len(dead) == len(hosts):
        return Finding("mx.dead", WRONG, {**values, "host": dead[0]})
    if dead:
        return Finding("mx.one_dead", WEAK, {**values, "host": dead[0]})
    return Finding("mx.good", GOOD, values)


# SPF


def sending_servers(facts: Facts) -> list[Finding]:
    zone, setup = facts.zone, facts.setup
    domain, answer = setup.domain, zone.look(setup.domain, "TXT")
    if answer.is_unsure:
        return [Finding("spf.failed", UNKNOWN, {"domain": domain, "name": domain})]
    listed, include = spf.records(answer.values), providers.include_of(setup.host)
    if not listed:
        wanted = f"v=spf1 {f'include:{include}' if include else f'mx a:{setup.host}' if setup.host else 'mx'} ~all"
        return [Finding("spf.none", WRONG, {"domain": domain}, (Record("add", domain, "TXT", wanted),))]
    if len(listed) > 1:
        changes = (
            *(Record("remove", domain, "TXT", each) for each in listed[1:]),
            Record("change", domain, "TXT", _merged(listed)),
        )
        return [Finding("spf.two", WRONG, {"domain": domain, "number": str(len(listed))}, changes)]
    if listed[0].split() == ["v=spf1", "-all"]:
        return [
            Finding("spf.parked", WRONG, {"domain": domain}, (_with(domain, listed[0], include or "", setup.host),))
        ]
    return _surveyed(facts, spf.survey(zone, domain), include)


def _merged(listed: list[str]) -> str:
    words = [word for record in listed for word in record.split()[1:]]
    ends = [word for word in words if word.lower().lstrip("+-~?") == "all"]
    rest = dict.fromkeys(word for word in words if word not in ends)
    return " ".join(["v=spf1", *rest, "-all" if ends and all(end == "-all" for end in ends) else "~all"])


def _with(domain: str, record: str, include: str, host: str) -> Record:
    """The same record with the mail server in it, before its end."""
    words = record.split()
    new = f"include:{include}" if include else f"a:{host}"
    at = next((number for number, word in enumerate(words) if word.lower().lstrip("+-~?") == "all"), len(words))
    return Record("change", domain, "TXT", " ".join([*words[:at], new, *words[at:]]))


def _surveyed(facts: Facts, found: spf.Survey, include: str) -> list[Finding]:
    domain, record = facts.setup.domain, found.record
    values = {"domain": domain, "about": found.about, "lookups": str(found.lookups), "record": record}
    if found.problem:
        return [Finding(f"spf.{found.problem}" if found.problem != "two" else "spf.include_two", WRONG, values)]
    if found.is_unsure:
        return [Finding("spf.failed", UNKNOWN, {"domain": domain, "name": found.silent})]
    if found.lookups > spf.MOST_LOOKUPS:
        return [Finding("spf.lookups", WRONG, values)]
    if found.voids > spf.MOST_VOIDS:
        return [Finding("spf.voids", WRONG, values)]
    if found.end == "+":
        return [Finding("spf.open", WRONG, values, (Record("change", domain, "TXT", _closed(record)),))]
    wrong = _server_missing(facts, found, include)
    if found.end in ("", "?") and not any("redirect=" in word for word in record.split()):
        wrong.append(Finding("spf.no_end", WEAK, values, (Record("change", domain, "TXT", _closed(record)),)))
    if found.uses_ptr:
        wrong.append(Finding("spf.ptr", WEAK, values))
    return wrong or [Finding("spf.good", GOOD, values)]


def _closed(record: str) -> str:
    return " ".join([*(word for word in record.split() if word.lower().lstrip("+-~?") != "all"), "~all"])


def _server_missing(facts: Facts, found: spf.Survey, include: str) -> list[Finding]:
    """Whether the record has the server that sends for us: as a mail arrived, else by provider, else by its name."""
    setup, zone = facts.setup, facts.zone
    values = {"domain": setup.domain, "host": setup.host, "address": facts.echo.address if facts.echo else ""}
    if facts.echo and facts.echo.is_ours and facts.echo.address:
        result = spf.check(zone, setup.domain, facts.echo.address)
        if result in ("fail", "softfail", "neutral"):
            return [Finding("spf.address", WRONG, values, (_with(setup.domain, found.record, include, setup.host),))]
        return []
    if include:
        if include in found.includes:
            return []
        return [
            Finding(
                "spf.provider", WRONG, {**values, "include": include}, (_with(setup.domain, found.record, include, ""),)
            )
        ]
    addresses = facts.door.addresses if facts.door else ()
    results = {spf.check(zone, setup.domain, address) for address in addresses}
    if addresses and not results & {"pass", "unknown", "temperror"}:
        return [Finding("spf.unsure", NOTE, values)]
    return []


# DKIM


def signatures(facts: Facts) -> list[Finding]:
    setup = facts.setup
    ours = [key for key in setup.keys if key.domain == setup.domain]
    if not ours:
        code = "dkim.other_domain" if setup.keys else "dkim.none"
        return [Finding(code, WEAK, {"domain": setup.domain, "other": setup.keys[0].domain if setup.keys else ""})]
    found = [finding for key in ours if key.state != "old" for finding in [signature(facts.zone, key)]]
    waiting = [key.state for key in ours if key.state == "new"]
    if waiting and not any(key.state == "active" for key in ours) and all(each.severity == GOOD for each in found):
        found.append(Finding("dkim.not_on", WEAK, {"domain": setup.domain}))
    return found


def signature(zone: Zone, key: Key) -> Finding:
    """What the DNS says of one of our keys."""
    values = {"name": key.name, "algorithm": {"rsa": "RSA", "ed25519": "Ed25519"}[key.algorithm]}
    wanted, answer = (Record("add", key.name, "TXT", key.value),), zone.look(key.name, "TXT")
    severity = WEAK if key.state == "new" else WRONG
    if answer.is_unsure:
        code = "dkim.alias_loop" if _is_loop(zone, key.name) else "dkim.failed"
        return Finding(code, severity if code == "dkim.alias_loop" else UNKNOWN, values, wanted)
    if answer.is_absent:
        return _missing(zone, key, severity, values, wanted)
    code, bits = _judged(answer, key)
    if code == "good":
        return Finding("dkim.good", GOOD, values)
    changed = (Record("change", key.name, "TXT", key.value),)
    worst = WEAK if code == "testing" else severity
    return Finding(f"dkim.{code}", worst, {**values, "bits": bits}, changed)


def _missing(zone: Zone, key: Key, severity: str, values: dict[str, str], wanted: tuple[Record, ...]) -> Finding:
    alias = zone.look(key.name, "CNAME")
    if alias.values:
        return Finding("dkim.alias_dead", severity, {**values, "target": alias.values[0].rstrip(".")}, wanted)
    doubled = f"{key.name}.{key.domain}"
    if zone.look(doubled, "TXT").values:
        return Finding(
            "dkim.doubled", severity, {**values, "doubled": doubled}, (Record("remove", doubled, "TXT", ""), *wanted)
        )
    return Finding("dkim.awaited" if key.state == "new" else "dkim.missing", severity, values, wanted)


def _is_loop(zone: Zone, name: str) -> bool:
    seen = []
    for _ in range(ALIASES):
        seen.append(name)
        alias = zone.look(name, "CNAME")
        if not alias.values:
            return False
        name = alias.values[0].rstrip(".").lower()
        if name in seen:
            return True
    return True


def _judged(answer: Answer, key: Key) -> tuple[str, str]:
    """What is wrong with the record, and how many bits a strange key has."""
    listed = [value for value in answer.values if re.search(r"(^|;)\s*(v\s*=\s*DKIM1|p\s*=)", value, re.I)]
    is_whole = any(key.public in _text(value) for value in answer.values)
    if not is_whole and key.public in _text("".join(answer.values)):
        return "split", ""
    if len(listed) > 1:
        return "two", ""
    if not listed:
        return ("split" if len(answer.values) > 1 else "syntax"), ""
    if any(mark in listed[0] for mark in "\"'\\"):
        return "quotes", ""
    try:
        tags = tags_of(listed[0])
    except ValueError:
        return "syntax", ""
    public = _text(tags.get("p", ""))
    if not public:
        return "revoked", ""
    if public != key.public:
        if key.public.startswith(public):
            return "cut", ""
        bits = _bits(public)
        return ("short" if 0 < bits < 1024 else "other_key"), str(bits)
    if tags.get("k", "rsa").lower() != key.algorithm or tags.get("v", "DKIM1") != "DKIM1":
        return "syntax", ""
    return ("testing" if "y" in tags.get("t", "").lower().split(":") else "good"), ""


def _text(value: str) -> str:
    return re.sub(r"\s", "", value)


def _bits(public: str) -> int:
    """About how long an RSA key is, from the length of its DER; 0 when it is no key at all."""
    try:
        length = len(base64.b64decode(public, validate=True))
    except (binascii.Error, ValueError):
        return 0
    return max(0, (length - 38) * 8 // 64 * 64)


def tags_of(record: str) -> dict[str, str]:
    """tag=value; tag=value. Raises ValueError for what is not that, or says something twice."""
    found: dict[str, str] = {}
    for part in record.strip().rstrip(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not re.fullmatch(r"[a-z][a-z0-9_]*", name.strip(), re.I) or name.strip().lower() in found:
            raise ValueError(part)
        found[name.strip().lower()] = value.strip()
    return found
