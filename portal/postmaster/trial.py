"""A mail that goes at once, by a server that may not be in use yet: the only one that is sent inside a request."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from flask import current_app
from flask_mail import BadHeaderError

from portal import clock
from portal.auth.models import Account
from portal.organisations.find import link
from portal.organisations.models import Organisation
from portal.outbox.actions import Letter
from portal.outbox.compose import bounce_box, compose, return_path, signers
from portal.outbox.models import Mail
from portal.outbox.transport import Message, NotSent, Server, mail
from portal.postmaster import gather, server
from portal.postmaster.facts import WRONG, Facts, Finding, Said, Setup, Zone
from portal.throttle.rules import Limit

SECONDS = 8  # for each step; somebody is waiting for the page
TRIALS = Limit("mail trial", 20, timedelta(hours=1))


def message(organisation: Organisation, sender: str, to: str, account: Account) -> Message:
    """The test mail, signed. Raises ValueError when an address is no address."""
    language = account.person.language or organisation.language
    context: dict[str, object] = {
        "given_name": account.person.given_name, "link": link(organisation, "mail_check.report"), "moment": clock.now(),
    }  # fmt: skip
    letter = Letter(to, account.person.full_name, language, "postmaster/trial", context)
    try:
        made = compose(Mail(id=uuid4(), message_id=""), letter, organisation, clock.now(), sender)
    except BadHeaderError as problem:
        raise ValueError(str(problem)) from None
    made.sign_with(signers(made.author[1], clock.now()), current_app.config["DKIM_HEADERS"])
    return made


def setup_with(known: Setup, sender: str, server: Server) -> Setup:
    """What the portal would know after mail went by this server, from this sender."""
    box = bounce_box(sender, is_own=True)
    return replace(
        known, sender=sender, envelope=box or sender, uses_verp=bool(box) and current_app.config["BOUNCE_VERP"],
        host=server.host, port=server.port, security=server.security, username=server.username, is_own=True,
    )  # fmt: skip


def problems(setup: Setup, wanted: Server) -> list[Finding]:
    """Why mail would not leave by this server, as far as it tells before any mail is sent."""
    facts = Facts(setup, Zone({}), gather.door_of(setup, wanted))
    judges = (server.ports, server.line, server.login, server.envelope)
    return [finding for judge in judges for finding in judge(facts) if finding.severity == WRONG]


def send(message: Message, wanted: Server | None) -> Said:
    """What the server says. In no transaction."""
    message.return_path = return_path(message, wanted)
    line = mail.connect(wanted, SECONDS)
    try:
        with line:
            line.send(message)
    except NotSent as problem:
        return Said(problem.phase, problem.code, problem.text.replace(message.reader[1], "…"))
    return Said("", *line.answer)
