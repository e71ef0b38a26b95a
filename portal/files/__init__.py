"""Files that people send: remade, kept outside the database, and handed out to who may have them.

A subject that takes files: `doors.takes_files` for its page and `fields.File` in its form; `images` makes a `Picture`
of what came; `actions.keep(kind, name, picture)` writes it and gives a row, still a draft; `actions.use(row)` makes it
the one of its kind. Whoever may see it is for the subject's own `find` to say; `find.answer(row)` goes out.
Drafts go after a day, and files without a row after an hour (`actions.sweep`, run by the worker).
"""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.files import routes

    app.register_blueprint(routes.bp)
