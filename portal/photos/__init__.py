"""Photos of the day: taken in as phones send them, made anew, and shown to whom they may be shown."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.outbox.actions import CHORES, SWEEPS
    from portal.photos import actions, routes, worker

    app.register_blueprint(routes.bp)

    if worker.run_next not in CHORES:
        CHORES.append(worker.run_next)
        SWEEPS.append(actions.sweep)
