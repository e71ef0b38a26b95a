"""The mail set-up of an organisation: its server, its signature, and a doctor that says what is wrong with it."""

from flask import Flask


def init_app(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from portal import menu
    from portal.doors import takes_files
    from portal.outbox.actions import CHORES
    from portal.postmaster import cli, staff, worker

    for blueprint in (staff.check, staff.settings, staff.keys):
        app.register_blueprint(blueprint)
    app.cli.add_command(cli.mail)
    if worker.look_after_next not in CHORES:
        CHORES.append(worker.look_after_next)
    takes_files("mail_check.source", staff.LARGEST_BODY)
    menu.add("staff", "mail_check.report", lazy_gettext("E-mail controleren"), 60)
