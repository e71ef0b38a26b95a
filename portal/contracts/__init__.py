"""Contracts: what was agreed about the care of a child, as the office brings it in; who has to agree says so here."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.children.queries import PANELS
    from portal.contracts import letters, queries, routes, rules, staff
    from portal.documents import queries as documents
    from portal.documents.rules import MOST_IN_A_POST
    from portal.doors import takes_files
    from portal.text import lazy_gettext

    for blueprint in (routes.bp, staff.bp):
        app.register_blueprint(blueprint)
    for endpoint in ("add_contract", "new_version"):
        takes_files(f"office_contracts.{endpoint}", MOST_IN_A_POST)
    documents.KINDS[rules.CONTRACT] = documents.Kind("contracts.change", queries.DOCUMENT_IS_FOR)
    menu.add("parents", "contracts.contracts", lazy_gettext("Contracten"), 44, routes.has_contracts)
    menu.add("staff", "office_contracts.contracts", lazy_gettext("Contracten"), 61)
    letters.register()
    if queries.panel_of not in PANELS:
        PANELS.append(queries.panel_of)
