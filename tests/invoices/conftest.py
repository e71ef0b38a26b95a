"""The file of invoices as the office's software makes it, with its PDFs, and the command that takes them over."""

import io
import zipfile

import pytest
import sqlalchemy as sa

from portal.invoices.models import Invoice
from portal.invoices.rules import COLUMNS
from tests.documents.pdf import pdf
from tests.imports.conftest import processes  # noqa: F401

LINE = {
    "factuurnummer": "2026-0012", "periode": "2026-11", "betaler": "anna@voorbeeld.nl", "kind_voornaam": "Noor",
    "kind_achternaam": "Bakker", "kind_geboortedatum": "1-5-2023", "lrk_nummer": "123456789",
    "opvangsoort": "dagopvang", "omschrijving": "Vaste dagen", "uren": "86,50", "tarief": "10,71", "bedrag": "926,42",
    "totaal": "926,42", "vervaldatum": "15-12-2026", "telt_mee": "ja", "status": "open", "soort": "factuur",
    "pdf": "",
}  # fmt: skip
EXTRA = {"opvangsoort": "", "lrk_nummer": "", "uren": "", "tarief": "", "telt_mee": "nee", "omschrijving": "Uitstapje"}


def row(**values):
    return {**LINE, **values}


def a_file(*rows, columns=COLUMNS):
    rows = rows or (LINE,)
    lines = [";".join(columns), *(";".join(each[name] for name in columns) for each in rows), ""]
    return "\r\n".join(lines).encode()


def a_zip(*rows, table=None, pdfs=None, more=None):
    """A zip as it is made by hand: pdfs is what is in each, by name; without it every invoice has its own."""
    rows = rows or (LINE,)
    if pdfs is None:
        names = dict.fromkeys(each["pdf"] or f"{each['factuurnummer']}.pdf" for each in rows)
        pdfs = {name: pdf(name) for name in names}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("facturen.csv", a_file(*rows) if table is None else table)
        for name, each in {**pdfs, **(more or {})}.items():
            archive.writestr(name, each)
    return content.getvalue()


@pytest.fixture
def import_zip(command, tmp_path):
    """Import these invoices at Kok."""

    def run(*rows, options=(), content=None, **parts):
        path = tmp_path / "facturen.zip"
        path.write_bytes(a_zip(*rows, **parts) if content is None else content)
        return command("invoices", "import", path, "--organisation", "kok", *options)

    return run


@pytest.fixture
def kept(inside, kok):
    """kept() is the number, state and total of each invoice."""

    def read():
        with inside(kok) as session:
            columns = sa.select(Invoice.number, Invoice.state, Invoice.total_cents)
            return [tuple(each) for each in session.execute(columns.order_by(Invoice.number))]

    return read
