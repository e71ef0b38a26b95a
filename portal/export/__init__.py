"""Taking along: everything about a child in one file that parents keep, made by the worker."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.export import actions, letters, routes, worker
    from portal.outbox.actions import CHORES, SWEEPS

    app.register_blueprint(routes.bp)
    letters.register()
    if worker.run_next not in CHORES:
        CHORES.append(worker.run_next)
        SWEEPS.append(actions.sweep)
