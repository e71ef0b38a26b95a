"""portal organisation add"""

from contextlib import contextmanager

import click

from portal.db import db, within
from portal.errors import Refused
from portal.organisations import actions, queries, rules

ORGANISATION = click.option("--organisation", required=True, metavar="SLUG", help="short name of the organisation")


@contextmanager
def entered(slug):
    """What a command does for one organisation: its rows are seen here, and nobody else's."""
    found = queries.organisation_named(slug) if rules.SLUG.fullmatch(slug) else None
    if found is None:
        known = ", ".join(each.slug for each in queries.all_organisations())
        raise Refused(
            f"There is no organisation {slug}. Known: {known or 'none yet; start with portal organisation add'}."
        )
    with within(found.id):
        yield found


@click.group()
def organisation():
    """Organisations on this installation."""


@organisation.command()
@click.argument("name")
@click.option("--slug", required=True, help="short name in commands, such as kok")
@click.option("--origin", required=True, help="address of the portal: https://portaal.voorbeeld.nl")
@click.option("--email", required=True, help="address parents can write to")
@click.option("--phone", required=True, help="number parents can call")
@click.option("--sender", default="", help="sender of mails; default PORTAL_MAIL_DEFAULT_SENDER")
@click.option("--colour", default=rules.DEFAULT_COLOUR, show_default=True, help="accent colour")
def add(name, slug, origin, email, phone, sender, colour):
    """Add an organisation."""
    added = actions.add_organisation(name, slug, origin, email, phone, sender, colour)
    db.session.commit()
    click.echo(
        f"Added {added.name} at {added.origin}. Next: portal parents import FILE.csv --organisation {added.slug}"
    )
