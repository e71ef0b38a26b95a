"""One counter. The key is a keyed hash: the table names nobody."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model, Moment


class Throttle(Model):
    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(sa.String(43), primary_key=True)
    tries: Mapped[int]
    not_before: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment, index=True)
