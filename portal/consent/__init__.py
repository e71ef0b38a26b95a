"""What parents allow: for which purpose, in which words, for which child; given and withdrawn as easily."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.children.queries import PANELS
    from portal.consent import actions, models, queries, routes, staff
    from portal.retention.queries import OF_CHILD, Kept
    from portal.text import lazy_gettext

    for blueprint in (routes.bp, staff.bp):
        app.register_blueprint(blueprint)
    menu.add("staff", "office_consent.purposes", lazy_gettext("Toestemming"), 64)
    if queries.panel_of not in PANELS:
        PANELS.append(queries.panel_of)
        OF_CHILD.append(Kept("child", "answers", models.Consent.child_id, actions.forget))
