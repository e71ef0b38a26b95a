"""Where children are: the locations and groups of an organisation."""

from flask import Flask


def init_app(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from portal import menu
    from portal.places import staff

    app.register_blueprint(staff.bp)
    app.register_blueprint(staff.change)
    menu.add("staff", "places.locations", lazy_gettext("Locaties"), 60)
