"""Taking over a file of parents, as the office's own software exports it; and the parents as a file."""

from flask import Flask


def init_app(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from portal import menu
    from portal.imports import cli, staff
    from portal.parents.cli import parents

    parents.add_command(cli.import_)
    app.register_blueprint(staff.bp)
    app.register_blueprint(staff.exports)
    menu.add("staff", "exports.export", lazy_gettext("Exporteren"), 65)
