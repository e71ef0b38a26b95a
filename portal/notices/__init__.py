"""Calm mail about what is new: at the first photo of the day, once in the evening, or not at all."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.notices import actions, letters, routes, worker
    from portal.outbox.actions import CHORES, SWEEPS

    app.register_blueprint(routes.bp)
    app.register_blueprint(routes.stopping)
    letters.register()
    if worker.run_next not in CHORES:
        CHORES.append(worker.run_next)
        SWEEPS.append(actions.sweep)
