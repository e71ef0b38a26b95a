"""Files that people send: remade, kept outside the database, and handed out to who may have them."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.files import routes

    app.register_blueprint(routes.bp)
