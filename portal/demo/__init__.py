"""A filled example with two organisations, and its mailbox as a page. Only there when `portal demo` started it."""

from flask import Flask


def init_app(app: Flask) -> None:
    from functools import partial

    from portal.demo import facts, queries, routes
    from portal.postmaster.gather import look_elsewhere

    app.register_blueprint(routes.bp)
    look_elsewhere(app, partial(queries.look, app), lambda *_: facts.DOOR)
