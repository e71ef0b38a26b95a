"""Stories of a group, the rhythm of a child, and when a parent last looked."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth.models import Account
from portal.children.models import Child
from portal.db import Moment, OrganisationRow
from portal.diary.rules import KIND_NAMES, Rhythm

STATES = ("draft", "published", "withdrawn")


class DiaryEntry(OrganisationRow):
    """One story about one day of one or more children of a group."""

    __tablename__ = "diary_entry"

    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("care_group.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    day: Mapped[date] = mapped_column(sa.Date)
    body: Mapped[str] = mapped_column(sa.String(1200))
    state: Mapped[str] = mapped_column(sa.String(9), default="draft")
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    corrected_at: Mapped[datetime | None] = mapped_column(Moment)  # after it was published
    version: Mapped[int] = mapped_column(default=1)

    author: Mapped[Account] = relationship()
    tags: Mapped[list["DiaryChild"]] = relationship(order_by="DiaryChild.id", back_populates="entry")

    __table_args__ = (
        sa.Index("ix_diary_entry_day", "organisation_id", "group_id", "day"),
        sa.Index("ix_diary_entry_newest", "organisation_id", "published_at"),
        sa.CheckConstraint(f"state IN {STATES}", name="state"),
    )


class DiaryChild(OrganisationRow):
    """A child a story is about. Day and state are those of the story, so that one index finds what a parent reads."""

    __tablename__ = "diary_child"

    entry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("diary_entry.id"), index=True)
    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    day: Mapped[date] = mapped_column(sa.Date)
    is_shown: Mapped[bool] = mapped_column(default=False)

    entry: Mapped[DiaryEntry] = relationship(back_populates="tags")
    child: Mapped[Child] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("entry_id", "child_id"),
        sa.Index("ix_diary_child_days", "organisation_id", "child_id", "is_shown", "day"),
        sa.Index("ix_diary_child_newest", "organisation_id", "created_at"),
    )


class DiaryVersion(OrganisationRow):
    """A story as it was before somebody corrected it."""

    __tablename__ = "diary_version"

    entry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("diary_entry.id"), index=True)
    version: Mapped[int]
    body: Mapped[str] = mapped_column(sa.String(1200))
    children: Mapped[list[Any]] = mapped_column(sa.JSON)  # their ids
    written_by: Mapped[UUID]  # who wrote what stands here is the author, or who corrected last
    replaced_by: Mapped[UUID]

    __table_args__ = (sa.UniqueConstraint("entry_id", "version"),)


class RhythmEntry(OrganisationRow):
    """One thing of the rhythm of one child; parents see it at once. A correction is a new row; the old one stays."""

    __tablename__ = "rhythm_entry"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("care_group.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    day: Mapped[date] = mapped_column(sa.Date)
    kind: Mapped[str] = mapped_column(sa.String(11))
    at: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime | None] = mapped_column(Moment)
    amount: Mapped[int | None]
    choice: Mapped[str] = mapped_column(sa.String(10), default="")
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    replaces_id: Mapped[UUID | None]  # the row this one corrects
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)  # also when a newer row took its place
    withdrawn_by: Mapped[UUID | None]

    __table_args__ = (
        sa.Index("ix_rhythm_entry_days", "organisation_id", "child_id", "day"),
        sa.CheckConstraint(f"kind IN {tuple(KIND_NAMES)}", name="kind"),
    )

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.kind, self.at, self.until, self.amount, self.choice, self.note)


class DiaryVisit(OrganisationRow):
    """When this parent last looked at the days, and when that was the time before."""

    __tablename__ = "diary_visit"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    before_at: Mapped[datetime | None] = mapped_column(Moment)
