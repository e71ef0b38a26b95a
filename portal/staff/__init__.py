"""The office: its start page, who works there, and what needs a hand today."""

from flask import Flask


def init_app(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from portal import menu
    from portal.staff import cli, letters, staff

    for blueprint in (staff.office, staff.searching, staff.people, staff.resets):
        app.register_blueprint(blueprint)
    app.cli.add_command(cli.staff)
    letters.register()
    menu.add("parents", "office.start", lazy_gettext("Beheer"), 80)
    menu.add("staff", "office.start", lazy_gettext("Vandaag"), 10)
    menu.add("staff", "staff_people.people", lazy_gettext("Medewerkers"), 70)
    menu.add("staff", "portal.account", lazy_gettext("Mijn account"), 90)
