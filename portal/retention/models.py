"""What was said of keeping what the portal knows of one child."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow
from portal.retention.rules import LONGEST_REASON


class Keeping(OrganisationRow):
    """When its family was told that the days of this child will go, and whether the office keeps all of it for now."""

    __tablename__ = "keeping"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), unique=True)
    offered_at: Mapped[datetime | None] = mapped_column(Moment)
    # A legal hold (G3): nothing goes as long as it lasts.
    held_at: Mapped[datetime | None] = mapped_column(Moment)
    held_by: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")
