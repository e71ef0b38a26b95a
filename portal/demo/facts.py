"""The internet of the demo: what the name servers and mail servers there would say. Nothing is really asked."""

from portal.postmaster.facts import Answer, Door, Said

# Kok did everything; at De Zonnebloem there is work to do.
ZONE: dict[tuple[str, str], tuple[str, ...]] = {
    ("kok.example", "MX"): ("10 mx.provider.example.",),
    ("kok.example", "TXT"): ("v=spf1 include:_spf.provider.example -all",),
    ("_dmarc.kok.example", "TXT"): ("v=DMARC1; p=none; rua=mailto:kantoor@kok.example",),
    ("zonnebloem.example", "MX"): ("10 mx.provider.example.",),
    ("zonnebloem.example", "TXT"): (
        "v=spf1 include:_spf.provider.example ~all",
        "v=spf1 include:_spf.nieuwsbrief.example -all",
    ),
    ("_spf.provider.example", "TXT"): ("v=spf1 ip4:198.51.100.0/24 -all",),
    ("_spf.nieuwsbrief.example", "TXT"): ("v=spf1 ip4:203.0.113.0/24 -all",),
    ("mx.provider.example", "A"): ("198.51.100.1",),
    ("smtp.provider.example", "A"): ("198.51.100.25",),
}
DOOR = Door(
    addresses=("198.51.100.25",), ports={25: "open", 465: "open", 587: "open"}, tls="TLSv1.3", days=71,
    mechanisms=("PLAIN", "LOGIN"), size=35_000_000, sender=Said("", 250, "2.1.0 Ok"), verp=Said("", 250, "2.1.0 Ok"),
)  # fmt: skip


def look(name: str, kind: str) -> Answer:
    if values := ZONE.get((name, kind)):
        return Answer("found", values)
    is_there = any(known == name or known.endswith("." + name) for known, _ in ZONE)
    return Answer("empty" if is_there else "none")
