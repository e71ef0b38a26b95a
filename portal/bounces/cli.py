"""portal outbox bounces"""

import click
from flask import current_app

from portal.bounces import worker
from portal.bounces.mailbox import NoMailbox
from portal.errors import Refused


@click.command()
def bounces():
    """Look now in the mailbox that mails come back to; what was found."""
    if not current_app.config["BOUNCE_IMAP_SERVER"]:
        raise Refused("PORTAL_BOUNCE_IMAP_SERVER is not set: there is no mailbox to look in.")
    try:
        found = worker.look()
    except NoMailbox as problem:
        raise Refused(f"The mailbox cannot be read. {problem}") from None
    for result, count in sorted(found.items()):
        click.echo(f"{count} {result}")
    if not found:
        click.echo("Nothing came back.")
