"""How the mail server receives us, and how a mail of ours arrived (mail.md D5, 9-12, 14, 15 and 20)."""

import re
from urllib.parse import urlsplit

from portal.postmaster import providers
from portal.postmaster.facts import GOOD, NOTE, WEAK, WRONG, Door, Echo, Facts, Finding, Said, Setup

FEW_DAYS = 14  # a certificate that should have been renewed by now
SMALL = 100_000  # bytes; our mails have at most 12,000, an invoice has more
SLOW = 600  # seconds
CLOCK_WEAK, CLOCK_WRONG = 120, 3600  # seconds
WAYS = {25: "starttls", 465: "tls", 587: "starttls"}


def ports(facts: Facts) -> list[Finding]:
    """Whether the server can be reached at all, and if not, who is in between."""
    door, setup = facts.door, facts.setup
    values = {"host": setup.host, "port": str(setup.port), "security": setup.security}
    if not setup.host:
        return [Finding("server.none", WRONG)]
    if door is None:
        return []
    if door.problem and "own network" in door.problem.text:
        return [Finding("server.private", WRONG, values)]
    if not door.addresses:
        return [Finding("server.unknown_name", WRONG, values)]
    state = door.ports.get(setup.port, "open")
    others = [port for port in (587, 465) if port != setup.port and door.ports.get(port) == "open"]
    if state == "open":
        return [Finding("server.good", GOOD, values)]
    if others:
        values |= {"other": str(others[0]), "other_security": WAYS[others[0]].upper()}
        return [Finding("server.blocked" if state == "silent" else "server.other_port", WRONG, values)]
    if all(each == "silent" for each in door.ports.values()):
        return [Finding("server.silent", WRONG, values)]
    return [Finding("server.refused" if state == "refused" else "server.unreachable", WRONG, values)]


def line(facts: Facts) -> list[Finding]:
    """Whether nobody can listen in."""
    door, setup = facts.door, facts.setup
    if door is None or not _is_reached(door, setup):
        return []
    values = {"host": setup.host, "port": str(setup.port), "days": str(door.days)}
    if door.problem and (code := _line_problem(door.problem, setup)):
        return [Finding(code, WRONG, {**values, "answer": door.problem.answer})]
    if door.problem and door.problem.phase in ("connect", "tls", "set-up") and not _is_said(door.problem):
        return [Finding("server.hung_up", WRONG, {**values, "answer": door.problem.answer})]
    if setup.security == "none":
        return []
    if door.tls in ("TLSv1", "TLSv1.1"):
        return [Finding("tls.old", WEAK, {**values, "version": door.tls})]
    if door.days is not None and door.days < FEW_DAYS:
        return [Finding("tls.days", WEAK, values)]
    return [Finding("tls.good", GOOD, {**values, "version": door.tls})]


def _is_reached(door: Door, setup: Setup) -> bool:
    return bool(door.addresses) and door.ports.get(setup.port, "open") == "open"


TLS_PROBLEMS = (
    ("tls.name", r"hostname mismatch|ip address mismatch|is not valid for"),
    ("tls.expired", r"certificate has expired"),
    ("tls.nobody", r"self.signed|unable to get (local )?issuer|unable to verify"),
    ("tls.none", r"STARTTLS extension not supported"),
    ("tls.wrong_way", r"wrong version number|unknown protocol|record layer failure|http request"),
    ("tls.too_old", r"unsupported protocol|protocol version|no protocols available|handshake failure|no shared cipher"),
    ("login.unreadable", r"PORTAL_SECRET_KEY"),
)


def _line_problem(problem: Said, setup: Setup) -> str:
    for code, words in TLS_PROBLEMS:
        if re.search(words, problem.text, re.I):
            return code
    if problem.phase == "connect" and setup.security == "starttls" and setup.port == 465:
        return "tls.wrong_way"  # the server waits for TLS, we wait for its greeting
    return "tls.none" if problem.phase == "tls" and problem.code else ""


def _is_said(problem: Said) -> bool:
    """Whether another rule tells of it."""
    return re.search("own network|AUTH extension not supported", problem.text) is not None


def login(facts: Facts) -> list[Finding]:
    door, setup = facts.door, facts.setup
    if door is None or not _is_reached(door, setup):
        return []
    values = {"host": setup.host, "username": setup.username}
    problem = door.problem
    if problem and "AUTH extension not supported" in problem.text:
        return [Finding("login.not_offered", WRONG, values)]
    if problem and problem.phase == "auth":
        return [Finding(_login_problem(problem, setup), WRONG, {**values, "answer": problem.answer})]
    if problem:
        return []
    if _asks_login(door, setup):
        return [Finding("login.needed", WRONG, values)]
    return [Finding("login.good", GOOD, values)] if setup.username else []


def _asks_login(door: Door, setup: Setup) -> bool:
    said = door.sender
    if setup.username or said is None or (said.code or 0) < 500:
        return False
    return said.code == 530 or re.search(r"not logged in|authenticat|relay", said.text, re.I) is not None


def _login_problem(problem: Said, setup: Setup) -> str:
    if problem.code is None or problem.code < 500:
        return "login.later"
    if re.search(r"SmtpClientAuthentication is disabled|5\.7\.139", problem.text):
        return "login.microsoft"
    if providers.is_microsoft(setup.host):
        return "login.microsoft_app_password"
    if re.search(r"application-specific password|5\.7\.9|WebLoginRequired", problem.text, re.I) or providers.is_google(
        setup.host
    ):
        return "login.app_password"
    return "login.refused"


def envelope(facts: Facts) -> list[Finding]:
    """What the server says of our sender, of a return address of its own for each mail, and of large mails."""
    door, setup = facts.door, facts.setup
    if door is None or door.problem or not _is_reached(door, setup) or door.sender is None:
        return []
    values = {"host": setup.host, "sender": setup.sender, "username": setup.username, "envelope": setup.envelope}
    found = []
    if door.sender.code is None or door.sender.code >= 400:
        if _asks_login(door, setup):
            return []  # `login` says so
        return [Finding("envelope.sender", WRONG, {**values, "answer": door.sender.answer})]
    if setup.uses_verp and door.verp and (door.verp.code or 0) >= 400:
        found.append(Finding("envelope.verp", WEAK, {**values, "answer": door.verp.answer}))
    if door.size is not None and 0 < door.size < SMALL:
        found.append(Finding("envelope.size", WEAK, {**values, "size": str(door.size // 1000)}))
    return found or [Finding("envelope.good", GOOD, values)]


# A mail that arrived


def arrival(facts: Facts) -> list[Finding]:
    echo, setup = facts.echo, facts.setup
    if echo is None:
        return [Finding("echo.none", NOTE)]
    values = {
        "domain": setup.domain,
        "seconds": str(echo.seconds or 0),
        "address": echo.address,
        "hops": str(echo.hops),
    }
    if not echo.is_ours:
        return [Finding("echo.not_ours", WEAK, values)]
    found = _signatures(echo, setup, values)
    for name in ("spf", "dmarc"):
        if echo.results.get(name) in ("fail", "softfail", "permerror"):
            found.append(Finding(f"echo.{name}", WRONG, {**values, "result": echo.results[name]}))
    if echo.seconds is not None and echo.seconds > SLOW:
        found.append(Finding("echo.slow", WEAK, {**values, "minutes": str(echo.seconds // 60)}))
    return found or [Finding("echo.good", GOOD, values)]


def _signatures(echo: Echo, setup: Setup, values: dict[str, str]) -> list[Finding]:
    results = {result for _, result in echo.signatures}
    if not results:
        signs = any(key.state == "active" and key.domain == setup.domain for key in setup.keys)
        return [Finding("echo.signature_gone", WRONG, values)] if signs else []
    if "good" in results:
        return []
    if "body" in results:
        return [Finding("echo.changed_text", WRONG, values)]
    if results == {"no key"}:
        return [Finding("echo.no_key", WRONG, values)]
    return [Finding("echo.changed_headers" if echo.message_id_is_ours else "echo.changed_id", WRONG, values)]


def returned(facts: Facts) -> list[Finding]:
    """Whether we can read the mailbox that mails come back to."""
    if facts.box is None:
        return []
    values = {"box": facts.setup.envelope, "answer": facts.box.answer}
    return [Finding("bounces.unreadable", WEAK, values) if facts.box.phase else Finding("bounces.good", GOOD, values)]


def clock(facts: Facts) -> list[Finding]:
    """Receivers and codes from an app take a wrong clock ill."""
    seen = [each.seconds_off for each in (facts.door, facts.echo) if each is not None and each.seconds_off is not None]
    if not seen:
        return []
    off = max(seen, key=abs)
    values = {"minutes": str(round(abs(off) / 60)), "way": "ahead" if off > 0 else "behind"}
    if abs(off) < CLOCK_WEAK:
        return [Finding("clock.good", GOOD, values)]
    return [Finding(f"clock.{values['way']}", WRONG if abs(off) >= CLOCK_WRONG else WEAK, values)]


LONGEST_SUBJECT = 78
NOBODY = re.compile(r"(no|do-?not|niet|geen)[-_.]?(reply|antwoorden|antwoord|beantwoorden)", re.I)


def texts(facts: Facts) -> list[Finding]:
    """What filters and readers dislike in the words that this organisation put in our mails."""
    if facts.texts is None:
        return []
    name, subjects, origin = facts.texts
    host, setup = urlsplit(origin).hostname or "", facts.setup
    longest = max(subjects, key=len, default="")
    nobody = next((each for each in (setup.sender, setup.reply_to) if NOBODY.match(each)), "")
    wrong = {
        "lint.shouting": name.isupper() and len(name) > 4,
        "lint.marks": bool(re.search(r"[!?$]|\d%|https?:|www\.|@", name)),
        "lint.nobody": bool(nobody),
        "lint.link_http": origin.startswith("http:") and not _is_here(host),
        "lint.link_port": urlsplit(origin).port is not None and not _is_here(host),
        "lint.link_number": bool(re.fullmatch(r"[\d.]+|\[.*\]|.*:.*", host)) and not _is_here(host),
    }
    values = {"name": name, "address": nobody, "origin": origin}
    found = [Finding(code, WEAK, values) for code, is_so in wrong.items() if is_so]
    if len(longest) > LONGEST_SUBJECT:
        found.append(Finding("lint.subject", NOTE, {**values, "subject": longest, "length": str(len(longest))}))
    return found or [Finding("lint.good", GOOD)]


def _is_here(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or host in ("127.0.0.1", "::1")
