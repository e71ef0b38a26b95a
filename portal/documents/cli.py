"""What commands say that take over rows with their PDFs; each subject has a command of its own."""

import json
import sys
from pathlib import Path

import click

from portal.documents import bundle, worker
from portal.errors import Refused
from portal.organisations.cli import entered


def take_over(subject, source, organisation, dry_run, as_json):
    """Import this folder or zip at this organisation, and say what became of it."""
    has_bar = not as_json and sys.stderr.isatty()
    bar = click.progressbar(length=0, file=sys.stderr, hidden=not has_bar)
    with entered(organisation), bundle.opened(Path(source)) as opened, bar:
        result = worker.at_once(subject, opened, dry_run, lambda done, total: _advance(bar, done, total))
    if as_json:
        click.echo(json.dumps(_as_json(subject, result, dry_run), ensure_ascii=False, indent=2))
        sys.exit(1 if result.bad_rows else 0)
    _tell(subject, result, dry_run)


def _advance(bar, done, total):
    bar.length = total
    bar.update(done - bar.pos)


def _tell(subject, result, dry_run):
    for line, reason in result.bad_rows:
        click.echo(f"regel {line}: {reason}", err=True)
    if result.bad_rows:
        lines = len({remark.line for remark in result.bad_rows})
        raise Refused(f"Nothing was imported: {lines} {'row is' if lines == 1 else 'rows are'} not right.")
    for remark in result.remarks:
        click.echo(remark.reason)
    if result.extra_columns:
        click.echo(f"Not used: {', '.join(result.extra_columns)}.")
    states = ", ".join(f"{result.number(state)} {state}" for state in subject.STATES)
    click.echo(f"{subject.KIND.capitalize()}: {states}.")
    mails, verb = len(result.told), "would go out" if dry_run else "will go out"
    click.echo(f"{mails} {'mail' if mails == 1 else 'mails'} {verb}.")
    if dry_run:
        click.echo("This was a dry run: nothing was changed.")


def _as_json(subject, result, dry_run):
    return {
        "dry_run": dry_run,
        "bad_rows": [remark._asdict() for remark in result.bad_rows],
        "remarks": [remark.reason for remark in result.remarks],
        "extra_columns": result.extra_columns,
        subject.KIND: {state: result.number(state) for state in subject.STATES},
        "mails": len(result.told),
    }
