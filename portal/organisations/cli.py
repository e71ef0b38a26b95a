"""portal organisation add"""

from contextlib import contextmanager

import click
from flask_babel import force_locale

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


@contextmanager
def speaking_english():
    """The rules speak as the screen does; a terminal speaks English, and names the option that is wrong."""
    try:
        with force_locale("en"):
            yield
    except actions.WrongSetting as refusal:
        raise Refused(f"--{refusal.setting.replace('_', '-')}: {refusal}") from None


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
    with speaking_english():
        added = actions.add_organisation(name, slug, origin, email, phone, sender, colour)
    db.session.commit()
    click.echo(
        f"Added {added.name} at {added.origin}. Next, its first manager:\n"
        f'  portal staff add EMAIL --organisation {added.slug} --name "…" --role manager'
    )


@organisation.command("list")
def list_them():
    """The organisations on this installation."""
    for each in queries.all_organisations():
        click.echo(f"{each.slug:<20} {each.origin:<40} {each.name}")


@organisation.command()
@click.argument("slug")
@click.option("--name")
@click.option("--email", help="address parents can write to")
@click.option("--phone", help="number parents can call")
@click.option("--phone-hours", help="when somebody answers, in words for parents")
@click.option("--sender", help="sender of mails")
@click.option("--colour", help="accent colour, such as #1f6f66")
@click.option("--login-text", help="a sentence of your own on the login page")
@click.option("--language", type=click.Choice(["nl", "en"]), help="language of mails to who chose none")
@click.option(
    "--credentials-mail",
    type=click.Choice(["password", "link"]),
    help="the first mail holds a temporary password or a link",
)
@click.option("--temporary-password-hours", type=click.IntRange(24, 168), help="how long a temporary password works")
@click.option("--shortest-password", type=click.IntRange(8, 64), help="how short a parent's password may be")
@click.option("--notice-months", type=click.IntRange(0, rules.MOST_NOTICE), help="before a contract can end")
def change(slug, **values):
    """Change settings of an organisation; only what you name changes."""
    given = {name: value for name, value in values.items() if value is not None}
    if not given:
        raise click.UsageError("Name at least one setting to change.")
    with entered(slug) as found, speaking_english():
        actions.change_organisation(found, **given)
        db.session.commit()
        click.echo(f"Changed {', '.join(given)} of {found.name}.")
