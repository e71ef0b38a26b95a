"""A contract for the care of a child, its versions, who has to agree with it, who did, and who asks to end it."""

from datetime import date, datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth.models import Person
from portal.children.models import Child
from portal.contracts import rules
from portal.db import Moment, OrganisationRow
from portal.documents.models import Document


class Contract(OrganisationRow):
    """What was agreed last. Who may see it is a guardian of the child, and party, payer or signer of it (queries)."""

    __tablename__ = "contract"

    number: Mapped[str] = mapped_column(sa.String(rules.LONGEST_NUMBER))
    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("child.id"), index=True)
    party_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    payer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    care_type: Mapped[str] = mapped_column(sa.String(8))
    lrk_number: Mapped[str] = mapped_column(sa.String(12))
    weeks: Mapped[int | None]  # in a year; None: flexible
    minutes_a_year: Mapped[int | None]  # of a flexible contract
    rate_cents: Mapped[int]  # for an hour
    starts_on: Mapped[date] = mapped_column(sa.Date)
    ends_on: Mapped[date | None] = mapped_column(sa.Date)  # the last day
    notice_months: Mapped[int | None]  # None: as the organisation does
    is_on_paper: Mapped[bool] = mapped_column(default=False)  # agreed before it came here: nobody is asked
    is_waiting: Mapped[bool] = mapped_column(default=False)  # somebody still has to agree with this version
    version: Mapped[int] = mapped_column(default=1)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id"), unique=True)  # of this version
    fingerprint: Mapped[str] = mapped_column(sa.String(64))  # rules.Terms.fingerprint

    child: Mapped[Child] = relationship(lazy="joined", innerjoin=True)
    party: Mapped[Person] = relationship(foreign_keys=party_id)
    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)
    slots: Mapped[list["ContractSlot"]] = relationship(
        order_by="(ContractSlot.weekday, ContractSlot.parity, ContractSlot.starts)", cascade="all, delete-orphan",
        lazy="selectin",
    )  # fmt: skip

    __table_args__ = (
        sa.Index("ix_contract_number", "organisation_id", "number", unique=True),
        sa.Index("ix_contract_child", "organisation_id", "child_id"),
        sa.Index("ix_contract_party", "organisation_id", "party_id"),
        sa.Index("ix_contract_newest", "organisation_id", "created_at", "id"),
        sa.Index("ix_contract_waiting", "organisation_id", "is_waiting", "created_at"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days"),
    )

    @property
    def month(self) -> rules.Month | None:
        return rules.in_a_month([each.slot for each in self.slots], self.weeks, self.minutes_a_year, self.rate_cents)


class ContractSlot(OrganisationRow):
    """A day of the week on which the child comes."""

    __tablename__ = "contract_slot"

    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contract.id"), index=True)
    weekday: Mapped[int]  # 1 is Monday
    parity: Mapped[str] = mapped_column(sa.String(5))
    starts: Mapped[time | None] = mapped_column(sa.Time)
    ends: Mapped[time | None] = mapped_column(sa.Time)
    minutes: Mapped[int]

    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        sa.CheckConstraint(f"parity IN {rules.PARITIES}", name="parity"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
    )

    @property
    def slot(self) -> rules.Slot:
        return rules.Slot(self.weekday, self.parity, self.starts, self.ends, self.minutes)


class ContractVersion(OrganisationRow):
    """A PDF of a contract. The one before stays, with who agreed with it."""

    __tablename__ = "contract_version"

    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contract.id"), index=True)
    number: Mapped[int]
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id"), unique=True)

    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (sa.UniqueConstraint("contract_id", "number"),)


class ContractSigner(OrganisationRow):
    """Who has to agree with each version from here on."""

    __tablename__ = "contract_signer"

    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contract.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)

    __table_args__ = (sa.UniqueConstraint("contract_id", "person_id"),)


class Agreement(OrganisationRow):
    """One person agreed with one PDF: a simple electronic signature (domain.md, F2). Never changed or removed."""

    __tablename__ = "agreement"

    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contract.id"), index=True)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    account_id: Mapped[UUID]
    sha256: Mapped[str] = mapped_column(sa.String(64))  # of the PDF that was shown
    method: Mapped[str] = mapped_column(sa.String(12))  # how this person had shown to be who it is: password, code
    ip_hash: Mapped[str] = mapped_column(sa.String(43))

    person: Mapped[Person] = relationship()

    __table_args__ = (sa.UniqueConstraint("document_id", "person_id"),)


class ContractRequest(OrganisationRow):
    """Who a contract is with asks to end or change it; the office decides. A draft was not sent yet."""

    __tablename__ = "contract_request"

    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contract.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(6))
    day: Mapped[date] = mapped_column(sa.Date)  # the last day, or the first on which it is otherwise
    words: Mapped[str] = mapped_column(sa.String(rules.LONGEST_WORDS), default="")
    state: Mapped[str] = mapped_column(sa.String(9), default="draft")
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(sa.String(rules.LONGEST_WORDS), default="")  # of what was decided
    decided_by: Mapped[UUID | None]  # the account
    decided_at: Mapped[datetime | None] = mapped_column(Moment)

    contract: Mapped[Contract] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship()

    __table_args__ = (
        sa.Index("ix_contract_request_state", "organisation_id", "state", "sent_at"),
        sa.CheckConstraint(f"kind IN {rules.REQUESTS}", name="kind"),
        sa.CheckConstraint(f"state IN {rules.STATES}", name="state"),
    )

    @property
    def last_day(self) -> date:
        return rules.last_day(self.kind, self.day)
