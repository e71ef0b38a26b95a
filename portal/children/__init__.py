"""Children, and who may know about them: guardianship is the only path to a child."""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.auth.queries import OWN_WORDS
    from portal.children import letters, queries

    letters.register()
    if queries.names_of_children not in OWN_WORDS:
        OWN_WORDS.append(queries.names_of_children)
