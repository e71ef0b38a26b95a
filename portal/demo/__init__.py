"""A filled example with two organisations, and its mailbox as a page. Only there when `portal demo` started it."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.demo import routes

    app.register_blueprint(routes.bp)
