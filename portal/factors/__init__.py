"""The second step of logging in: a code from an app on the phone. Everyone who works here needs it; a parent may."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.factors import letters, routes

    app.register_blueprint(routes.bp)
    app.register_blueprint(routes.own)
    app.register_blueprint(routes.stopping)
    letters.register()
