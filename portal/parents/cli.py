"""portal parents send-credentials"""

import click
from flask import current_app

from portal.auth.actions import send_credentials
from portal.auth.queries import account_with
from portal.auth.rules import NoCredentials, email_key
from portal.db import db
from portal.errors import Refused
from portal.organisations.cli import ORGANISATION, entered

NOT_SENT = {
    "blocked": "The account of {email} is blocked, so it gets no credentials.",
    "closed": "The account of {email} is closed, so it gets no credentials.",
    "today": "{email} was sent credentials three times today. Try again tomorrow, or call the parent.",
}


@click.group()
def parents():
    """Parents and their children."""


@parents.command("send-credentials")
@click.argument("email")
@ORGANISATION
def send_credentials_(email, organisation):
    """Mail a parent a newly generated password (or link). The old password works until the new one is used."""
    with entered(organisation):
        account = account_with(email_key(email))
        if account is None:
            raise Refused(f"There is no account with the address {email} at this organisation.")
        try:
            send_credentials(account)
        except NoCredentials as problem:
            raise Refused(NOT_SENT[problem.reason].format(email=account.email)) from None
        db.session.commit()
        click.echo(f"New credentials for {account.email} {are_on_their_way()}.")


def are_on_their_way():
    is_sent = current_app.config["MAIL_SERVER"] or current_app.config["DEMO"]
    return "will go out" if is_sent else "will wait in the outbox, because PORTAL_MAIL_SERVER is not set"
