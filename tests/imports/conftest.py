"""The command `portal` as it is typed, and the file of parents as the office makes it."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

HEADER = "email;voornaam;tussenvoegsel;achternaam;telefoon;kind_voornaam;kind_achternaam;kind_geboortedatum;groep;gezag"
ANNA = "anna@voorbeeld.nl;Anna;de;Vries;0612345678;Noor;Bakker;2023-05-01;De Vlinders;ja"
PIET = "piet@voorbeeld.nl;Piet;;Bakker;;Noor;Bakker;2023-05-01;De Vlinders;ja"
FAMILY = [ANNA, ANNA.replace("Noor", "Sem").replace("2023-05-01;De Vlinders", "30-9-2025;De Rupsen"), PIET]


def a_file(*rows, header=HEADER):
    return "\r\n".join([header, *rows, ""])


def many(count):
    """So many parents, two to each child."""
    return [
        f"ouder{i}@voorbeeld.nl;Anna;de;Vries{i};;Kind{i // 2};Bakker;1-{1 + i // 2 % 12}-2023;Groep {i // 2 % 9};ja"
        for i in range(count)
    ]


@pytest.fixture
def save_file(tmp_path):
    def save(*rows, name="ouders.csv", **options):
        path = tmp_path / name
        path.write_bytes(a_file(*rows, **options).encode())
        return path

    return save


@pytest.fixture
def import_rows(command, save_file):
    """Import these rows at Kok."""

    def run(*rows, options=(), at="kok", header=HEADER):
        return command("parents", "import", save_file(*rows, header=header), "--organisation", at, *options)

    return run


@pytest.fixture
def processes(app, tmp_path):
    """Start the command so often at the same moment; gives what each said."""

    def run(times, *words):
        uri = app.config["SQLALCHEMY_DATABASE_URI"]
        environ = {"PORTAL_INSTANCE": app.instance_path, "PORTAL_SQLALCHEMY_DATABASE_URI": uri, "PATH": ""}
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "portal", *map(str, words)], env=environ, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            for _ in range(times)
        ]  # fmt: skip
        said = [each.communicate(timeout=120) for each in started]
        return [
            SimpleNamespace(code=e.returncode, out=out, err=err) for e, (out, err) in zip(started, said, strict=True)
        ]

    return run
