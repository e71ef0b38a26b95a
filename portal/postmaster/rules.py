"""All that is checked, in the order in which mail travels; from facts to findings, without looking anything up."""

from portal.postmaster import dmarc, domain, server
from portal.postmaster.facts import SEVERITIES, UNKNOWN, WEAK, WRONG, Facts, Finding

CHECKS = (
    domain.sender, server.ports, server.line, server.login, server.envelope, domain.sending_servers, domain.signatures,
    dmarc.policy, dmarc.alignment, domain.mailboxes, server.arrival, server.returned, server.texts, server.clock,
)  # fmt: skip


def examine(facts: Facts) -> list[Finding]:
    """Everything there is to say, the worst first. Asks nothing; what the zone lacked is in `facts.zone.wanted`."""
    found = [finding for check in CHECKS for finding in check(facts)]
    unique = {(finding.code, *sorted(finding.values.items())): finding for finding in found}
    return sort(list(unique.values()))


def sort(findings: list[Finding]) -> list[Finding]:
    """The worst first."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def troubles(findings: list[Finding]) -> list[Finding]:
    """What somebody has to do something about."""
    return [finding for finding in findings if finding.severity in (WRONG, WEAK)]


def state(findings: list[Finding]) -> str:
    """wrong, weak, unknown or good."""
    worst = findings[0].severity if findings else UNKNOWN
    return worst if worst in (WRONG, WEAK, UNKNOWN) else "good"
