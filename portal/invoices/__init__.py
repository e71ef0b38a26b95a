"""Invoices: the office brings in what its own software made, and who pays reads it. We make none, and collect none."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.documents import queries as documents
    from portal.invoices import cli, letters, routes, rules

    app.register_blueprint(routes.bp)
    app.cli.add_command(cli.invoices)
    documents.KINDS[rules.INVOICE] = documents.Kind("invoices.see", documents.OF_PERSON)
    letters.register()
