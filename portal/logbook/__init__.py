"""Reading the access log: for a manager, and for a parent who wants to know who looked."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.audit.cli import audit
    from portal.logbook import cli, routes, staff
    from portal.text import lazy_gettext

    app.register_blueprint(staff.bp)
    app.register_blueprint(routes.bp)
    audit.add_command(cli.who)
    menu.add("staff", "logbook.overview", lazy_gettext("Logboek"), 75)
