"""How long `portal invoices import` takes for 5,000 invoices with their PDFs, and how much memory. Not timed in the suite."""

import os
import tempfile
import time
import zipfile
from pathlib import Path

from tests.documents.pdf import pdf
from tests.invoices.conftest import COLUMNS, LINE
from tests.speed import import_parents

INVOICES = 5_000
PAYERS = 1_000


def measure(uri=""):
    """The seconds and MiB of the whole command, on SQLite or on the empty database at `uri`."""
    with tempfile.TemporaryDirectory(prefix="portal-invoices-") as folder:
        environ = {**os.environ, "PORTAL_INSTANCE": folder, "PORTAL_SQLALCHEMY_DATABASE_URI": uri}
        parents, path = Path(folder) / "ouders.csv", Path(folder) / "facturen.zip"
        parents.write_text("\n".join([import_parents.HEADER, *(_parent(number) for number in range(PAYERS))]))
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("facturen.csv", "\n".join([";".join(COLUMNS), *_lines()]))
            for number in range(INVOICES):
                archive.writestr(f"{number}.pdf", pdf(f"Factuur {number}") + b"%" * 20_000 + pdf()[-60:])
        portal = import_parents._portal
        portal(environ, "db", "upgrade")
        portal(
            environ, "organisation", "add", "Kok", "--slug", "kok", "--origin", "https://kok.test",
            "--email", "kantoor@kok.test", "--phone", "010-1234567",
        )  # fmt: skip
        portal(environ, "parents", "import", str(parents), "--organisation", "kok")
        start = time.perf_counter()
        said = portal(environ, "invoices", "import", str(path), "--organisation", "kok")
        seconds = time.perf_counter() - start
    assert f"Invoices: {INVOICES} new" in said.stdout, said
    return {"seconds": seconds, "peak_mib": int(said.stderr.split()[-1]) / 1024}


def _parent(number):
    return f"ouder{number}@voorbeeld.nl;Anna;;Vries{number};;Kind{number};Vries;1-5-2023;Groep {number % 60};ja"


def _lines():
    for number in range(INVOICES):
        payer = number % PAYERS
        values = {
            **LINE, "factuurnummer": str(number), "betaler": f"ouder{payer}@voorbeeld.nl", "kind_voornaam": f"Kind{payer}",
            "kind_achternaam": "Vries", "totaal": "1852,84",
        }  # fmt: skip
        yield from [";".join(values[name] for name in COLUMNS)] * 2
