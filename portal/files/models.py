"""A file that is kept: what it is, and where."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow


class File(OrganisationRow):
    __tablename__ = "file"

    kind: Mapped[str] = mapped_column(sa.String(16))  # what it is for: "logo"
    key: Mapped[str] = mapped_column(sa.String(65), unique=True)  # where the storage has it
    name: Mapped[str] = mapped_column(sa.String(100))  # how it was called by who sent it; only ever shown
    media_type: Mapped[str] = mapped_column(sa.String(40))
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(sa.String(32), index=True)  # of what is in it; part of its address
    used_at: Mapped[datetime | None] = mapped_column(Moment)  # empty while nobody has chosen it yet
