"""Who may fetch a child: its guardians, whom a parent with custody put on the list, and who may once."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.children.queries import PANELS
    from portal.pickup import actions, letters, models, queries, routes, staff
    from portal.retention.queries import OF_CHILD, Kept
    from portal.text import lazy_gettext

    for blueprint in (routes.bp, staff.see, staff.change):
        app.register_blueprint(blueprint)
    menu.add("staff", "group_pickup.groups", lazy_gettext("Ophalen"), 18)
    letters.register()
    if queries.panel_of not in PANELS:
        PANELS.append(queries.panel_of)
        OF_CHILD.append(Kept("child", "pick-up persons", models.PickupPerson.child_id, actions.forget))
