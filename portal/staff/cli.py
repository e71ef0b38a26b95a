"""portal staff add, portal staff reset-second-step"""

import click

from portal.auth import queries, rules
from portal.db import db
from portal.errors import Refused
from portal.factors.actions import reset_now
from portal.organisations.cli import ORGANISATION, entered
from portal.organisations.find import link
from portal.roles import ROLES
from portal.staff import actions


@click.group()
def staff():
    """Who works at an organisation."""


@staff.command("add")
@click.argument("email")
@ORGANISATION
@click.option("--name", required=True, help="full name")
@click.option("--role", type=click.Choice(ROLES), required=True)
def add_staff(email, organisation, name, role):
    """Add someone and print the one-time link with which they choose a password."""
    with entered(organisation) as found:
        account = queries.account_with(rules.email_key(email))
        if account is None or account.role != role or account.password_hash:
            account = actions.add_staff(email, name, role)
        made = actions.first_link(account)
        db.session.commit()
        click.echo(f"{account.email} is {role} at {found.name}. The password is chosen here, once, within a week:")
        click.echo(link(found, "auth.open_activation_link", token=made.token))


@staff.command("reset-second-step")
@click.argument("email")
@ORGANISATION
def reset_second_step(email, organisation):
    """Take the second step of someone away who lost phone and recovery codes; it is set up again at the next login."""
    with entered(organisation):
        account = queries.account_with(rules.email_key(email))
        if account is None:
            raise Refused(f"There is no account with the address {email} at this organisation.")
        if account.second_step_at is None:
            raise Refused(f"{account.email} has no second step.")
        reset_now(account)
        db.session.commit()
        click.echo(f"The second step of {account.email} is gone. It is set up again at the next login.")
