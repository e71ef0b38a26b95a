"""portal audit who"""

import json

import click

from portal import clock
from portal.db import db
from portal.errors import Refused
from portal.logbook import find, queries
from portal.organisations.cli import ORGANISATION, entered

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("who")
@click.argument("thing", metavar="OBJECT")
@ORGANISATION
@click.option("--from", "first", type=DAY, help="first day; default as long as looks are kept")
@click.option("--to", "last", type=DAY, help="last day; default today")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def who(thing, organisation, first, last, as_json):
    """Who saw or downloaded OBJECT: a child or parent by name or address, or anything by its ID."""
    first_day, last_day = find.default_days()
    first_day, last_day = first.date() if first else first_day, last.date() if last else last_day
    if last_day < first_day:
        raise Refused(f"{last_day} is before {first_day}.")
    since, until = find.moments(first_day, last_day)
    with entered(organisation):
        found = _the_one(queries.things_named(thing), thing)
        looks = queries.who_saw(found, since, until)
        db.session.rollback()
    if as_json:
        rows = [{**look._asdict(), "actor": look.actor and look.actor._asdict()} for look in looks]
        click.echo(json.dumps({"object": str(found.id), "name": found.name, "looks": rows}, indent=2, default=str))
        return
    click.echo(f"{found.name}, {first_day} to {last_day}")
    for look in looks:
        click.echo(f"  {_line(look)}")
    if not looks:
        click.echo("  nobody")


def _the_one(found, words):
    if not found:
        raise Refused(f"Nobody and nothing here is called {words}.")
    if len(found) > 1:
        some = ", ".join(f"{match.name} {match.id}" for match in found[:10])
        raise Refused(f"There are several: {some}. Give the ID.")
    return found[0]


def _line(look):
    name = f"{look.actor.name} ({look.actor.role or 'parent'})" if look.actor else "unknown"
    first, last = (clock.local(moment).strftime("%Y-%m-%d %H:%M") for moment in (look.first, look.last))
    return f"{name}: {look.action.replace('_', ' ')}, {look.times} times, {first} to {last}"
