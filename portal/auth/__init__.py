"""Getting in: accounts, sessions, links and passwords."""

from flask import Flask


def init_app(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from portal import menu, pages
    from portal.auth import account, cli, cookies, gate, letters, routes
    from portal.passwords import actions as passwords

    app.session_interface = cookies.SessionCookie()
    cookies.Login(app)
    gate.init_app(app)
    app.register_blueprint(routes.bp)
    app.register_blueprint(account.bp)
    app.register_error_handler(passwords.Busy, lambda error: pages.error_page(503, retry_after=5))
    passwords.set_slots(passwords.slots_for(app.config["WORKERS"]))
    letters.register()
    app.cli.add_command(cli.sessions)
    menu.add("parents", "portal.account", lazy_gettext("Mijn account"), 90)
