"""portal sessions end"""

import click

from portal.auth import actions, queries, rules
from portal.db import db
from portal.errors import Refused
from portal.organisations.cli import ORGANISATION, entered


@click.group()
def sessions():
    """Who is logged in."""


@sessions.command("end")
@click.argument("email", required=False)
@ORGANISATION
@click.option("--all", "everyone", is_flag=True, help="everyone at this organisation")
def end_sessions(email, organisation, everyone):
    """Log someone, or everyone, out everywhere."""
    if bool(email) == everyone:
        raise click.UsageError("Give an address or --all, and not both.")
    with entered(organisation):
        ended = actions.end_everyones_sessions() if everyone else actions.end_sessions(_account(email).id, "office")
        db.session.commit()
    click.echo(f"Ended {ended} session{'' if ended == 1 else 's'}.")


def _account(email):
    found = queries.account_with(rules.email_key(email))
    if found is None:
        raise Refused(f"There is no account with the address {email} at this organisation.")
    return found
