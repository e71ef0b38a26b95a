"""Keeping the words by which people are found."""

from collections.abc import Sequence

import sqlalchemy as sa

from portal.auth.models import Person
from portal.auth.rules import sort_name
from portal.db import db, scope
from portal.people import rules
from portal.people.models import NameWord


def know_names(people: Sequence[Person]) -> None:
    """Sort and find these people by the names they have now."""
    for person in people:
        person.sort_name = sort_name(person.given_name, person.infix, person.family_name)
    db.session.flush()
    here, ids = scope(), [person.id for person in people]
    known = sa.delete(NameWord).where(NameWord.organisation_id == here, NameWord.person_id.in_(ids))
    db.session.execute(known.execution_options(synchronize_session=False))
    words = [
        {"organisation_id": here, "person_id": person.id, "word": word}
        for person in people
        for word in rules.words_of(person.given_name, person.infix, person.family_name)
    ]
    if words:
        db.session.execute(sa.insert(NameWord), words)
