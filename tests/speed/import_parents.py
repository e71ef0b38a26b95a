"""How long `portal parents import` takes for 10,000 parents, and how much memory. Not timed in the test suite."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PARENTS = 10_000
HEADER = "email;voornaam;tussenvoegsel;achternaam;telefoon;kind_voornaam;kind_achternaam;kind_geboortedatum;groep;gezag"


def measure(uri=""):
    """The seconds and MiB of the whole command, on SQLite or on the empty database at `uri`."""
    with tempfile.TemporaryDirectory(prefix="portal-import-") as folder:
        environ = {**os.environ, "PORTAL_INSTANCE": folder, "PORTAL_SQLALCHEMY_DATABASE_URI": uri}
        path = Path(folder) / "ouders.csv"
        path.write_text("\n".join([HEADER, *map(_row, range(PARENTS))]))
        _portal(environ, "db", "upgrade")
        _portal(
            environ, "organisation", "add", "Kok", "--slug", "kok", "--origin", "https://kok.test",
            "--email", "kantoor@kok.test", "--phone", "010-1234567",
        )  # fmt: skip
        start = time.perf_counter()
        said = _portal(environ, "parents", "import", str(path), "--organisation", "kok")
        seconds = time.perf_counter() - start
    assert f"Parents: {PARENTS} new" in said.stdout, said
    return {"seconds": seconds, "peak_mib": int(said.stderr.split()[-1]) / 1024}


def _row(number):
    child = number // 2
    born = f"{1 + child % 28}-{1 + child % 12}-{2015 + child % 11}"
    return (
        f"ouder{number}@voorbeeld.nl;Anna;van der;Vries{number};06{number:08};"
        f"Kind{child};van der Vries{child};{born};Groep {child % 60};ja"
    )


def _portal(environ, *words):
    return subprocess.run(
        [sys.executable, "-m", "tests.speed.import_parents", *words], env=environ, check=True, text=True,
        capture_output=True,
    )  # fmt: skip


def _main():
    """The command itself; at its end, the most memory it had (the kernel's own count for a child starts too high)."""
    from portal.cli import main

    try:
        main()
    finally:
        status = Path("/proc/self/status").read_text()
        print(status.partition("VmHWM:")[2].split()[0], file=sys.stderr)


if __name__ == "__main__":
    _main()
