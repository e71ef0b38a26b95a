"""The printed letter, for who has no mail that works: a square to scan, and a code to type."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.paper import staff

    app.register_blueprint(staff.bp)
