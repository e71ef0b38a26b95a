"""What the last check of the mail set-up found."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow


class MailCheck(OrganisationRow):
    """The last check of one organisation. Findings are codes and values; each reader gets the words."""

    __tablename__ = "mail_check"

    checked_at: Mapped[datetime] = mapped_column(Moment)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)

    __table_args__ = (sa.UniqueConstraint("organisation_id"),)
