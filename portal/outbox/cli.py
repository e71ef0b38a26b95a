"""portal outbox status, run and retry"""

import json
import signal
import threading
from uuid import UUID

import click

from portal import clock
from portal.db import EVERYWHERE, db, within
from portal.errors import Refused
from portal.outbox import actions, queries
from portal.outbox.models import STATES


@click.group()
def outbox():
    """Mails that wait, and mails that went."""


@outbox.command()
@click.option("--json", "as_json", is_flag=True, help="for programs")
def status(as_json):
    """How many mails are in which state, per organisation; and the last twenty that did not arrive, with their ID."""
    found = _status()
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for slug, numbers in found.items():
        counts = ", ".join(f"{numbers[state]} {state}" for state in STATES if numbers[state])
        age = numbers["oldest_waiting_seconds"]
        click.echo(f"{slug}: {counts}" + (f"; the oldest waits for {age} seconds" if age is not None else ""))
    if not found:
        click.echo("The outbox is empty.")
    with within(EVERYWHERE):
        for mail_id, slug, kind, moment, state, code, words in queries.given_up():
            when = clock.local(moment).strftime("%Y-%m-%d %H:%M")
            reason = " ".join(str(part) for part in (code, words) if part)
            click.echo(f"  {mail_id}  {slug}  {kind}  {state} {when}  {reason}")


def _status():
    with within(EVERYWHERE):
        since = queries.waiting_since(clock.now())
        found = {}
        for slug, state, number in queries.counts():
            numbers = found.setdefault(slug, dict.fromkeys(STATES, 0) | {"oldest_waiting_seconds": None})
            numbers[state] = number
        for slug, moment in since.items():
            found[slug]["oldest_waiting_seconds"] = int((clock.now() - moment).total_seconds())
    return found


@outbox.command()
@click.option("--parent", type=int, help="stop when this process is no longer the parent")
def run(parent):
    """Send mail until this process is told to stop."""
    from portal.outbox import worker  # the web workers need nothing of SMTP

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.run(stop, parent)


@outbox.command()
@click.argument("mail_id", metavar="ID", type=click.UUID)
def retry(mail_id: UUID):
    """Send a mail after all that did not arrive."""
    with within(EVERYWHERE):
        mail = queries.mail_with_id(mail_id)
        if mail is None:
            raise Refused(f"There is no mail {mail_id}.")
        actions.retry(mail)
        db.session.commit()
    click.echo(f"Mail {mail_id} waits to be sent again.")
