"""Taking along: everything about a child in one file that parents keep, made by the worker."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.export import actions, cli, letters, routes, worker
    from portal.outbox.actions import CHORES, SWEEPS

    app.register_blueprint(routes.bp)
    app.cli.add_command(cli.export)
    letters.register()
    if worker.run_next not in CHORES:
        CHORES.append(worker.run_next)
        SWEEPS.append(actions.sweep)
