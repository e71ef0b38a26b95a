"""Mail that leaves: a row in the transaction of the change it tells about, and a worker that sends it."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.outbox import cli

    app.cli.add_command(cli.outbox)
