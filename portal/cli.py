"""The command `portal`: commands of the subjects, and those that span them."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError, ProgrammingError

from portal import create_app, serving
from portal import db as database
from portal.config import instance_folder
from portal.errors import ConfigError, Refused
from portal.organisations.queries import all_organisations
from portal.pages import FIRST_COMMAND

BIND = click.option("--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT", help="where to listen")


def main() -> None:
    """Exit code 0 done, 1 refused with one sentence, 2 wrong usage."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for name in ("alembic", "fontTools", "fpdf"):  # they tell of each step
        logging.getLogger(name).setLevel(logging.WARNING)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without emoji shows a question mark
    os.umask(0o077)  # what the portal writes is for its own user only
    try:
        if sys.argv[1:2] == ["demo"]:
            _enter_demo()
        _refuse_wrong_folder(sys.argv[1:2])
        app = create_app()
        with app.app_context():
            sys.exit(_commands(app).main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(1)
    except (Refused, ConfigError) as refusal:
        sys.exit(_say(str(refusal)))
    except (OperationalError, ProgrammingError) as error:
        sys.exit(_say(_database_problem(str(error.orig))))


def _refuse_wrong_folder(command: list[str]) -> None:
    """Only these begin a new portal; another command in the wrong folder would quietly make a second, empty one."""
    folder = Path(os.environ.get("PORTAL_INSTANCE") or "instance").resolve()
    begins = not command or command[0] in ("serve", "demo", "db", "--help")
    has_key = any(name in os.environ for name in ("PORTAL_SECRET_KEY", "PORTAL_SECRET_KEY_FILE"))
    if not begins and not has_key and not (folder / "secret_key").exists():
        raise ConfigError(
            f"There is no portal in {folder}. Set PORTAL_INSTANCE to its folder, or begin one with: portal db upgrade"
        )


def _say(sentence: str) -> int:
    click.echo(sentence, err=True)
    return 1


def _database_problem(words: str) -> str:
    if "locked" in words:
        return "Somebody else is writing in the database. Nothing was changed; try again in a moment."
    if "no such table" in words or "does not exist" in words:
        return "The database is not ready. Next: portal db upgrade"
    return f"The database does not answer: {words.splitlines()[0]}"


def _commands(app: Flask) -> click.Group:
    group = click.Group("portal", help="A parent portal for childcare organisations.")
    for command in (*app.cli.commands.values(), db, serve, demo):
        if command.name not in ("run", "shell", "routes"):
            group.add_command(command)
    return group


def _address(bind: str) -> tuple[str, int]:
    try:
        return serving.address(bind)
    except ConfigError as problem:
        raise click.UsageError(str(problem)) from None


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version of the portal."""
    database.migrate()
    click.echo("The database is up to date.")


@click.command()
@BIND
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="web workers")
@click.option("--no-worker", is_flag=True, help="send no mail from here: portal outbox run does, elsewhere")
def serve(bind: str, workers: int, no_worker: bool) -> None:
    """Serve the portal: web workers, and one worker that sends the mail."""
    host, port = _address(bind)
    serving.refuse_open_proxy(host, current_app.config["TRUSTED_PROXIES"])
    database.migrate()
    if database.is_above_the_law():
        click.echo("The database user is a superuser: PostgreSQL then keeps no border between organisations.", err=True)
    if not all_organisations():
        click.echo(f"There is no organisation yet. Next:\n  {FIRST_COMMAND}", err=True)
    if not current_app.config["MAIL_SERVER"] and not current_app.config["DEMO"]:
        click.echo("PORTAL_MAIL_SERVER is not set: mails wait in the outbox.", err=True)
    database.let_go()
    serving.serve(host, port, workers, mail=not no_worker)


@click.command()
@BIND
@click.option("--fresh", is_flag=True, help="throw the example away and start over")
def demo(bind: str, fresh: bool) -> None:
    """A filled example with two organisations, and its mailbox as a page. Nothing leaves the machine."""
    from portal.demo import actions

    host, port = _address(bind)
    database.migrate()
    actions.fill(port)
    database.db.session.commit()
    actions.check_mail()
    database.db.session.commit()
    click.echo(actions.welcome())
    database.let_go()
    serving.serve(host, port, workers=1, mail=True)


def served() -> Flask:
    """The application, whose answers do not tell which server and version they come from (security.md, H7)."""
    app = create_app()
    lanes = serving.PHOTOS_FROM_A_BUCKET if app.config["FILES_BUCKET"] else serving.PHOTOS_AT_ONCE
    inner = serving.in_line(app.wsgi_app, lanes)

    def nameless(environ: dict[str, Any], start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, ("Server", "portal")], *rest)

        return inner(environ, start)

    app.wsgi_app = nameless  # type: ignore[method-assign]
    return app


def _enter_demo() -> None:
    """The demo has a folder of its own, and takes no setting from the real installation next to it."""
    folder = instance_folder() / "demo"
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        del os.environ[name]
    os.environ.update(PORTAL_INSTANCE=str(folder), PORTAL_DEMO="true")
    if "--fresh" in sys.argv:
        for path in [*folder.glob("portal.sqlite*"), *folder.glob("post/*/*.eml"), *folder.glob("uploads/*/*")]:
            path.unlink()
