"""portal retention run"""

import json

import click
from flask import current_app

from portal.db import db
from portal.organisations.cli import ORGANISATION, entered
from portal.retention import actions, rules


@click.group()
def retention():
    """What is kept of children that left, and goes when its time is over."""


@retention.command()
@ORGANISATION
@click.option("--dry-run", is_flag=True, help="only say what would go")
@click.option("--json", "as_json", is_flag=True, help="answer a program")
def run(organisation, dry_run, as_json):
    """Take away now what is over; the mail worker does the same by itself, a little each hour.

    Days and photos go no earlier than 30 days after the mail with which the family could take them along.
    """
    months, years = rules.months_of(current_app.config), current_app.config[rules.YEARS]
    gone = {}
    with entered(organisation):
        told = 0 if dry_run else _told(months["days"])
        while sum((some := actions.forget(months, years)).values()):
            for name, count in some.items():
                gone[name] = gone.get(name, 0) + count
            if not dry_run:
                db.session.commit()
        db.session.rollback()
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, "families_told": told, "gone": gone}))
        return
    said = ", ".join(f"{count} {name}" for name, count in gone.items()) or "nothing"
    click.echo(f"Would take away: {said}." if dry_run else f"Taken away: {said}. Families told: {told}.")


def _told(months):
    told = 0
    while some := actions.offer(months):
        db.session.commit()
        told += some
    return told
