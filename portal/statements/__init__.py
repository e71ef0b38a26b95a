"""Annual statements (jaaropgaven): the invoices of a year, per child and payer, as the tax service asks them.

The number of a child (BSN) is kept here, encrypted. It is shown but for its last four digits, and stands whole in the
PDF of a statement only.
"""

from flask import Flask


def init_app(app: Flask) -> None:
    from portal.children.queries import PANELS
    from portal.statements import queries, staff

    app.register_blueprint(staff.numbers)
    if queries.panel_of not in PANELS:
        PANELS.append(queries.panel_of)
