"""The start page, help with getting in, the language, and whether the portal lives."""

from flask import Flask


def init_app(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from portal import menu
    from portal.home import routes

    app.register_blueprint(routes.bp)
    app.register_blueprint(routes.welcome)
    menu.add("parents", "portal.home", lazy_gettext("Start"), 10)
