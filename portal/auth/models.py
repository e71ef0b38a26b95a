"""People, their accounts, and what lets them in."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.auth import rules
from portal.db import Moment, OrganisationRow, plain_text
from portal.roles import ROLES


def _sort_name(context: Any) -> str:
    """Of a row that is added, whichever way; who changes a name changes it too."""
    row = context.get_current_parameters()
    return rules.sort_name(row["given_name"], row.get("infix") or "", row["family_name"])


class Person(OrganisationRow):
    """Someone with a name: a parent, a child or who works here."""

    __tablename__ = "person"

    given_name: Mapped[str] = mapped_column(sa.String(100))
    infix: Mapped[str] = mapped_column(sa.String(30), default="")
    family_name: Mapped[str] = mapped_column(sa.String(100))
    birth_date: Mapped[date | None] = mapped_column(sa.Date)
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="")  # "" follows the browser
    has_invoices: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # so the menu shows them
    has_contracts: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    sort_name: Mapped[str] = mapped_column(plain_text(240), default=_sort_name, server_default=sa.text("''"))

    __table_args__ = (sa.Index("ix_person_sort_name", "organisation_id", "sort_name", "id"),)

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.given_name, self.infix, self.family_name) if part)


class Account(OrganisationRow):
    """The way in of one person at one organisation. The role is empty for a parent."""

    __tablename__ = "account"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    email_key: Mapped[str] = mapped_column(plain_text(254))  # the address in the one form in which addresses compare
    email_version: Mapped[int] = mapped_column(default=1)
    email_changed_at: Mapped[datetime | None] = mapped_column(Moment)  # by somebody of the office
    email_changed_by: Mapped[UUID | None]
    password_hash: Mapped[str | None] = mapped_column(sa.String(255))
    password_version: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(sa.String(8), default="invited")
    role: Mapped[str] = mapped_column(sa.String(16), default="")
    last_login_at: Mapped[datetime | None] = mapped_column(Moment)
    second_step_at: Mapped[datetime | None] = mapped_column(Moment)  # since when a code is asked after the password
    # Whether mail to this address comes back: "" no; full: the mailbox is full; gone: the address does not exist. Then
    # no mail goes there any more (portal.bounces).
    bounce_state: Mapped[str] = mapped_column(sa.String(4), default="", server_default=sa.text("''"))
    bounced_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "email_key"),
        sa.Index("ix_account_status", "organisation_id", "status"),
        sa.Index("ix_account_bounce_state", "organisation_id", "bounce_state"),
        sa.Index("ix_account_moved", "organisation_id", "email_changed_at"),
        sa.CheckConstraint("status IN ('invited', 'active', 'blocked', 'closed')", name="status"),
        sa.CheckConstraint(f"role IN {('', *ROLES)}", name="role"),
        sa.CheckConstraint("bounce_state IN ('', 'full', 'gone')", name="bounce_state"),
    )

    @property
    def is_open(self) -> bool:
        return self.status in ("invited", "active")

    def mail_arrives(self) -> None:
        """As far as we know, from now on: somebody said so, opened a mail that went there, or it is a new address."""
        self.bounce_state, self.bounced_at = "", None


class StaffGroup(OrganisationRow):
    """A group that somebody of the role groepsleiding works at; of other groups this person sees nothing."""

    __tablename__ = "staff_group"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("care_group.id"), index=True)

    __table_args__ = (sa.UniqueConstraint("account_id", "group_id"),)


class Session(OrganisationRow):
    """One browser in which an account is logged in. The cookie holds a secret; this row its hash, and all authority."""

    __tablename__ = "session"

    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    # full; temporary: only good for choosing a password; half: the password was right, the second step comes next
    kind: Mapped[str] = mapped_column(sa.String(10))
    remembered: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime] = mapped_column(Moment)  # when the password was last typed in this session
    browser: Mapped[str] = mapped_column(sa.String(60))
    address: Mapped[str] = mapped_column(sa.String(45))  # network address, masked
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_because: Mapped[str] = mapped_column(sa.String(20), default="")

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class OneTimeLink(OrganisationRow):
    """A link (and, for a reset and on a letter, a short code) that was mailed or printed. Only hashes are kept."""

    __tablename__ = "one_time_link"

    purpose: Mapped[str] = mapped_column(sa.String(10))  # reset, activation, device or letter
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    code_tries: Mapped[int] = mapped_column(default=0)
    password_version: Mapped[int]
    email_version: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    replaced_at: Mapped[datetime | None] = mapped_column(Moment)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class TemporaryPassword(OrganisationRow):
    """A password the portal made and mailed. It opens nothing but the page where the parent chooses one."""

    __tablename__ = "temporary_password"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    mail_id: Mapped[UUID] = mapped_column(unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(255))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)  # used, replaced by a newer one, or a password was chosen


@dataclass
class Visitor(UserMixin):
    """Who is logged in: an account in one browser. The cookies carry `token`, the secret of the session row."""

    account: Account
    session: Session
    token: str

    def get_id(self) -> str:
        return self.token

    @property
    def is_active(self) -> bool:
        return self.account.is_open

    @property
    def is_whole(self) -> bool:
        """Whether all pages are open; before the second step, and with a temporary password, almost none is."""
        return self.session.kind == "full"

    @property
    def role(self) -> str:
        """What this visitor is at work, as of this request: "" for a parent (portal.roles)."""
        return self.account.role

    @property
    def has_second_step(self) -> bool:
        return self.account.second_step_at is not None

    @property
    def is_staff(self) -> bool:
        return self.account.role != ""

    @property
    def given_name(self) -> str:
        return self.account.person.given_name
