"""What a program shows to come in."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow


class ApiToken(OrganisationRow):
    """One program that may tell of children and parents, or of returned mail. Only a hash of its token is kept."""

    __tablename__ = "api_token"

    name: Mapped[str] = mapped_column(sa.String(60))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_by: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"))
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    # children: tells of children and parents; bounces: of mail that came back
    opens: Mapped[str] = mapped_column(sa.String(8), default="children", server_default=sa.text("'children'"))

    __table_args__ = (sa.CheckConstraint("opens IN ('children', 'bounces')", name="opens"),)
