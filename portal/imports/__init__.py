"""Taking over a file of parents, as the office's own software exports it."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.imports import cli
    from portal.parents.cli import parents

    parents.add_command(cli.import_)
