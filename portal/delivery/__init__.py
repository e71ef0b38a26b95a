"""What happened to each mail, in words, for the office; and what helps when it did not arrive."""

from flask import Flask


def init_app(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from portal import menu
    from portal.delivery import staff

    for blueprint in (staff.see, staff.again):
        app.register_blueprint(blueprint)
    menu.add("staff", "mails.outbox", lazy_gettext("E-mail"), 40)
