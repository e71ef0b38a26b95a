"""SPF (RFC 7208): which servers may send mail for a domain. Read from answers of the DNS that were gathered before."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from portal.postmaster.facts import Zone

MOST_LOOKUPS, MOST_VOIDS = 10, 2
_TERM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)((?:[:/].*)?)", re.I)
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(.*)", re.I)
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]*[a-z0-9]\.?", re.I)


class Term(NamedTuple):
    sign: str  # + - ~ ?
    kind: str
    value: str  # of include, a, mx, exists and redirect a name; "" is the domain itself
    prefix: str = ""  # /24


@dataclass
class Survey:
    """All that a record leads to. `problem`: syntax, include_none, loop or two, with what it is about in `about`."""

    record: str = ""
    lookups: int = 0
    voids: int = 0
    end: str = ""  # the sign before `all`: - ~ ? +; empty when there is none
    problem: str = ""
    about: str = ""
    includes: list[str] = field(default_factory=list)
    uses_ptr: bool = False
    is_unsure: bool = False
    silent: str = ""  # the name that did not answer


def records(values: tuple[str, ...]) -> list[str]:
    return [value for value in values if re.match(r"v=spf1(\s|$)", value, re.I)]


def terms(record: str) -> list[Term]:
    """Raises ValueError with the word that is no term."""
    return [_term(word) for word in record.split()[1:] if not _is_other_modifier(word)]


def _is_other_modifier(word: str) -> bool:
    found = _MODIFIER.fullmatch(word)
    return found is not None and found[1].lower() != "redirect"


def _term(word: str) -> Term:
    redirect = _MODIFIER.fullmatch(word)
    if redirect:
        return Term("+", "redirect", _checked(redirect[2], word))
    found = _TERM.fullmatch(word)
    if not found:
        raise ValueError(word)
    sign, kind, rest = found[1] or "+", found[2].lower(), found[3]
    if kind in ("ip4", "ip6"):
        return Term(sign, kind, _network(kind, rest, word))
    name, slash, prefix = rest.removeprefix(":").partition("/")
    needs_name = kind in ("include", "exists")
    if (kind == "all" and rest) or (needs_name and not name) or (rest.startswith(":") and not name):
        raise ValueError(word)
    if slash and (kind not in ("a", "mx") or not re.fullmatch(r"\d{1,3}(//\d{1,3})?|/\d{1,3}", prefix)):
        raise ValueError(word)
    return Term(sign, kind, _checked(name, word) if name else "", prefix)


def _network(kind: str, rest: str, word: str) -> str:
    try:
        network = ipaddress.ip_network(rest.removeprefix(":"), strict=False)
    except ValueError:
        raise ValueError(word) from None
    if not rest.startswith(":") or network.version != (4 if kind == "ip4" else 6):
        raise ValueError(word)
    return str(network)


def _checked(name: str, word: str) -> str:
    if "%" not in name and not _NAME.fullmatch(name):
        raise ValueError(word)
    return name.rstrip(".").lower()


def survey(zone: Zone, domain: str) -> Survey:
    """Everything there is to see without knowing from which address a mail comes."""
    found = Survey()
    _walk(zone, domain, found, (), is_top=True)
    return found


def _walk(zone: Zone, domain: str, found: Survey, path: tuple[str, ...], is_top: bool) -> None:
    if domain in path:
        found.problem, found.about = found.problem or "loop", domain
        return
    record = _record(zone, domain, found, is_first=not path)
    if record is None or len(path) > MOST_LOOKUPS:
        return
    found.record = found.record or record
    try:
        listed = terms(record)
    except ValueError as wrong:
        found.problem, found.about = found.problem or "syntax", str(wrong)
        return
    has_all = any(term.kind == "all" for term in listed)
    for term in listed:
        if term.kind == "all":
            found.end = term.sign if is_top else found.end
            break  # nothing after it counts
        if term.kind not in ("ip4", "ip6") and not (term.kind == "redirect" and has_all):
            _follow(zone, term, domain, found, (*path, domain), is_top)


def _follow(zone: Zone, term: Term, domain: str, found: Survey, path: tuple[str, ...], is_top: bool) -> None:
    found.lookups += 1
    found.uses_ptr = found.uses_ptr or term.kind == "ptr"
    name = term.value or domain
    if "%" in name:
        return
    if term.kind in ("include", "redirect"):
        found.includes.append(name)
        _walk(zone, name, found, path, is_top=is_top and term.kind == "redirect")
    elif term.kind in ("a", "mx", "exists"):
        answer = zone.look(name, "MX" if term.kind == "mx" else "A")
        absent = answer.is_absent and (term.kind != "a" or zone.look(name, "AAAA").is_absent)
        found.voids += absent
        _doubt(found, name, answer.is_unsure)


def _record(zone: Zone, domain: str, found: Survey, is_first: bool) -> str | None:
    answer = zone.look(domain, "TXT")
    if answer.is_unsure:
        _doubt(found, domain, True)
        return None
    listed = records(answer.values)
    if len(listed) == 1:
        return listed[0]
    found.voids += answer.is_absent and not is_first
    if not found.problem and (listed or not is_first):
        found.problem, found.about = ("two" if listed else "include_none"), domain
    return None


def _doubt(found: Survey, name: str, is_unsure: bool) -> None:
    if is_unsure:
        found.is_unsure, found.silent = True, found.silent or name


def check(zone: Zone, domain: str, address: str, depth: int = 0) -> str:
    """pass, fail, softfail, neutral, none, permerror, temperror; or unknown when a macro decides."""
    answer = zone.look(domain, "TXT")
    if answer.is_unsure:
        return "temperror"
    listed = records(answer.values)
    if len(listed) != 1 or depth > MOST_LOOKUPS:
        return "permerror" if listed else "none"
    try:
        ordered = terms(listed[0])
    except ValueError:
        return "permerror"
    for term in sorted(ordered, key=lambda each: each.kind == "redirect"):
        if term.kind == "redirect":
            result = check(zone, term.value, address, depth + 1) if "%" not in term.value else "unknown"
            return "permerror" if result == "none" else result
        matches = _matches(zone, term, domain, address, depth)
        if isinstance(matches, str):
            return matches
        if matches:
            return {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}[term.sign]
    return "neutral"


def _matches(zone: Zone, term: Term, domain: str, address: str, depth: int) -> bool | str:
    name = term.value or domain
    if term.kind == "all":
        return True
    if term.kind in ("ip4", "ip6"):
        return _is_in(address, term.value)
    if "%" in name or term.kind in ("ptr", "exists"):
        return "unknown"
    if term.kind == "include":
        result = check(zone, name, address, depth + 1)
        if result in ("fail", "softfail", "neutral"):
            return False
        return result == "pass" or {"none": "permerror"}.get(result, result)
    hosts = [value.split()[-1] for value in zone.look(name, "MX").values] if term.kind == "mx" else [name]
    kind = "AAAA" if ":" in address else "A"
    listed = [value for host in hosts for value in zone.look(host, kind).values]
    sizes = re.fullmatch(r"(\d*)/{0,2}(\d*)", term.prefix)
    prefix = (sizes[2 if kind == "AAAA" else 1] if sizes else "") or ""
    return any(_is_in(address, f"{value}/{prefix}" if prefix else value) for value in listed)


def _is_in(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
