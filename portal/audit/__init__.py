"""The access log: who did or saw what, when. Lines are only ever added, and chained so that a changed one shows."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.audit import cli

    app.cli.add_command(cli.audit)
