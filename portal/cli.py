"""The command `portal`: commands of the subjects, and those that span them."""

import logging
import sys

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import create_app
from portal import db as database
from portal.errors import ConfigError, Refused


def main() -> None:
    """Exit code 0 done, 1 refused with one sentence, 2 wrong usage."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        app = create_app()
        command = _command(app)
        with app.app_context():
            sys.exit(command.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(1)
    except (Refused, ConfigError) as refusal:
        sys.exit(_say(str(refusal)))
    except OperationalError as error:
        sys.exit(_say(f"The database does not answer: {error.orig}"))


def _say(sentence: str) -> int:
    click.echo(sentence, err=True)
    return 1


def _command(app: Flask) -> click.Group:
    group = click.Group("portal", help="A parent portal for childcare organisations.")
    for command in app.cli.commands.values():
        if command.name not in ("run", "shell", "routes"):
            group.add_command(command)
    group.add_command(db)
    return group


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version of the portal."""
    database.migrate()
    click.echo("The database is up to date.")
