"""The days of a child: what the group writes on a tablet, and what its parents read."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.diary import routes, staff
    from portal.doors import takes_files
    from portal.photos.rules import MOST_IN_A_POST
    from portal.text import lazy_gettext

    for blueprint in (routes.bp, staff.bp):
        app.register_blueprint(blueprint)
    takes_files("office_diary.board", MOST_IN_A_POST)
    menu.add("parents", "diary.days", lazy_gettext("Dagboek"), 20)
    menu.add("staff", "office_diary.groups", lazy_gettext("Dagboek"), 15)
