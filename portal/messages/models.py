"""News of the organisation, a location or a group, what goes with it, and who read it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth.models import Account
from portal.db import Moment, OrganisationRow
from portal.messages import rules
from portal.messages.rules import LONGEST_BODY, LONGEST_TITLE, SCOPES


class NewsItem(OrganisationRow):
    """One message to the parents of the organisation, a location or a group. Without a moment it is a draft."""

    __tablename__ = "news_item"

    scope: Mapped[str] = mapped_column(sa.String(12))
    audience_id: Mapped[UUID]  # of that organisation, location or group; so that one index finds what somebody reads
    title: Mapped[str] = mapped_column(sa.String(LONGEST_TITLE))
    body: Mapped[str] = mapped_column(sa.String(LONGEST_BODY))
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    publish_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_at: Mapped[datetime | None] = mapped_column(Moment)  # after it was published
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    asks_receipt: Mapped[bool] = mapped_column(default=False)
    is_urgent: Mapped[bool] = mapped_column(default=False)  # cannot wait until the morning: a closure, an incident
    version: Mapped[int] = mapped_column(default=1)

    author: Mapped[Account] = relationship()

    __table_args__ = (
        sa.Index("ix_news_item_audience", "organisation_id", "audience_id", "publish_at"),
        sa.CheckConstraint(f"scope IN {SCOPES}", name="scope"),
    )

    def state(self, now: datetime) -> str:
        return rules.state_of(self.publish_at, self.withdrawn_at, now)


class NewsVersion(OrganisationRow):
    """A message as parents could read it before somebody changed it."""

    __tablename__ = "news_version"

    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("news_item.id"), index=True)
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(LONGEST_TITLE))
    body: Mapped[str] = mapped_column(sa.String(LONGEST_BODY))
    replaced_by: Mapped[UUID]

    __table_args__ = (sa.UniqueConstraint("item_id", "version"),)


class NewsFile(OrganisationRow):
    """A file that goes with a message."""

    __tablename__ = "news_file"

    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("news_item.id"), index=True)
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("file.id"), unique=True)


class NewsRead(OrganisationRow):
    """A parent opened a message, and said to have read it where that is asked."""

    __tablename__ = "news_read"

    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("news_item.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    seen_at: Mapped[datetime] = mapped_column(Moment)
    read_at: Mapped[datetime | None] = mapped_column(Moment)  # pressed the button

    __table_args__ = (sa.UniqueConstraint("person_id", "item_id"),)
