"""The days of a child: what the group writes on a tablet, and what its parents read."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.diary import actions, models, routes, staff
    from portal.doors import takes_files
    from portal.photos.rules import MOST_IN_A_POST
    from portal.retention.queries import OF_CHILD, Kept
    from portal.text import lazy_gettext

    for blueprint in (routes.bp, staff.bp):
        app.register_blueprint(blueprint)
    takes_files("office_diary.board", MOST_IN_A_POST)
    menu.add("parents", "diary.days", lazy_gettext("Dagboek"), 20)
    menu.add("staff", "office_diary.groups", lazy_gettext("Dagboek"), 15)
    if not any(kept.forget is actions.forget_stories for kept in OF_CHILD):
        OF_CHILD.append(Kept("days", "stories", models.DiaryChild.child_id, actions.forget_stories))
        OF_CHILD.append(Kept("rhythm", "rhythm entries", models.RhythmEntry.child_id, actions.forget_rhythm))
