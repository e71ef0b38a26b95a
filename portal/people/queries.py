"""People in the order of their names, page by page, and by the beginnings of their names."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, aliased

from portal.auth.models import Person
from portal.db import db, scope
from portal.people import rules
from portal.people.models import NameWord

# Lists. Pages follow each other by name. With a filter that few rows pass it is those rows that are sorted; with one
# that many pass the names are walked until a page is full. Either way the work does not grow with the organisation.

PAGE = 50
FEW = 500


def few(ids: sa.Select[UUID]) -> Sequence[UUID] | None:
    """The ids of these persons, when they are few."""
    found = db.session.scalars(ids.limit(FEW + 1)).all()
    return found if len(found) <= FEW else None


def sorted_page(statement: Any, person_id: Any, people: Sequence[UUID] | None, last: UUID | None) -> Any:
    """A page of this statement and one row more, after the person `last`: of these people, or of everyone.

    `person_id` is the column of the row that is listed, not that of Person: SQLite would begin with all rows.
    """
    statement = statement.where(*after(last)).limit(PAGE + 1)
    if people is None:
        return statement.order_by(Person.sort_name, Person.id)
    # The empty end keeps SQLite from walking all names in their order to find these few.
    return statement.where(person_id.in_(people)).order_by(Person.sort_name.concat(""), Person.id)


def after(person_id: UUID | None) -> list[sa.ColumnElement[bool]]:
    """Who comes after this person in a list."""
    last = person_id and db.session.scalar(sa.select(Person.sort_name).where(Person.id == person_id))
    if not last or person_id is None:
        return []
    return [Person.sort_name >= last, sa.or_(Person.sort_name > last, Person.id > person_id)]


def named(words: str) -> sa.Select[UUID] | None:
    """The persons of whom each of these words begins a word of the name; None when nothing is asked."""
    terms = rules.terms(words)
    if not terms:
        return None
    first = sa.select(NameWord.person_id).where(NameWord.organisation_id == scope(), _first(terms))
    return first.where(*(has_word(NameWord.person_id, term) for term in terms[1:]))


def has_words(person_id: Any, words: str) -> list[sa.ColumnElement[bool]]:
    """The same as conditions on a statement about persons."""
    terms = rules.terms(words)
    return [has_word(person_id, term, is_whole=term == terms[0] and len(term) == 1) for term in terms]


def has_word(person_id: Any, term: str, is_whole: bool = False) -> sa.ColumnElement[bool]:
    other = aliased(NameWord)
    return sa.exists().where(other.person_id == person_id, other.word == term if is_whole else begins(other.word, term))


def _first(terms: list[str]) -> sa.ColumnElement[bool]:
    """The longest word. When that is one letter it is a whole name, or nearly everybody would be found."""
    return NameWord.word == terms[0] if len(terms[0]) == 1 else begins(NameWord.word, terms[0])


def begins(word: sa.ColumnElement[str] | InstrumentedAttribute[str], term: str) -> sa.ColumnElement[bool]:
    """No LIKE: row level security keeps PostgreSQL from using an index for it."""
    return sa.and_(word >= term, word < term + _LAST_LETTER)


_LAST_LETTER = "\U0010ffff"


def by_words(statement: Any, terms: list[str]) -> Any:
    """In the order of the words: the index gives the first ones without looking at the rest."""
    statement = statement.join(NameWord, NameWord.person_id == Person.id)
    statement = statement.where(NameWord.organisation_id == scope(), _first(terms))
    statement = statement.where(*(has_word(NameWord.person_id, term) for term in terms[1:]))
    return statement.order_by(NameWord.word, NameWord.person_id)
