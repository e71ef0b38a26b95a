"""Children, and who may know about them: guardianship is the only path to a child."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.auth.queries import OWN_WORDS
    from portal.children import letters, queries, staff
    from portal.text import lazy_gettext

    for blueprint in (staff.see, staff.change, staff.rights, staff.blocks):
        app.register_blueprint(blueprint)
    menu.add("staff", "office_children.children", lazy_gettext("Kinderen"), 20)
    letters.register()
    if queries.names_of_children not in OWN_WORDS:
        OWN_WORDS.append(queries.names_of_children)
