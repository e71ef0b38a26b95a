"""portal parents import"""

import json
import sys

import click
from flask import current_app
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.db import db
from portal.errors import Refused
from portal.imports import actions, rules
from portal.organisations.cli import ORGANISATION, entered
from portal.parents.cli import are_on_their_way

LONG, SHORT = 1000, 50  # rows: from here a progress bar, up to here every row is told in a dry run


@click.command("import")
@click.argument("file", metavar="FILE.csv")
@ORGANISATION
@click.option("--dry-run", is_flag=True, help="say what would happen, and change nothing")
@click.option("--json", "as_json", is_flag=True, help="answer a program")
def import_(file, organisation, dry_run, as_json):
    """Make accounts, children and guardianships from a CSV file, and mail the credentials.

    Columns: email, voornaam, tussenvoegsel, achternaam, telefoon, kind_voornaam, kind_achternaam, kind_geboortedatum,
    groep, gezag (ja, nee, voogd or pleegouder). One row per parent and child. With one wrong row nothing is written;
    the same file twice changes nothing.
    """
    sheet = rules.read(_content(file), clock.today())
    with entered(organisation):
        result = actions.ImportResult(bad_rows=sheet.bad_rows)
        if not sheet.bad_rows:
            result = _import(sheet.rows, has_bar=len(sheet.rows) >= LONG and not as_json)
        if result.bad_rows or dry_run:
            db.session.rollback()
        else:
            actions.remember(result, file)
            db.session.commit()
    if as_json:
        click.echo(json.dumps(_as_json(sheet, result, dry_run), ensure_ascii=False, indent=2))
        sys.exit(1 if result.bad_rows else 0)
    _tell(sheet, result, dry_run)


def _content(file):
    """The bytes of this file, or of standard input for "-". At most one more than is allowed is read."""
    try:
        with click.open_file(file, "rb") as opened:
            return opened.read(rules.MOST_BYTES + 1)
    except FileNotFoundError:
        raise Refused(f"There is no file {file}.") from None
    except IsADirectoryError:
        raise Refused(f"{file} is a folder, not a file.") from None
    except (OSError, ValueError) as error:
        raise Refused(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def _import(rows, has_bar):
    per_minute = current_app.config["MAIL_PER_MINUTE"]
    with click.progressbar(length=len(rows), file=sys.stderr, hidden=not (has_bar and sys.stderr.isatty())) as bar:
        try:
            return actions.import_parents(
                rows, per_minute, progress=lambda done, all_: bar.update(done * len(rows) // all_ - bar.pos)
            )
        except IntegrityError:
            raise Refused("Someone changed the same people at the same moment. Run the import again.") from None


# What the command says


def _tell(sheet, result, dry_run):
    for line, reason in sorted(result.bad_rows):
        click.echo(f"regel {line}: {reason}", err=True)
    if result.bad_rows:
        lines = len({remark.line for remark in result.bad_rows})
        raise Refused(f"Nothing was imported: {_count(lines, 'row is', 'rows are')} not right.")
    if dry_run and len(result.steps) <= SHORT:
        for step in result.steps:
            click.echo(_step(step))
    for line, reason in result.remarks:
        click.echo(f"regel {line}: {reason}")
    if sheet.extra_columns:
        click.echo(f"Not used: {_list(sheet.extra_columns, 'column')}.")
    if result.new_groups:
        click.echo(f"New: {_list(result.new_groups, 'group')}.")
    for name, count in (("parent", result.parents), ("child", result.children)):
        states = ", ".join(f"{count(state)} {state}" for state in ("new", "changed", "unchanged"))
        click.echo(f"{'Parents' if name == 'parent' else 'Children'}: {states}.")
    click.echo(_mails(result, dry_run))
    if dry_run:
        click.echo("This was a dry run: nothing was changed.")


def _step(step):
    row = step.row
    link = f" ({row.role})" if step.is_new_link else ""
    parent, child = f"{row.full_name} <{row.email}> {step.parent.state}", f"{row.child_name} {step.child.state}"
    return f"regel {row.line}: {parent}; {child}{link}"


def _mails(result, dry_run):
    if not result.mails:
        return "No mail is sent." if not dry_run else "No mail would be sent."
    mails = _count(result.mails, "mail", "mails") + " with credentials"
    if dry_run:
        return f"{mails} would be sent."
    minutes = round((result.last_mail_at - clock.now()).total_seconds() / 60)
    return f"{mails} {are_on_their_way()}" + (
        f", the last one in {_count(minutes, 'minute', 'minutes')}." if minutes > 0 else "."
    )


def _count(number, one, more):
    return f"{number} {one if number == 1 else more}"


def _list(names, word):
    return f"{word if len(names) == 1 else word + 's'} {', '.join(names)}"


def _as_json(sheet, result, dry_run):
    states = ("new", "changed", "unchanged")
    return {
        "dry_run": dry_run,
        "bad_rows": [remark._asdict() for remark in sorted(result.bad_rows)],
        "remarks": [remark._asdict() for remark in result.remarks],
        "extra_columns": sheet.extra_columns,
        "new_groups": result.new_groups,
        "parents": {state: result.parents(state) for state in states},
        "children": {state: result.children(state) for state in states},
        "new_guardianships": result.new_links,
        "mails": result.mails,
    }
