"""A parent's own side: the details the office holds, saying that one is wrong, another phone or e-mail address."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.own import letters, routes, staff

    for blueprint in (routes.bp, routes.stopping, staff.bp):
        app.register_blueprint(blueprint)
    letters.register()
