"""Parents as the office knows them: their names, their addresses, and whether they come in."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.outbox.actions import SWEEPS
    from portal.parents import actions, cli, letters, staff
    from portal.text import lazy_gettext

    for blueprint in (staff.see, staff.change, staff.credentials, staff.access):
        app.register_blueprint(blueprint)
    menu.add("staff", "office_parents.parents", lazy_gettext("Ouders"), 30)

    app.cli.add_command(cli.parents)
    letters.register()
    if actions.close_accounts not in SWEEPS:
        SWEEPS.append(actions.close_accounts)
