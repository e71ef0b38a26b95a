"""portal audit verify"""

import json

import click

from portal.audit import queries
from portal.db import db, within
from portal.errors import Refused
from portal.organisations.cli import entered
from portal.organisations.queries import all_organisations


@click.group()
def audit():
    """The access log: who did or saw what, when."""


@audit.command()
@click.option("--organisation", metavar="SLUG", help="only this organisation")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def verify(organisation, as_json):
    """Whether every line of the access log is as it was written; else the first one that is not.

    Lines form a chain: each carries a hash over itself and the line before. Keep the last hash this command prints
    somewhere else; who can rewrite the whole chain cannot rewrite that.
    """
    if organisation:
        with entered(organisation) as found:
            verified = {found.slug: _verified()}
    else:
        verified = {}
        for each in all_organisations():
            with within(each.id):
                verified[each.slug] = _verified()
    if as_json:
        click.echo(json.dumps(verified, indent=2))
    else:
        _tell(verified)
    broken = [slug for slug, chains in verified.items() if any(chain["broken"] for chain in chains.values())]
    if broken:
        raise Refused(f"The access log of {', '.join(broken)} is not as it was written.")


def _verified():
    found = {}
    for chain in queries.all_chains():
        head = queries.head_of(chain)
        broken = queries.first_break_of(chain)
        line = queries.line_at(chain, broken.number) if broken else None
        found[chain] = {
            "lines": head.number - head.purged if head else None,
            "last": head.number if head else None,
            "hash": head.hash if head else None,
            "broken": broken and {**broken._asdict(), "id": line and str(line.id), "action": line and line.action},
        }
    db.session.rollback()
    return found


def _tell(verified):
    for slug, chains in verified.items():
        if not chains:
            click.echo(f"{slug}: no lines yet")
        for name, chain in chains.items():
            if chain["broken"]:
                click.echo(f"{slug} {name}: line {_broken(chain['broken'])}")
            else:
                click.echo(f"{slug} {name}: {chain['lines']} lines as they were written; {_end(chain)}")


def _end(chain):
    return f"the last is {chain['last']}, {chain['hash']}"


def _broken(broken):
    which = f"{broken['number']} ({broken['action']}, {broken['id']})" if broken["id"] else str(broken["number"])
    return f"{which} was {broken['reason']}"
