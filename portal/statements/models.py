"""The number of a child, as nobody reads it in the database."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal import keys
from portal.db import OrganisationRow
from portal.statements import rules

PURPOSE = "bsn"  # of its key


class Bsn(OrganisationRow):
    """Not a column of Child, which every page reads: only what shows it or prints it comes here."""

    __tablename__ = "bsn"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), unique=True)
    kept: Mapped[str] = mapped_column(sa.String(200))  # encrypted; "" when it was taken away
    version: Mapped[int] = mapped_column(default=1)  # goes up with each change, so that a statement knows it is old

    @property
    def number(self) -> str:
        """The number itself; "" when there is none, or when the key it was kept with is lost."""
        try:
            return keys.decrypt(PURPOSE, self.kept) if self.kept else ""
        except ValueError:
            return ""

    @property
    def masked(self) -> str:
        return rules.masked(self.number) if self.number else ""
