"""portal contracts import"""

import click

from portal.contracts import intake
from portal.documents import cli
from portal.organisations.cli import ORGANISATION


@click.group()
def contracts():
    """Contracts, as the office's own software makes them."""


@contracts.command("import")
@click.argument("source", metavar="FOLDER_OR_ZIP")
@ORGANISATION
@click.option("--dry-run", is_flag=True, help="say what would happen, and change nothing")
@click.option("--json", "as_json", is_flag=True, help="answer a program")
def import_(source, organisation, dry_run, as_json):
    """Take over contracts: PDFs, and a CSV with a row for each, in a folder or a zip. Who must agree gets one mail.

    Columns: contractnummer, contractouder, betaler, mee_akkoord, kind_voornaam, kind_achternaam, kind_geboortedatum,
    opvangsoort, lrk_nummer, dagen, weken, uren_per_jaar, tarief, begin, eind, opzegtermijn, akkoord, pdf. With one
    wrong row nothing is written; the same file twice changes nothing.
    """
    cli.take_over(intake, source, organisation, dry_run, as_json)
