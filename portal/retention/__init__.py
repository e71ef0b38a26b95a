"""What is kept of a child goes when its time is over (domain.md, G2 and G3). The terms are settings.

A subject that keeps something says so in `queries.OF_CHILD` or `queries.BY_YEAR`, and how it forgets.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.children.queries import PANELS
    from portal.outbox.actions import SWEEPS
    from portal.retention import cli, find, letters, staff, worker

    app.register_blueprint(staff.bp)
    app.cli.add_command(cli.retention)
    letters.register()
    if find.panel_of not in PANELS:
        PANELS.append(find.panel_of)
        SWEEPS.append(worker.sweep)
