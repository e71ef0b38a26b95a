"""Parents as the office knows them: their names, their addresses, and whether they come in."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.outbox.actions import SWEEPS
    from portal.parents import actions, cli, letters

    app.cli.add_command(cli.parents)
    letters.register()
    if actions.close_accounts not in SWEEPS:
        SWEEPS.append(actions.close_accounts)
