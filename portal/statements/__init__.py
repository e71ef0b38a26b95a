"""Annual statements (jaaropgaven): the invoices of a year, per child and payer, as the tax service asks them.

The number of a child (BSN) is kept here, encrypted. It is shown but for its last four digits, and stands whole in the
PDF of a statement only.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal import menu
    from portal.children.queries import PANELS
    from portal.documents import queries as documents
    from portal.outbox.actions import CHORES
    from portal.retention.queries import BY_YEAR, OF_CHILD, Kept, KeptByYear
    from portal.statements import actions, letters, models, queries, routes, rules, staff, worker
    from portal.text import lazy_gettext

    for blueprint in (routes.bp, staff.bp, staff.numbers):
        app.register_blueprint(blueprint)
    menu.add("staff", "office_statements.overview", lazy_gettext("Jaaropgaven"), 63)
    documents.KINDS[rules.STATEMENT] = documents.Kind("statements.make", documents.OF_PERSON)
    letters.register()
    if worker.run_next not in CHORES:
        CHORES.append(worker.run_next)
        OF_CHILD.append(Kept("child", "numbers (BSN)", models.Bsn.child_id, actions.forget_number))
        BY_YEAR.append(KeptByYear("statements", actions.forget_before))
    if queries.panel_of not in PANELS:
        PANELS.append(queries.panel_of)
