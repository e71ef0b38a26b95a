"""Programs: the organisation's own planning system tells of children and parents, and its mail provider of mail that
came back, each with a token of a manager."""

from flask import Flask


def init_app(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from portal import menu
    from portal.api import routes, staff

    for blueprint in (routes.bp, routes.bounces, routes.description, staff.bp):
        app.register_blueprint(blueprint)
    menu.add("staff", "api_tokens.tokens", lazy_gettext("Koppeling"), 75)
