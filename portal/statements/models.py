"""What was published as an annual statement, the work of publishing many, and the number of a child."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import keys
from portal.db import Moment, OrganisationRow
from portal.documents.models import Document
from portal.statements import rules
from portal.statements.rules import Facts, Sum

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


class AnnualStatement(OrganisationRow):
    """What one payer was told of one child and year. It never changes: a correction is a new version."""

    __tablename__ = "annual_statement"

    year: Mapped[int]
    payer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    version: Mapped[int]
    payer_name: Mapped[str] = mapped_column(sa.String(240))  # as they were then, and stand in the PDF
    child_name: Mapped[str] = mapped_column(sa.String(240))
    child_born: Mapped[date] = mapped_column(sa.Date)
    bsn_version: Mapped[int]  # of the number in the PDF; 0: none
    lines: Mapped[list[Any]] = mapped_column(sa.JSON)  # rules.Sum
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id"), unique=True)
    published_by: Mapped[UUID | None]  # the account
    replaced_at: Mapped[datetime | None] = mapped_column(Moment)  # by the next version

    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        # Also the last word when two would make the same version.
        sa.Index(
            "ix_annual_statement_version", "organisation_id", "year", "payer_id", "child_id", "version", unique=True
        ),
        sa.Index("ix_annual_statement_payer", "organisation_id", "payer_id", "year"),
    )

    @property
    def facts(self) -> Facts:
        sums = tuple(Sum(*line) for line in self.lines)
        return Facts(
            self.year, self.payer_id, self.child_id, self.payer_name, self.child_name, self.child_born,
            self.bsn_version, sums,
        )  # fmt: skip


RUN_STATES = ("waiting", "busy", "done", "failed")


class StatementRun(OrganisationRow):
    """All statements of a year that are to be published, for a worker: payer after payer, in the order of their ids."""

    __tablename__ = "statement_run"

    year: Mapped[int]
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"))  # who asked it
    without_bsn: Mapped[bool]  # also of children of whom no number is known
    state: Mapped[str] = mapped_column(sa.String(8), default="waiting", index=True)
    last_payer: Mapped[str] = mapped_column(sa.String(32), default="")  # up to and with this one all is done
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    owner: Mapped[str] = mapped_column(sa.String(36), default="")  # the worker that is at it
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)  # since it came a payer further

    __table_args__ = (sa.CheckConstraint(f"state IN {RUN_STATES}", name="state"),)

    @property
    def is_going(self) -> bool:
        return self.state in ("waiting", "busy")
