"""Documents that a parent may open: kept once, under a name nobody can guess, and given to nobody but who may see them.

A subject with documents of its own says in `queries.KINDS` who may open them: without that, nobody may. It keeps one
with `actions.receive` (not in an open transaction) and then `actions.add`. The papers of a child are a kind of our own.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.auth.find import LANDS_ON
    from portal.children.queries import PANELS
    from portal.documents import actions, models, queries, routes, rules, staff
    from portal.doors import takes_files
    from portal.retention.queries import OF_CHILD, Kept
    from portal.text import lazy_gettext

    for blueprint in (routes.bp, staff.bp):
        app.register_blueprint(blueprint)
    takes_files("office_papers.add_paper", rules.MOST_IN_A_POST)
    LANDS_ON["documents.document"] = "documents.landing"
    queries.KINDS[rules.CHILD_PAPER] = queries.Kind("papers.see", queries.OF_CHILD)
    menu.add("parents", "documents.papers", lazy_gettext("Papieren"), 40)
    if queries.panel_of not in PANELS:
        PANELS.append(queries.panel_of)
        OF_CHILD.append(Kept("child", "papers", models.Document.child_id, actions.forget_papers, queries.is_paper))
