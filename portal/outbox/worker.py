"""The worker: takes a mail, prepares it, sends it, writes down what became of it.

A mail is taken and settled in short transactions of their own; the talk with the mail server stands between them. A
worker that dies leaves a mail that is busy; when its lease is over the next one sends the same bytes again.
"""

import logging
import os
import threading
import time
import traceback
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, current_app
from flask_mail import BadHeaderError
from sqlalchemy.exc import DBAPIError, OperationalError

from portal import clock
from portal import db as database
from portal.audit.actions import purge as purge_log
from portal.db import EVERYWHERE, db, refresh_statistics, within
from portal.files import actions as files
from portal.organisations.models import Organisation
from portal.organisations.queries import all_organisations
from portal.outbox import actions, queries, rules
from portal.outbox.actions import Claim
from portal.outbox.compose import compose, return_path, server_of, signers
from portal.outbox.rules import Verdict
from portal.outbox.transport import Message, NotSent, Server, mail
from portal.throttle.actions import sweep

log = logging.getLogger("portal.outbox")

POLL = 1.0  # seconds
AFTER_A_FAULT = 5.0
SWEEP = 3600.0
SETTLE_TRIES = 10  # each waits for a locked database as long as SQLite does


def run_once(owner: str = "", limit: int = 50) -> int:
    """Send what is due now, at most so many; the number of mails that were tried."""
    worker = Worker(owner)
    tried = 0
    while tried < limit and worker.send_one():
        tried += 1
    worker.hang_up()
    return tried


def run(stop: threading.Event, parent: int | None = None) -> None:
    """Send until told to stop, or until the process with this number is no longer our parent.

    Each mail server has a thread of its own while there is mail for it: a server that hangs holds up nobody else.
    """
    worker = Worker()
    if not worker.line(None).leads_somewhere:
        log.warning("PORTAL_MAIL_SERVER is not set: mails wait, but those of organisations with a server of their own")
    chores = threading.Thread(target=_do_chores, args=(worker, stop), name="chores")
    chores.start()
    next_sweep = time.monotonic()
    while not stop.is_set() and parent in (None, os.getppid()):
        pause = POLL
        try:
            worker.start_what_is_due(stop)
            if time.monotonic() >= next_sweep:
                next_sweep += SWEEP
                _sweep(worker.app)
        except Exception as error:
            log.error("the outbox stumbled: %s", _where(error))
            pause = AFTER_A_FAULT
        stop.wait(pause)
    stop.set()
    worker.hang_up()
    chores.join()


def _do_chores(worker: "Worker", stop: threading.Event) -> None:
    """What other subjects have waiting. In a thread of its own, for one piece may take as long as a thousand mails."""
    next_turn = dict.fromkeys(actions.CHORES, 0.0)
    while not stop.is_set():
        for chore, moment in next_turn.items():
            if moment <= time.monotonic() and not stop.is_set():
                next_turn[chore] = time.monotonic() + _do(chore, worker)
        stop.wait(max(0.0, min(next_turn.values(), default=time.monotonic() + POLL) - time.monotonic()))


def _do(chore: Callable[[str], bool], worker: "Worker") -> float:
    """One piece of it, whatever became of the other chores; how many seconds it can wait then."""
    try:
        with worker.app.app_context():
            return 0.0 if chore(worker.owner) else POLL
    except Exception as error:
        log.error("a chore of the worker stumbled: %s", _where(error))
        return AFTER_A_FAULT


class Worker:
    """One worker: its lines to mail servers."""

    def __init__(self, owner: str = "") -> None:
        self.app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        self.owner = owner or str(uuid4())
        self.lines: dict[Server | None, Line] = {}

    def line(self, server: Server | None) -> "Line":
        """To this server; None is that of the installation. A changed password makes another server of it."""
        if server not in self.lines:
            with self.app.app_context():
                self.lines[server] = Line(self.app, self.owner, server)
        return self.lines[server]

    def send_one(self) -> bool:
        """Try the mail that comes first. False when there is nothing to do, or nothing that can be done now."""
        due = self._due()
        for line in list(self.lines.values()):
            if line not in due and not line.is_busy:
                line.connection.close()
        return any(line.send_one(organisations) for line, organisations in due.items())

    def start_what_is_due(self, stop: threading.Event) -> None:
        """A thread for every line with mail that can go now, unless it has one."""
        for line in self._due():
            if not line.is_busy and line.may_be_called:
                line.thread = threading.Thread(target=self._drain, args=(line, stop), name=f"mail {line.server}")
                line.thread.start()

    def hang_up(self) -> None:
        """Wait for what is on its way, and close the lines."""
        for line in self.lines.values():
            if line.thread is not None:
                line.thread.join()
            line.connection.close()

    def _drain(self, line: "Line", stop: threading.Event) -> None:
        """Send over this line until nothing is left that can go."""
        try:
            while not stop.is_set() and line.send_one(self._due().get(line, ())):
                pass
        except Exception as error:
            log.error("the outbox stumbled: %s", _where(error))
            line.silent_until = time.monotonic() + AFTER_A_FAULT
        line.connection.close()

    def _due(self) -> "dict[Line, set[UUID]]":
        """Which organisations have mail for which line, the most urgent first. Looks without writing; only what came
        too late is ended here, also while no server listens."""
        with self.app.app_context(), within(EVERYWHERE):
            database.read_only()
            now, due = clock.now(), queries.due_per_organisation(clock.now())
            servers = (
                {row.organisation_id: server_of(row, owner) for row, owner in queries.servers_of(due)} if due else {}
            )
            db.session.rollback()
            found: dict[Line, set[UUID]] = {}
            for organisation_id in due:
                found.setdefault(self.line(servers.get(organisation_id)), set()).add(organisation_id)
            found = {line: organisations for line, organisations in found.items() if line.leads_somewhere}
            late = {each for organisations in found.values() for each in organisations if due[each] <= now}
            if late:
                with database.writing():
                    actions.expire_overdue(late)
                    db.session.commit()
        return found


class Line:
    """The line to one mail server, and whom it leaves alone for a while."""

    def __init__(self, app: Flask, owner: str, server: Server | None) -> None:
        self.app, self.owner, self.server = app, owner, server
        self.connection = mail.connect(server)
        self.thread: threading.Thread | None = None
        self.failures = 0  # of the connection, in a row
        self.silent_until = 0.0
        self.silenced: dict[UUID, float] = {}  # organisations whose sender the server does not take
        self.complaints: dict[UUID | None, str] = {}  # the last one about an organisation, or about the connection

    @property
    def leads_somewhere(self) -> bool:
        return self.connection.leads_somewhere

    @property
    def is_busy(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    @property
    def may_be_called(self) -> bool:
        return time.monotonic() >= self.silent_until

    def send_one(self, organisations: Collection[UUID]) -> bool:
        """Try the first mail of these organisations. False when nothing can be done now."""
        with self.app.app_context():
            open_to = set(organisations) - self._silenced()
            if not open_to:
                self.connection.close()
                return False
            if not self._is_connected():
                return False
            claimed = self._claim(open_to)
            if claimed is not None:
                self._try(claimed)
            return claimed is not None

    def _silenced(self) -> set[UUID]:
        now = time.monotonic()
        return {organisation_id for organisation_id, until in self.silenced.items() if until > now}

    def _is_connected(self) -> bool:
        """Before a mail is taken, so that a server that is down costs no mail a try."""
        if not self.may_be_called:
            return False
        try:
            self.connection.open()
        except NotSent as problem:
            verdict = rules.verdict(problem.phase, problem.code, problem.text)
            self.failures += 1
            self.silent_until = time.monotonic() + rules.silence(verdict, self.failures)
            self._complain(verdict, problem)
            return False
        if self.failures:
            log.info("the mail server lets us in again")
            self.failures = 0
            self.complaints.pop(None, None)
        return True

    def _complain(self, verdict: Verdict, problem: NotSent, about: UUID | None = None) -> None:
        """Once for each kind of trouble, not at every look."""
        complaint = f"{problem.phase} {problem.code}"
        if self.complaints.get(about) == complaint:
            return
        self.complaints[about] = complaint
        if verdict is Verdict.PAUSE:
            who = f" of organisation {about}" if about else f" for {self.server.host}" if self.server else ""
            log.error("mail%s waits until the settings are right: %s", who, problem)
        else:
            log.warning("mail waits for the mail server%s: %s", f" {self.server.host}" if self.server else "", problem)

    def _claim(self, organisations: Collection[UUID]) -> Claim | None:
        lease = rules.lease(self.app.config["MAIL_TIMEOUT"])
        with within(EVERYWHERE), database.writing():
            claimed = actions.claim(self.owner, lease, of=organisations)
            db.session.commit()
        return claimed

    def _try(self, claimed: Claim) -> None:
        message = self._prepared(claimed)
        if message is None:
            return
        try:
            self.connection.send(message)
        except NotSent as problem:
            verdict = rules.verdict(problem.phase, problem.code, problem.text)
            if verdict is Verdict.PAUSE:
                self._silence(claimed, problem)
            text = problem.text.replace(message.reader[1], "…")
            self._settle(claimed, verdict, problem.code, text)
        else:
            self.complaints.pop(claimed.organisation_id, None)
            self._settle(claimed, Verdict.ACCEPTED, *self.connection.answer)

    def _silence(self, claimed: Claim, problem: NotSent) -> None:
        """The server does not take this organisation's sender: its mails wait, those of others go on."""
        self.silenced[claimed.organisation_id] = time.monotonic() + rules.SET_UP_SILENCE
        self._complain(Verdict.PAUSE, problem, about=claimed.organisation_id)

    def _prepared(self, claimed: Claim) -> Message | None:
        """The message, the rows it needs committed; None when the mail is settled already."""
        try:
            with within(claimed.organisation_id), database.writing():
                message = _message(claimed, self.server)
                db.session.commit()
        except HeldBack as held:
            self._settle(claimed, Verdict.SUPPRESSED, account_id=held.account_id)
        except UnknownKind:
            log.error("mail %s is of an unknown kind: %s", claimed.mail_id, claimed.kind)
            self._settle(claimed, Verdict.REFUSED, text="unknown kind of mail")
        except BadHeaderError:
            log.error("mail %s cannot be addressed", claimed.mail_id)
            self._settle(claimed, Verdict.REFUSED, text="this cannot be an address")
        except Exception as error:  # a mistake of one subject must not stop the mails of others
            log.error("mail %s (%s) cannot be prepared: %s", claimed.mail_id, claimed.kind, _where(error))
            self._settle(claimed, Verdict.AGAIN, text=f"not prepared: {type(error).__name__}")
        else:
            if message is None:
                self._settle(claimed, Verdict.CANCELLED)
            return message
        return None

    def _settle(
        self, claimed: Claim, verdict: Verdict, code: int | None = None, text: str = "", **also: Any
    ) -> None:  # fmt: skip
        """Tries for as long as it takes a database to come back: what is not written down goes out twice."""
        tell = True
        for _ in range(SETTLE_TRIES):
            try:
                with within(claimed.organisation_id), database.writing():
                    was_ours = actions.settle(claimed, verdict, code, text, tell, **also)
                    db.session.commit()
            except OperationalError:
                time.sleep(POLL)
            except Exception as error:
                if not tell:
                    raise
                log.error("a subject stumbled over the refusal of mail %s: %s", claimed.mail_id, _where(error))
                tell = False  # its mistake may not make the mail go again
            else:
                if not was_ours:
                    log.warning("mail %s was taken over before it was %s", claimed.mail_id, verdict.value)
                return
        log.error("mail %s was %s, but that could not be written down", claimed.mail_id, verdict.value)


class UnknownKind(Exception):
    """No subject has said how to prepare this kind of mail."""


class HeldBack(Exception):
    """Mail to this address comes back. What the subject prepared is undone; for whom it was is kept."""

    def __init__(self, account_id: UUID | None) -> None:
        super().__init__(account_id)
        self.account_id = account_id


def _message(claimed: Claim, server: Server | None) -> Message | None:
    """Asks the subject for the letter; it may write rows. In the transaction of the caller."""
    try:
        prepare = actions.prepare_of(claimed.kind)
    except KeyError:
        raise UnknownKind from None
    mail = queries.held_mail(claimed.mail_id, claimed.owner)
    if mail is None:
        return None
    organisation = db.session.get_one(Organisation, claimed.organisation_id)
    letter = prepare(mail, organisation, claimed.stamped_at)
    if letter is None:
        return None
    if not all(each(mail, letter.address) for each in actions.BEFORE_SENDING):
        raise HeldBack(mail.account_id)
    message = compose(mail, letter, organisation, claimed.stamped_at)
    message.return_path = return_path(message, server)
    message.sign_with(signers(message.author[1], claimed.stamped_at), current_app.config["DKIM_HEADERS"])
    return message


def _sweep(app: Flask) -> None:
    """What is over: counters of tries, mails to nobody, old lines of the access log, and what other subjects add."""
    with app.app_context(), within(EVERYWHERE):
        refresh_statistics()
        sweep()
        actions.forget_cancelled()
        purge_log()
        db.session.commit()
        for organisation in all_organisations():
            with within(organisation.id):
                for each in (files.sweep, *actions.SWEEPS):
                    each()
                    db.session.commit()


def _where(error: Exception) -> str:
    """What went wrong and where, without the message: in it may stand an address or a secret."""
    cause = f" ({type(error.orig).__name__})" if isinstance(error, DBAPIError) else ""
    return f"{type(error).__name__}{cause}\n" + "".join(traceback.format_tb(error.__traceback__))
