"""A file of parents in the browser: send it in, look at what it comes to, confirm, and see it done."""

from flask import Flask


def init_app(app: Flask) -> None:
    from flask_babel import lazy_gettext

    from portal import menu
    from portal.doors import takes_files
    from portal.outbox.actions import CHORES
    from portal.uploads import staff, worker

    app.register_blueprint(staff.bp)
    takes_files("uploads.upload", staff.LARGEST_BODY)
    if worker.run_next not in CHORES:
        CHORES.append(worker.run_next)
    menu.add("staff", "uploads.upload", lazy_gettext("Importeren"), 60)
