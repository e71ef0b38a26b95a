"""Photos of the day: taken in as phones send them, made anew, and shown to whom they may be shown."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.doors import takes_files
    from portal.outbox.actions import CHORES, SWEEPS
    from portal.photos import actions, models, queries, routes, rules, staff, worker
    from portal.retention.queries import OF_CHILD, Kept

    app.register_blueprint(routes.bp)
    app.register_blueprint(staff.bp)
    takes_files("group_photos.photos", rules.MOST_IN_A_POST)

    if worker.run_next not in CHORES:
        CHORES.append(worker.run_next)
        SWEEPS.append(actions.sweep)
        OF_CHILD.append(Kept("days", "photos", models.PhotoChild.child_id, actions.forget, queries.may_go))
