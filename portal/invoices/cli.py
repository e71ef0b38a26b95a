"""portal invoices import"""

import json
import sys
from pathlib import Path

import click
from flask import current_app
from sqlalchemy.exc import IntegrityError

from portal import db as database
from portal.db import db
from portal.documents import bundle
from portal.errors import Refused
from portal.invoices import actions
from portal.organisations.cli import ORGANISATION, entered

LONG = 200  # invoices: from here a progress bar


@click.group()
def invoices():
    """Invoices, as the office's own software makes them."""


@invoices.command("import")
@click.argument("source", metavar="FOLDER_OR_ZIP")
@ORGANISATION
@click.option("--dry-run", is_flag=True, help="say what would happen, and change nothing")
@click.option("--json", "as_json", is_flag=True, help="answer a program")
def import_(source, organisation, dry_run, as_json):
    """Take over invoices: PDFs, and a CSV with their lines, in a folder or a zip. Each payer gets one mail.

    Columns: factuurnummer, periode, betaler, kind_voornaam, kind_achternaam, kind_geboortedatum, lrk_nummer,
    opvangsoort, omschrijving, uren, tarief, bedrag, totaal, vervaldatum, telt_mee, status, soort, pdf. With one wrong
    row nothing is written; the same file twice changes nothing.
    """
    with entered(organisation), bundle.opened(Path(source)) as opened:
        result = _import(opened, dry_run, is_quiet=as_json)
    if as_json:
        click.echo(json.dumps(_as_json(result, dry_run), ensure_ascii=False, indent=2))
        sys.exit(1 if result.bad_rows else 0)
    _tell(result, dry_run)


def _import(opened, dry_run, is_quiet):
    examined = actions.examine(opened)
    database.read_only()
    result = actions.compare(examined)
    db.session.rollback()
    if result.bad_rows or dry_run:
        return result
    has_bar = result.number("new") >= LONG and not is_quiet and sys.stderr.isatty()
    with click.progressbar(length=result.number("new"), file=sys.stderr, hidden=not has_bar) as bar:
        kept = actions.keep_pdfs(result, opened, lambda done, _all: bar.update(done - bar.pos))
    return _written(examined, kept, result)


def _written(examined, kept, result):
    try:
        with database.writing():
            done = actions.write(examined, kept, result.outcome(), current_app.config["MAIL_PER_MINUTE"])
            if done.outcome() != result.outcome():
                raise Refused("Something changed in the portal meanwhile. Nothing was imported; run the import again.")
            db.session.commit()
    except IntegrityError:
        actions.take_back(kept)
        raise Refused("Someone imported the same invoices at the same moment. Run the import again.") from None
    except BaseException:
        actions.take_back(kept)
        raise
    return done


# What the command says


def _tell(result, dry_run):
    for line, reason in result.bad_rows:
        click.echo(f"regel {line}: {reason}", err=True)
    if result.bad_rows:
        lines = len({remark.line for remark in result.bad_rows})
        raise Refused(f"Nothing was imported: {lines} {'row is' if lines == 1 else 'rows are'} not right.")
    for remark in result.remarks:
        click.echo(remark.reason)
    if result.extra_columns:
        click.echo(f"Not used: {', '.join(result.extra_columns)}.")
    states = ", ".join(f"{result.number(state)} {state}" for state in actions.STATES)
    click.echo(f"Invoices: {states}.")
    mails, verb = len(result.told), "would go out" if dry_run else "will go out"
    click.echo(f"{mails} {'mail' if mails == 1 else 'mails'} {verb}.")
    if dry_run:
        click.echo("This was a dry run: nothing was changed.")


def _as_json(result, dry_run):
    return {
        "dry_run": dry_run,
        "bad_rows": [remark._asdict() for remark in result.bad_rows],
        "remarks": [remark.reason for remark in result.remarks],
        "extra_columns": result.extra_columns,
        "invoices": {state: result.number(state) for state in actions.STATES},
        "mails": len(result.told),
    }
