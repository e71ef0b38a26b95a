"""Organisations: found by the exact host name, with name, colour, contact, locations and groups."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.organisations import cli

    app.cli.add_command(cli.organisation)
