"""DMARC (RFC 9989): what receivers do with mail that pretends to come from the sender's domain, and alignment."""

import re

from portal.postmaster import domain as dns
from portal.postmaster.facts import (
    GOOD,
    NOTE,
    UNKNOWN,
    WEAK,
    WRONG,
    Answer,
    Facts,
    Finding,
    Record,
    Zone,
    domain_of,
    is_under,
)

OLD_TAGS = ("pct", "rf", "ri")  # of RFC 7489
_POLICIES = ("none", "quarantine", "reject")
CHOICES = {
    "p": _POLICIES, "sp": _POLICIES, "np": _POLICIES, "adkim": ("r", "s"), "aspf": ("r", "s"), "psd": ("y", "n", "u"),
    "t": ("y", "n"),
}  # fmt: skip


def policy(facts: Facts) -> list[Finding]:
    """The record that holds for the sender's domain: its own, or that of a domain above it."""
    zone, domain = facts.zone, facts.setup.domain
    answer = zone.look(f"_dmarc.{domain}", "TXT")
    values = {"domain": domain, "name": f"_dmarc.{domain}"}
    if answer.is_unsure:
        return [Finding("dmarc.failed", UNKNOWN, values)]
    listed = _records(answer)
    first = _first(facts)
    if len(listed) > 1:
        changes = tuple(Record("remove", values["name"], "TXT", each) for each in listed[1:])
        return [Finding("dmarc.two", WRONG, values, changes)]
    if listed:
        return [*_judged(facts, listed[0], domain), *_organisation(zone, domain)]
    if any(re.search(r"dmarc|\bp\s*=", value, re.I) for value in answer.values):
        return [Finding("dmarc.syntax", WRONG, values, (Record("change", values["name"], "TXT", first),))]
    doubled = f"_dmarc.{domain}.{domain}"
    if _records(zone.look(doubled, "TXT")):
        moved = (
            Record("remove", doubled, "TXT", ""),
            Record("add", values["name"], "TXT", _records(zone.look(doubled, "TXT"))[0]),
        )
        return [Finding("dmarc.doubled", WEAK, {**values, "doubled": doubled}, moved)]
    for above in parents(domain):
        if inherited := _records(zone.look(f"_dmarc.{above}", "TXT")):
            return _judged(facts, inherited[0], above)
    top = parents(domain)[-1] if parents(domain) else domain
    return [Finding("dmarc.none", WEAK, {**values, "domain": top}, (Record("add", f"_dmarc.{top}", "TXT", first),))]


def _first(facts: Facts) -> str:
    """A record to begin with. Reports go to the office, unless that is in another domain, which would have to agree."""
    office = domain_of(facts.setup.reply_to)
    is_same = organisation_of(facts.zone, office) == organisation_of(facts.zone, facts.setup.domain)
    return "v=DMARC1; p=none" + (f"; rua=mailto:{facts.setup.reply_to}" if is_same else "")


def parents(domain: str) -> list[str]:
    """The domains above this one, the nearest first; not the top of the internet."""
    labels = domain.split(".")[-dns.LABELS :]
    return [".".join(labels[at:]) for at in range(1, len(labels) - 1)]


def _organisation(zone: Zone, domain: str) -> list[Finding]:
    """A record for the sub-domain only leaves the name people know to whoever wants it."""
    above = parents(domain)
    answers = [zone.look(f"_dmarc.{each}", "TXT") for each in above]
    if not above or any(_records(answer) or answer.is_unsure for answer in answers):
        return []
    wanted = Record("add", f"_dmarc.{above[-1]}", "TXT", "v=DMARC1; p=none")
    return [Finding("dmarc.organisation", NOTE, {"domain": domain, "above": above[-1]}, (wanted,))]


def _records(answer: Answer) -> list[str]:
    return [value for value in answer.values if re.match(r"v\s*=\s*DMARC1\s*(;|$)", value)]


def _judged(facts: Facts, record: str, domain: str) -> list[Finding]:
    """What is wrong with this record, at this domain."""
    name, values = f"_dmarc.{domain}", {"domain": domain, "name": f"_dmarc.{domain}", "record": record}
    try:
        tags = dns.tags_of(record)
        strange = [
            f"{tag}={tags[tag]}" for tag, known in CHOICES.items() if tag in tags and tags[tag].lower() not in known
        ]
        strange += [
            word for word in _addresses(tags) if not re.fullmatch(r"mailto:[^@\s]+@[^@\s!]+(!\d+[kmgt]?)?", word, re.I)
        ]
    except ValueError as wrong:
        strange, tags = [str(wrong).strip()], {}
    if strange or ("p" not in tags and "rua" not in tags):
        wanted = _first(facts)
        return [Finding("dmarc.syntax", WRONG, values, (Record("change", name, "TXT", wanted),))]
    found = [*_outsiders(facts.zone, tags, domain), *_unaligned(facts, tags)]
    if old := [tag for tag in OLD_TAGS if tag in tags]:
        kept = "; ".join(f"{tag}={value}" for tag, value in tags.items() if tag not in OLD_TAGS)
        found.append(
            Finding("dmarc.old_tags", WEAK, {**values, "tags": ", ".join(old)}, (Record("change", name, "TXT", kept),))
        )
    if not found and tags.get("p", "none").lower() == "none":
        stricter = "; ".join(f"{tag}={'quarantine' if tag == 'p' else value}" for tag, value in tags.items())
        found.append(Finding("dmarc.watching", NOTE, values, (Record("change", name, "TXT", stricter),)))
    return found or [Finding("dmarc.good", GOOD, {**values, "policy": tags.get("p", "none")})]


def _addresses(tags: dict[str, str]) -> list[str]:
    return [word.strip() for tag in ("rua", "ruf") for word in tags.get(tag, "").split(",") if word.strip()]


def _outsiders(zone: Zone, tags: dict[str, str], domain: str) -> list[Finding]:
    """Reports for another domain are only sent when that one says that it wants them."""
    found = []
    for word in _addresses(tags):
        other = domain_of(word.partition("!")[0])
        if is_under(domain, other) or organisation_of(zone, other) == organisation_of(zone, domain):
            continue
        name = f"{domain}._report._dmarc.{other}"
        answer = zone.look(name, "TXT")
        if answer.is_absent or (answer.values and not _records(answer)):
            wanted = Record("add", name, "TXT", "v=DMARC1")
            found.append(Finding("dmarc.outsider", WEAK, {"domain": domain, "other": other}, (wanted,)))
    return found


def organisation_of(zone: Zone, domain: str) -> str:
    """The domain of the organisation: the highest with a DMARC record, else the two last words of the name."""
    known = [each for each in [domain, *parents(domain)] if _records(zone.look(f"_dmarc.{each}", "TXT"))]
    return known[-1] if known else ".".join(domain.split(".")[-2:])


def _signs(facts: Facts) -> bool:
    ours = [key for key in facts.setup.keys if key.domain == facts.setup.domain and key.state == "active"]
    return any(dns.signature(facts.zone, key).severity in (GOOD, UNKNOWN) for key in ours)


def _is_aligned(facts: Facts, strict: bool) -> bool:
    domain, envelope = facts.setup.domain, domain_of(facts.setup.envelope)
    if domain == envelope:
        return True
    return not strict and organisation_of(facts.zone, domain) == organisation_of(facts.zone, envelope)


def _unaligned(facts: Facts, tags: dict[str, str]) -> list[Finding]:
    """Mail that is neither signed nor returned to the domain is thrown away by the domain's own wish."""
    if (
        tags.get("p", "none").lower() == "none"
        or _signs(facts)
        or _is_aligned(facts, tags.get("aspf", "r").lower() == "s")
    ):
        return []
    return [Finding("dmarc.unaligned", WRONG, {"domain": facts.setup.domain, "policy": tags["p"]})]


def alignment(facts: Facts) -> list[Finding]:
    """Whether SPF counts for the sender that people see: it looks at the return address."""
    values = {"domain": facts.setup.domain, "envelope": domain_of(facts.setup.envelope)}
    if _is_aligned(facts, strict=False):
        return [Finding("align.good", GOOD, values)]
    return [Finding("align.envelope", NOTE if _signs(facts) else WEAK, values)]
