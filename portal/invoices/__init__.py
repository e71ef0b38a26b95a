"""Invoices: the office brings in what its own software made, and who pays reads it. We make none, and collect none."""

from functools import partial

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.documents import queries as documents
    from portal.documents import worker
    from portal.doors import takes_files
    from portal.imports.queries import RESULTS
    from portal.invoices import actions, cli, letters, queries, routes, rules, staff
    from portal.parents.queries import PANELS
    from portal.retention.queries import BY_YEAR, KeptByYear
    from portal.text import lazy_gettext
    from portal.uploads import actions as uploads
    from portal.uploads.worker import IMPORTS

    for blueprint in (routes.bp, staff.see, staff.bring):
        app.register_blueprint(blueprint)
    takes_files("invoices_import.upload", staff.LARGEST_BODY)
    uploads.KINDS[actions.KIND] = uploads.Kind("invoices_import.upload", "invoices/preview.html")
    IMPORTS[actions.KIND] = partial(worker.take_over, actions)
    RESULTS[actions.KIND] = "invoices/result.html"
    menu.add("parents", "invoices.invoices", lazy_gettext("Facturen"), 45, routes.has_invoices)
    menu.add("staff", "office_invoices.invoices", lazy_gettext("Facturen"), 62)
    app.cli.add_command(cli.invoices)
    if not any(each.forget is actions.forget_before for each in BY_YEAR):
        BY_YEAR.append(KeptByYear("invoices", actions.forget_before))
    documents.KINDS[rules.INVOICE] = documents.Kind("invoices.see", documents.OF_PERSON)
    letters.register()
    if queries.panel_of not in PANELS:
        PANELS.append(queries.panel_of)
