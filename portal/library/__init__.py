"""The library: what the organisation lets parents read, or everyone: policies, minutes, the complaints procedure."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.documents.queries import KINDS, Kind
    from portal.documents.rules import MOST_IN_A_POST
    from portal.doors import takes_files
    from portal.library import queries, routes, rules, staff
    from portal.text import lazy_gettext

    for blueprint in (routes.bp, staff.bp):
        app.register_blueprint(blueprint)
    for endpoint in ("office_library.add_document", "office_library.replace"):
        takes_files(endpoint, MOST_IN_A_POST)
    KINDS[rules.KIND] = Kind("library.change", queries.OF_LIBRARY)
    menu.add("staff", "office_library.shelves", lazy_gettext("Documenten"), 66)
