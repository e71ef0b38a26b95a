"""Set-ups of a mail domain, good ones and broken ones: what the DNS holds, and what the doctor must say of it.

A zone is as tests.lab.dns wants it: {name: [(type, value), …]}, or "servfail" or "silence" for who gives no answer.
"""

from dataclasses import replace

from portal.outbox import signing
from portal.postmaster.facts import Answer, Door, Facts, Key, Said, Setup, Zone

PAIRS = {algorithm: signing.new_pair(algorithm) for algorithm in signing.ALGORITHMS}
RSA, ED = (Key("kok.test", f"kok-{name}", name, PAIRS[name][1], "active") for name in ("rsa", "ed25519"))
OTHER_KEY = signing.new_pair("rsa")[1]
SHORT_KEY = (
    "MIGJAoGBALVchFH/lVZ1y0hEHTZ5HeFXT9rPwc3GFwTg5JHIuFDJ6rDNkSSMDFHHRdWXkCAF"
    "MFWWMEJJgBwY9bBNLSl1dIHXHU7I6eYpBZ5GAhsmyU3vHUDPAgMBAAE="
)
SPF, DMARC = "v=spf1 include:_spf.provider.test ~all", "v=DMARC1; p=quarantine; rua=mailto:kantoor@kok.test"
GOOD_SETUP = Setup(
    sender="portaal@kok.test", reply_to="kantoor@kok.test", envelope="portaal@kok.test", host="smtp.provider.test",
    port=587, security="starttls", username="portaal@kok.test", is_own=True, keys=(RSA, ED), uses_verp=True,
)  # fmt: skip
GOOD_ZONE = {
    "kok.test": [("MX", "10 mx.provider.test"), ("TXT", SPF), ("TXT", "google-site-verification=abc"), ("A", "198.18.1.1")],
    "_dmarc.kok.test": [("TXT", DMARC)],
    RSA.name: [("TXT", RSA.value)],
    ED.name: [("TXT", ED.value)],
    "mx.provider.test": [("A", "198.18.7.1")],
    "smtp.provider.test": [("A", "198.18.7.9")],
    "_spf.provider.test": [("TXT", "v=spf1 ip4:198.18.7.0/24 -all")],
    "spf.boekhouder.test": [("TXT", "v=spf1 ip4:198.18.8.1 -all")],
    "spf.protection.outlook.com": [("TXT", "v=spf1 ip4:198.18.7.0/24 -all")],
    "_spf.google.com": [("TXT", "v=spf1 ip4:198.18.7.0/24 -all")],
}  # fmt: skip
GOOD_DOOR = Door(
    addresses=("198.18.7.9",), ports={25: "silent", 465: "open", 587: "open"}, tls="TLSv1.3", days=60,
    mechanisms=("PLAIN", "LOGIN"), size=35_000_000, features=("pipelining", "8bitmime"), sender=Said("", 250, "Ok"),
    verp=Said("", 250, "Ok"),
)  # fmt: skip


def with_zone(**names):
    """The good zone with these names in another way; None takes a name out. `_at_` is the domain itself."""
    changed = dict(GOOD_ZONE)
    for name, value in names.items():
        full = {"at": "kok.test", "dmarc": "_dmarc.kok.test", "rsa": RSA.name, "ed": ED.name}.get(name, name)
        changed.pop(full, None)
        if value is not None:
            changed[full] = value
    return changed


def at(*texts, mx="10 mx.provider.test"):
    """What stands at the domain itself."""
    return [*([("MX", mx)] if mx else []), *(("TXT", text) for text in texts), ("A", "198.18.1.1")]


def txt(*values):
    return [("TXT", value) for value in values]


MANY = {f"s{number}.elders.test": txt(f"v=spf1 ip4:198.18.9.{number} -all") for number in range(11)}
LOOKUPS = "v=spf1 include:_spf.provider.test " + " ".join(f"include:{name}" for name in MANY) + " ~all"
SUB = replace(GOOD_SETUP, sender="portaal@post.kok.test", envelope="portaal@post.kok.test", keys=(
    RSA._replace(domain="post.kok.test"), ED._replace(domain="post.kok.test")))  # fmt: skip
SUB_ZONE = {
    **GOOD_ZONE, "post.kok.test": [("MX", "10 mx.provider.test"), ("TXT", SPF)],
    **{key.name: txt(key.value) for key in SUB.keys},
}  # fmt: skip

# name: (zone, setup)
GOOD = {
    "everything right": (GOOD_ZONE, GOOD_SETUP),
    "a sub-domain under the policy of its organisation": (SUB_ZONE, SUB),
    "keys behind aliases and split in two strings": (
        with_zone(rsa=[("CNAME", "k1.provider.test")], **{"k1.provider.test": txt([RSA.value[:200], RSA.value[200:]])}),
        GOOD_SETUP,
    ),
    "two mail servers, IPv6 only, and a redirect": (
        with_zone(
            at=[("MX", "10 mx.provider.test"), ("MX", "20 mx6.provider.test"), ("TXT", "v=spf1 redirect=_spf.kok.test")],
            **{"_spf.kok.test": txt(SPF), "mx6.provider.test": [("AAAA", "2001:db8::1")]},
        ),
        GOOD_SETUP,
    ),
    "reports to a company that wants them, and a strict policy": (
        with_zone(
            dmarc=txt("v=DMARC1; p=reject; np=reject; adkim=s; rua=mailto:a@rapport.test,mailto:kantoor@kok.test!10m"),
            **{"kok.test._report._dmarc.rapport.test": txt("v=DMARC1")},
        ),
        GOOD_SETUP,
    ),
    "old keys beside the new ones": (
        GOOD_ZONE,
        replace(GOOD_SETUP, keys=(RSA, ED, Key("kok.test", "kok-2025", "rsa", OTHER_KEY, "old"))),
    ),
    "the portal's own server, and bounces in its own domain": (
        {**with_zone(at=at("v=spf1 a:smtp.provider.test -all")), "portaal.test": [("MX", "10 mx.provider.test")]},
        replace(GOOD_SETUP, envelope="bounce@portaal.test", is_own=False),
    ),
}  # fmt: skip

# name: (zone, setup, the codes of what is wrong or weak)
BROKEN = {
    "gmail": (
        {"gmail.com": [("MX", "5 mx.provider.test"), ("TXT", "v=spf1 redirect=_spf.google.test")],
         "_spf.google.test": txt("v=spf1 ip4:198.18.7.0/24 ~all"), "_dmarc.gmail.com": txt("v=DMARC1; p=none; sp=quarantine"), **GOOD_ZONE},
        replace(GOOD_SETUP, sender="kdv.kok@gmail.com", envelope="kdv.kok@gmail.com", keys=()),
        {"sender.free", "dkim.none"},
    ),
    "no such domain": ({"mx.provider.test": [("A", "198.18.7.1")], "kok.test": at(SPF), "_spf.provider.test": txt("v=spf1 -all")},
        replace(GOOD_SETUP, sender="portaal@kokk.test", envelope="portaal@kokk.test", keys=()),
        {"mx.no_domain", "spf.none", "dkim.none", "dmarc.none"}),
    "no mx and no address": (with_zone(at=[("TXT", SPF)]), GOOD_SETUP, {"mx.none"}),
    "no mx, a website": (with_zone(at=at(SPF, mx="")), GOOD_SETUP, {"mx.only_address"}),
    "null mx": (with_zone(at=at(SPF, mx="0 .")), GOOD_SETUP, {"mx.null"}),
    "mx of a server that is gone": (with_zone(at=at(SPF, mx="10 oud.provider.test")), GOOD_SETUP, {"mx.dead"}),
    "one of two servers is gone": (with_zone(at=[*at(SPF), ("MX", "20 oud.provider.test")]), GOOD_SETUP, {"mx.one_dead"}),
    "parents cannot answer": (GOOD_ZONE, replace(GOOD_SETUP, reply_to="kantoor@elders.test"), {"mx.no_domain"}),
    "no spf": (with_zone(at=at()), GOOD_SETUP, {"spf.none"}),
    "two spf records": (with_zone(at=at(SPF, "v=spf1 include:spf.boekhouder.test -all")), GOOD_SETUP, {"spf.two"}),
    "parked domain": (with_zone(at=at("v=spf1 -all")), GOOD_SETUP, {"spf.parked"}),
    "typing error in spf": (with_zone(at=at("v=spf1 inlcude:_spf.provider.test ~all")), GOOD_SETUP, {"spf.syntax"}),
    "ip without version in spf": (with_zone(at=at("v=spf1 ip:198.18.7.9 ~all")), GOOD_SETUP, {"spf.syntax"}),
    "eleven lookups": ({**with_zone(at=at(LOOKUPS)), **MANY}, GOOD_SETUP, {"spf.lookups"}),
    "three names that are gone": (
        with_zone(at=at("v=spf1 a:x.kok.test a:y.kok.test mx:z.kok.test include:_spf.provider.test ~all")), GOOD_SETUP, {"spf.voids"}),
    "include of nothing": (with_zone(at=at("v=spf1 include:_spf.weg.test include:_spf.provider.test ~all")), GOOD_SETUP, {"spf.include_none"}),
    "include of two records": (with_zone(**{"_spf.provider.test": txt("v=spf1 -all", "v=spf1 ~all")}), GOOD_SETUP, {"spf.include_two"}),
    "spf in a circle": (with_zone(**{"_spf.provider.test": txt("v=spf1 include:kok.test -all")}), GOOD_SETUP, {"spf.loop"}),
    "everybody may send": (with_zone(at=at("v=spf1 include:_spf.provider.test +all")), GOOD_SETUP, {"spf.open"}),
    "spf without an end": (with_zone(at=at("v=spf1 include:_spf.provider.test")), GOOD_SETUP, {"spf.no_end"}),
    "spf that does not know": (with_zone(at=at("v=spf1 include:_spf.provider.test ?all")), GOOD_SETUP, {"spf.no_end"}),
    "spf with ptr": (with_zone(at=at("v=spf1 ptr include:_spf.provider.test ~all")), GOOD_SETUP, {"spf.ptr"}),
    "another provider than in spf": (GOOD_ZONE, replace(GOOD_SETUP, host="smtp.office365.com"), {"spf.provider"}),
    "no keys": (GOOD_ZONE, replace(GOOD_SETUP, keys=()), {"dkim.none"}),
    "keys of another domain": (GOOD_ZONE, replace(GOOD_SETUP, keys=(RSA._replace(domain="oud.test"),)), {"dkim.other_domain"}),
    "new keys not in the dns": (
        with_zone(rsa=None, ed=None), replace(GOOD_SETUP, keys=(RSA._replace(state="new"), ED._replace(state="new"))), {"dkim.awaited"}),
    "new keys not switched on": (
        GOOD_ZONE, replace(GOOD_SETUP, keys=(RSA._replace(state="new"), ED._replace(state="new"))), {"dkim.not_on"}),
    "key gone from the dns": (with_zone(rsa=None), GOOD_SETUP, {"dkim.missing"}),
    "key at a doubled name": (with_zone(rsa=None, **{f"{RSA.name}.kok.test": txt(RSA.value)}), GOOD_SETUP, {"dkim.doubled"}),
    "key in two records": (with_zone(rsa=txt(RSA.value[:200], RSA.value[200:])), GOOD_SETUP, {"dkim.split"}),
    "key cut off": (with_zone(rsa=txt(RSA.value[:255])), GOOD_SETUP, {"dkim.cut"}),
    "key with quotes in it": (with_zone(rsa=txt(f'"{RSA.value[:200]}" "{RSA.value[200:]}"')), GOOD_SETUP, {"dkim.quotes"}),
    "two keys at one name": (with_zone(rsa=txt(RSA.value, f"v=DKIM1; k=rsa; p={OTHER_KEY}")), GOOD_SETUP, {"dkim.two"}),
    "something else at the name": (with_zone(rsa=txt("hier komt de sleutel")), GOOD_SETUP, {"dkim.syntax"}),
    "revoked key": (with_zone(rsa=txt("v=DKIM1; k=rsa; p=")), GOOD_SETUP, {"dkim.revoked"}),
    "wrong key": (with_zone(rsa=txt(f"v=DKIM1; k=rsa; p={OTHER_KEY}")), GOOD_SETUP, {"dkim.other_key"}),
    "short key": (with_zone(rsa=txt(f"v=DKIM1; k=rsa; p={SHORT_KEY}")), GOOD_SETUP, {"dkim.short"}),
    "key for tests": (with_zone(rsa=txt(RSA.value + "; t=y")), GOOD_SETUP, {"dkim.testing"}),
    "key in a circle": (with_zone(rsa=[("CNAME", "a.kok.test")], **{"a.kok.test": [("CNAME", RSA.name)]}), GOOD_SETUP, {"dkim.alias_loop"}),
    "key behind a dead alias": (with_zone(rsa=[("CNAME", "weg.provider.test")]), GOOD_SETUP, {"dkim.alias_dead"}),
    "no dmarc": (with_zone(dmarc=None), GOOD_SETUP, {"dmarc.none"}),
    "two dmarc records": (with_zone(dmarc=txt(DMARC, "v=DMARC1; p=none")), GOOD_SETUP, {"dmarc.two"}),
    "dmarc with an unknown wish": (with_zone(dmarc=txt("v=DMARC1; p=weigeren")), GOOD_SETUP, {"dmarc.syntax"}),
    "dmarc without version": (with_zone(dmarc=txt("p=none; rua=mailto:a@kok.test")), GOOD_SETUP, {"dmarc.syntax"}),
    "dmarc report to no address": (with_zone(dmarc=txt("v=DMARC1; p=none; rua=kantoor@kok.test")), GOOD_SETUP, {"dmarc.syntax"}),
    "dmarc with old tags": (with_zone(dmarc=txt("v=DMARC1; p=reject; pct=50; ri=3600; rf=afrf")), GOOD_SETUP, {"dmarc.old_tags"}),
    "dmarc at a doubled name": (with_zone(dmarc=None, **{"_dmarc.kok.test.kok.test": txt(DMARC)}), GOOD_SETUP, {"dmarc.doubled"}),
    "reports to a company that does not know": (
        with_zone(dmarc=txt("v=DMARC1; p=reject; rua=mailto:a@rapport.test"), **{"rapport.test": at()}), GOOD_SETUP, {"dmarc.outsider"}),
    "strict wish, no signature, mail returns elsewhere": (
        {**GOOD_ZONE, "portaal.test": [("MX", "10 mx.provider.test")]},
        replace(GOOD_SETUP, keys=(), envelope="bounce@portaal.test"), {"dkim.none", "dmarc.unaligned", "align.envelope"}),
    "policy for the sub-domain only": (
        {**{name: value for name, value in SUB_ZONE.items() if name != "_dmarc.kok.test"}, "_dmarc.post.kok.test": txt(DMARC)},
        SUB, {"dmarc.organisation"}),
}  # fmt: skip

# name: (zone, the code of what could not be seen)
UNSURE = {
    "dns of the domain gives no answer": (with_zone(at="servfail"), {"spf.failed", "mx.failed"}),
    "dns of the domain is silent": (with_zone(at="silence"), {"spf.failed", "mx.failed"}),
    "dns of the provider is silent": (with_zone(**{"_spf.provider.test": "silence"}), {"spf.failed"}),
    "dns of dmarc is silent": (with_zone(dmarc="servfail"), {"dmarc.failed"}),
    "dns of a key is silent": (with_zone(rsa="silence"), {"dkim.failed"}),
}


class Known(Zone):
    """Answers as the name server of tests.lab.dns would give them."""

    def __init__(self, zone):
        super().__init__({})
        self.zone = zone

    def look(self, name, kind):
        name = name.rstrip(".").lower()
        for _ in range(12):
            found = self.zone.get(name)
            if isinstance(found, str):
                return Answer("silent" if found == "silence" else "failed")
            if found is None:
                is_above = any(known.endswith(f".{name}") for known in self.zone)
                return Answer("empty" if is_above else "none")
            aliases = [value for each, value in found if each == "CNAME"]
            if not aliases or kind == "CNAME":
                values = tuple("".join(value) for each, value in found if each == kind)
                return Answer("found" if values else "empty", values)
            name = aliases[0]
        return Answer("failed")


def facts(zone=GOOD_ZONE, setup=GOOD_SETUP, door=GOOD_DOOR, **more):
    return Facts(setup, Known(zone), door, **more)
