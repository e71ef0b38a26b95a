"""portal invoices import"""

import click

from portal.documents import cli
from portal.invoices import actions
from portal.organisations.cli import ORGANISATION


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
    cli.take_over(actions, source, organisation, dry_run, as_json)
