"""News of the organisation, a location or a group: written by who works here, read by the parents it is for."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.doors import takes_files
    from portal.messages import routes, rules, staff
    from portal.text import lazy_gettext

    for blueprint in (routes.bp, staff.bp):
        app.register_blueprint(blueprint)
    for endpoint in ("office_news.write", "office_news.change"):
        takes_files(endpoint, 64 << 10)  # no file, but four thousand letters of any alphabet
    takes_files("office_news.attach", rules.MOST_IN_A_POST)
    menu.add("parents", "news.items", lazy_gettext("Nieuws"), 15)
    menu.add("staff", "office_news.items", lazy_gettext("Nieuws"), 16)
