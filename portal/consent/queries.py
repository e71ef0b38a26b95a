"""Who may be shown for what: purposes, the answers about a child, and the children that have consent."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal import clock
from portal.auth.models import Person
from portal.children.models import Child, Guardianship
from portal.children.queries import decides_today
from portal.consent import rules
from portal.consent.models import Consent, ConsentPurpose
from portal.db import db
from portal.organisations.models import Organisation
from portal.people.rules import full_name
from portal.text import language, translated


class Purpose(NamedTuple):
    """What is asked now, in the words of the reader. Own purposes have their own words, whatever the language."""

    code: str
    version: int
    name: str
    text: str

    @property
    def is_own(self) -> bool:
        return self.code not in [each.code for each in rules.SHIPPED]


def purposes() -> list[Purpose]:
    """All that is asked now: the portal's own purposes first, then those of the organisation as they were added."""
    known = sa.select(ConsentPurpose).where(ConsentPurpose.ended_at.is_(None))
    shipped: dict[str, Any] = {each.code: each for each in rules.SHIPPED}
    kept = {row.code: row for row in db.session.scalars(known.order_by(ConsentPurpose.created_at, ConsentPurpose.id))}
    return [_purpose(each) for each in {**shipped, **kept}.values()]


def _purpose(each: Any) -> Purpose:
    name, text = translated(language(), each.name), translated(language(), each.text)
    return Purpose(each.code, getattr(each, "version", 1), name, text)


def purpose(code: str) -> Purpose | None:
    return next((each for each in purposes() if each.code == code), None)


def row_of(code: str) -> ConsentPurpose | None:
    """The text that is asked now, when it was ever kept."""
    found = sa.select(ConsentPurpose).where(ConsentPurpose.code == code, ConsentPurpose.ended_at.is_(None))
    return db.session.scalars(found).one_or_none()


def hold_purposes(organisation_id: UUID) -> None:
    """Until the commit nobody else keeps or changes a text: of two at once the second finds what the first made."""
    db.session.execute(sa.select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())


# Which children have consent. One statement each


def consented(child_ids: Collection[UUID], code: str) -> set[UUID]:
    """Of these children those with consent for this: somebody who decides says yes and nobody no (B8).

    Consent ends when the care ends. What the parents of the child itself look back at is not asked here.
    """
    said: dict[UUID, list[bool]] = {}
    for child_id, value in _said(child_ids, code):
        said.setdefault(child_id, []).append(value)
    return {child_id for child_id, values in said.items() if rules.has_consent(values)}


def refusals(child_ids: Collection[UUID], code: str) -> set[UUID]:
    """Of these children those of whom somebody who decides says no to this."""
    return {child_id for child_id, value in _said(child_ids, code) if not value}


def _said(child_ids: Collection[UUID], code: str) -> Iterable[tuple[UUID, bool]]:
    if not child_ids:
        return []
    facts = {"child_ids": list(child_ids), "code": code, "today": clock.today()}
    return [(child_id, value) for child_id, value in db.session.execute(_SAID, facts)]


def has_consent_to(child_id: Any, code: str) -> sa.ColumnElement[bool]:
    """The same of a child in a larger statement, which takes `today` as a parameter."""

    def is_said(value: bool) -> sa.ColumnElement[bool]:
        said = aliased(Consent)
        return sa.exists().where(said.child_id == child_id, said.value.is_(value), *_counting(said, code))

    return sa.and_(is_said(True), sa.not_(is_said(False)))


_TODAY = sa.bindparam("today", type_=sa.Date)


def _counting(said: Any, code: Any) -> list[sa.ColumnElement[bool]]:
    """Whether this is the last word to the text of now, of somebody who decides, about a child that is here."""
    newer, purpose, link, child = aliased(Consent), aliased(ConsentPurpose), aliased(Guardianship), aliased(Child)
    return [
        sa.exists().where(purpose.id == said.purpose_id, purpose.code == code, purpose.ended_at.is_(None)),
        sa.exists().where(
            child.id == said.child_id, sa.or_(child.end_date.is_(None), child.end_date >= _TODAY)
        ),
        sa.exists().where(
            link.child_id == said.child_id, link.person_id == said.person_id, decides_today(link)
        ),
        sa.not_(
            sa.exists().where(
                newer.child_id == said.child_id, newer.purpose_id == said.purpose_id,
                newer.person_id == said.person_id, newer.created_at > said.created_at,
            )
        ),
    ]  # fmt: skip


_SAID = sa.select(Consent.child_id, Consent.value).where(
    Consent.child_id.in_(sa.bindparam("child_ids", expanding=True)), *_counting(Consent, sa.bindparam("code"))
)


# What was answered, for people


class Answer(NamedTuple):
    """The last answer of one guardian to one purpose, and whether it counts: to the text of now, and deciding still."""

    child_id: UUID
    code: str
    person_id: UUID
    name: str
    value: bool
    at: datetime
    counts: bool


def answers_of(child_ids: Collection[UUID]) -> list[Answer]:
    """The last answer of everyone about these children, in the order in which they were given."""
    decides = sa.exists().where(
        Guardianship.child_id == Consent.child_id, Guardianship.person_id == Consent.person_id, decides_today()
    )
    statement = (
        sa.select(
            Consent.child_id, ConsentPurpose.code, Consent.person_id, Person.given_name, Person.infix,
            Person.family_name, Consent.value, Consent.created_at, ConsentPurpose.ended_at, decides,
        )
        .join(ConsentPurpose, ConsentPurpose.id == Consent.purpose_id)
        .join(Person, Person.id == Consent.person_id)
        .where(Consent.child_id.in_(list(child_ids)))
        .order_by(Consent.created_at)
    )  # fmt: skip
    last: dict[tuple[UUID, str, UUID], Answer] = {}
    for child_id, code, person_id, given, infix, family, value, at, ended_at, does in db.session.execute(
        statement, {"today": clock.today()}
    ):
        counts = ended_at is None and bool(does)
        name = full_name(given, infix, family)
        last[child_id, code, person_id] = Answer(child_id, code, person_id, name, value, at, counts)
    return list(last.values())


def last_value(child_id: UUID, purpose_id: UUID, person_id: UUID) -> bool | None:
    """What this guardian last said to this text; None when nothing."""
    said = sa.select(Consent.value).where(
        Consent.child_id == child_id, Consent.purpose_id == purpose_id, Consent.person_id == person_id
    )
    return db.session.scalar(said.order_by(Consent.created_at.desc()).limit(1))


def deciding_for(person_id: UUID) -> set[UUID]:
    """The children about whom this person decides today."""
    mine = sa.select(Guardianship.child_id).where(Guardianship.person_id == person_id, decides_today())
    return set(db.session.scalars(mine, {"today": clock.today()}))


def number_unanswered(person_id: UUID) -> int:
    """Questions about the children of whom this person decides, to which nobody who decides has said yes or no."""
    rows = db.session.execute(_ANSWERED, {"person_id": person_id, "today": clock.today()}).all()
    return sum(len(rules.SHIPPED) + own - answered for own, answered in rows)


_mine = aliased(Guardianship)
_OWN = (
    sa.select(sa.func.count(ConsentPurpose.id))
    .where(ConsentPurpose.ended_at.is_(None), ConsentPurpose.code.not_in([each.code for each in rules.SHIPPED]))
    .scalar_subquery()
)
_ANSWERED = sa.select(
    _OWN,
    sa.select(sa.func.count(sa.distinct(Consent.purpose_id)))
    .join(ConsentPurpose, ConsentPurpose.id == Consent.purpose_id)
    .join(Guardianship, sa.and_(Guardianship.child_id == Consent.child_id, Guardianship.person_id == Consent.person_id))
    .where(Consent.child_id == _mine.child_id, ConsentPurpose.ended_at.is_(None), decides_today())
    .correlate(_mine)
    .scalar_subquery(),
).where(
    _mine.person_id == sa.bindparam("person_id"), decides_today(_mine),
    sa.exists().where(Child.id == _mine.child_id, sa.or_(Child.end_date.is_(None), Child.end_date >= _TODAY)),
)  # fmt: skip


def panel_of(child: Child) -> tuple[str, dict[str, Any]]:
    """What the office sees of consent on the page of a child."""
    return "consent/_panel.html", {"purposes": purposes(), "answers": answers_of([child.id])}
