"""What the page of a child shows of how long it is kept."""

from datetime import date
from typing import Any, NamedTuple

from flask import current_app

from portal.auth.models import Account
from portal.children.models import Child
from portal.db import db
from portal.retention import queries, rules


class Line(NamedTuple):
    """Until when one class is kept."""

    name: Any
    last_day: date


def panel_of(child: Child) -> tuple[str, dict[str, Any]]:
    keeping, months = queries.keeping(child.id), rules.months_of(current_app.config)
    lines = []
    if child.end_date:
        lines = [Line(each.name, rules.last_day(child.end_date, months[code])) for code, each in rules.TERMS.items()]
    is_held = keeping is not None and keeping.held_at is not None
    by = db.session.get(Account, keeping.held_by) if keeping and keeping.held_by else None
    facts = {"child_id": child.id, "lines": lines, "is_held": is_held, "keeping": keeping}
    return "retention/_keeping.html", {**facts, "held_by": by.person.full_name if by else ""}
