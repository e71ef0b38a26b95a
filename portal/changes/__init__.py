"""Where parents live and what is to be known of their children: parents ask a change, and the office decides."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.changes import actions, letters, models, queries, routes, staff
    from portal.children.queries import PANELS as OF_CHILD
    from portal.outbox.actions import SWEEPS
    from portal.own.queries import PANELS as OF_OWN
    from portal.parents.queries import PANELS as OF_PARENT
    from portal.retention.queries import OF_CHILD as KEPT
    from portal.retention.queries import Kept

    for blueprint in (routes.bp, routes.stopping, staff.bp, staff.homes, staff.banks, staff.care):
        app.register_blueprint(blueprint)
    letters.register()
    if actions.tell_office not in SWEEPS:
        KEPT.append(Kept("child", "health", models.ChildCare.child_id, actions.forget_care))
        KEPT.append(Kept("child", "contacts", models.EmergencyContact.child_id, actions.forget_contacts))
        KEPT.append(Kept("child", "changes", models.DataChange.child_id, actions.forget_changes))
        SWEEPS.append(actions.tell_office)
        OF_CHILD.insert(0, queries.panel_of_child)  # who needs it is in a hurry
        OF_PARENT.append(queries.panel_of_parent)
        OF_OWN.append(queries.panel_of_own)
