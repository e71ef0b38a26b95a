"""The organisation's own face: its name, logo and colour, how to reach it, and what parents get first."""

from flask import Flask


def init_app(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from portal import doors, menu
    from portal.face import staff
    from portal.files.rules import MOST_IN_A_POST

    app.register_blueprint(staff.bp)
    doors.takes_files("face.logo", MOST_IN_A_POST)
    menu.add("staff", "face.organisation", lazy_gettext("Organisatie"), 80)
