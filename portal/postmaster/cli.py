"""portal mail doctor, portal mail dkim show, rotate and activate"""

import json
from pathlib import Path

import click
from flask_babel import force_locale

from portal import clock
from portal.db import db
from portal.errors import Refused
from portal.organisations.cli import ORGANISATION, entered
from portal.postmaster import actions, gather, queries, rules, words, worker
from portal.postmaster.facts import GOOD, NOTE, WRONG, Key

MARKS = {"wrong": "✗", "weak": "!", "unknown": "?", "note": "·", "good": "✓"}
JSON = click.option("--json", "as_json", is_flag=True, help="for programs")


@click.group()
def mail():
    """The mail set-up of an organisation."""


@mail.command()
@ORGANISATION
@click.option("--source", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.eml",
              help="a mail of the portal as it arrived")  # fmt: skip
@click.option("--language", type=click.Choice(["nl", "en"]), help="of the reasons; default that of the organisation")
@JSON
def doctor(organisation, source, language, as_json):
    """What is wrong with the mail set-up, why, and the exact record or setting to change."""
    with entered(organisation) as found:
        spoken = language or found.language
        with force_locale(spoken):
            findings = worker.check(found, source.read_bytes() if source else b"")
            shown = [_shown(finding) for finding in findings]
    if as_json:
        click.echo(json.dumps({"state": rules.state(findings), "findings": shown}, indent=2, ensure_ascii=False))
    else:
        _print(shown)
    wrong = sum(finding.severity == WRONG for finding in findings)
    if wrong:
        raise Refused(f"{wrong} thing{'' if wrong == 1 else 's'} may keep mail from arriving.")


def _shown(finding):
    return {
        "check": finding.check, "code": finding.code, "severity": finding.severity, "title": words.title(finding),
        "reason": words.reason(finding), "remedy": words.remedy(finding),
        "records": [record._asdict() for record in finding.records],
    }  # fmt: skip


def _print(shown):
    for finding in shown:
        click.echo(f"{MARKS[finding['severity']]} {finding['title']}: {finding['reason']}")
        if finding["severity"] not in (GOOD, NOTE) or finding["records"]:
            click.echo(f"    {finding['remedy']}")
        for record in finding["records"]:
            value = f'"{record["value"]}"' if record["value"] else ""
            click.echo(f"    {record['action']}: {record['name']}. {record['kind']} {value}".rstrip())


@mail.group()
def dkim():
    """The keys that sign the mail of an organisation."""


@dkim.command()
@ORGANISATION
@JSON
def show(organisation, as_json):
    """The keys of an organisation, and the records that must stand in its DNS."""
    with entered(organisation):
        keys = [_key(row) for row in queries.all_keys()]
    if as_json:
        click.echo(json.dumps([{**key._asdict(), "name": key.name, "value": key.value} for key in keys], indent=2))
    elif not keys:
        click.echo(f"There are no keys yet. Next: portal mail dkim rotate --organisation {organisation}")
    for key in () if as_json else keys:
        click.echo(f'{key.state:<7} {key.name}. TXT "{key.value}"')


@dkim.command()
@ORGANISATION
def rotate(organisation):
    """Make new keys, and say what must stand in the DNS. The old ones sign until the new ones are seen there."""
    with entered(organisation) as found:
        setup, _server = gather.setup_of(found)
        made = [_key(row) for row in actions.make_keys(found, setup.domain)]
        db.session.commit()
    click.echo("Put these in the DNS:")
    for key in made:
        click.echo(f'  {key.name}. TXT "{key.value}"')
    click.echo("They are used within an hour after that, or at once by:")
    click.echo(f"  portal mail dkim activate --organisation {organisation}")


@dkim.command()
@ORGANISATION
def activate(organisation):
    """Sign with the new keys that stand in the DNS by now."""
    with entered(organisation) as found:
        started = worker.start_keys(found)
    if not started:
        raise Refused("No new key stands in the DNS as it should. See: portal mail dkim show")
    click.echo(f"Mail is signed with {' and '.join(started)} from now on. Records of older keys must stay for a week.")


def _key(row):
    return Key(row.domain, row.selector, row.algorithm, row.public, queries.state_of(row, clock.now()))
