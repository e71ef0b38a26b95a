"""Contracts: what was agreed about the care of a child, as the office brings it in; who has to agree says so here."""

from functools import partial

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.children.queries import PANELS
    from portal.contracts import actions, cli, intake, letters, queries, routes, rules, staff
    from portal.documents import queries as documents
    from portal.documents import worker
    from portal.documents.rules import MOST_IN_A_POST
    from portal.doors import takes_files
    from portal.imports.queries import RESULTS
    from portal.retention.queries import BY_YEAR, KeptByYear
    from portal.text import lazy_gettext
    from portal.uploads import actions as uploads
    from portal.uploads.worker import IMPORTS

    for blueprint in (routes.bp, staff.bp, staff.imports):
        app.register_blueprint(blueprint)
    for endpoint in ("add_contract", "new_version"):
        takes_files(f"office_contracts.{endpoint}", MOST_IN_A_POST)
    takes_files("contract_imports.upload", staff.LARGEST_BODY)
    uploads.KINDS[intake.KIND] = uploads.Kind("contract_imports.upload", "contracts/preview.html")
    IMPORTS[intake.KIND] = partial(worker.take_over, intake)
    RESULTS[intake.KIND] = "contracts/result.html"
    app.cli.add_command(cli.contracts)
    documents.KINDS[rules.CONTRACT] = documents.Kind("contracts.change", queries.DOCUMENT_IS_FOR)
    menu.add("parents", "contracts.contracts", lazy_gettext("Contracten"), 44, routes.has_contracts)
    menu.add("staff", "office_contracts.contracts", lazy_gettext("Contracten"), 61)
    letters.register()
    if queries.panel_of not in PANELS:
        PANELS.append(queries.panel_of)
        BY_YEAR.append(KeptByYear("contracts", actions.forget_before))
