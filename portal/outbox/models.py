"""One mail to send, which never holds a secret: that is made when the mail goes out. And an organisation's own server
and keys, whose secrets are kept encrypted (portal.keys)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Moment, OrganisationRow

# refused: at once, by the server that was to take it; bounced: taken, and came back; suppressed: not sent, for mail to
# this address comes back
STATES = ("new", "busy", "sent", "refused", "expired", "cancelled", "bounced", "suppressed")
UNSENT = ("refused", "expired", "bounced", "suppressed")  # ended without arriving; can be sent again
EMPTY: dict[str, Any] = {"default": "", "server_default": sa.text("''")}
# Priority: what a parent waits for overtakes what cannot wait, that what an import sends, and that what only tells of
# something new.
SOON, URGENT, BULK, CALM = 1, 5, 9, 20


class Mail(OrganisationRow):
    __tablename__ = "mail"

    kind: Mapped[str] = mapped_column(sa.String(60))  # auth/forgot_password; its subject knows how to prepare it
    account_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    address: Mapped[str] = mapped_column(sa.String(254), default="")  # typed by a visitor; wiped when the mail ends
    params: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    message_id: Mapped[str] = mapped_column(sa.String(255), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default="new")
    priority: Mapped[int] = mapped_column(default=SOON)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    owner: Mapped[str] = mapped_column(sa.String(36), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    stamped_at: Mapped[datetime | None] = mapped_column(Moment)  # the date in the mail; kept while its fate is unknown
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    smtp_code: Mapped[int | None]
    smtp_text: Mapped[str] = mapped_column(sa.String(300), default="")
    digest: Mapped[str] = mapped_column(sa.String(64), **EMPTY)  # of the address it went to (portal.bounces)
    bounced_at: Mapped[datetime | None] = mapped_column(Moment)  # when it was refused, or we heard that it came back
    bounce_status: Mapped[str] = mapped_column(sa.String(12), **EMPTY)  # 5.1.1 (RFC 3463)
    bounce_text: Mapped[str] = mapped_column(sa.String(300), **EMPTY)

    __table_args__ = (
        sa.Index("ix_mail_queue", "state", "due_at", "priority"),
        sa.Index("ix_mail_newest", "organisation_id", "created_at", "id"),
        sa.Index("ix_mail_state", "organisation_id", "state", "updated_at"),
        sa.Index("ix_mail_account", "organisation_id", "account_id", "sent_at"),
        sa.CheckConstraint(f"state IN {STATES}", name="state"),
    )


SECURITIES = ("starttls", "tls")


class MailServer(OrganisationRow):
    """The mail server of one organisation; without a row its mail goes by the server of the installation."""

    __tablename__ = "mail_server"

    host: Mapped[str] = mapped_column(sa.String(253))
    port: Mapped[int]
    security: Mapped[str] = mapped_column(sa.String(8))
    username: Mapped[str] = mapped_column(sa.String(254), default="")
    kept_password: Mapped[str] = mapped_column(sa.Text, default="")  # encrypted; empty when there is none

    __table_args__ = (
        sa.UniqueConstraint("organisation_id"),
        sa.CheckConstraint(f"security IN {SECURITIES}", name="security"),
    )


class SigningKey(OrganisationRow):
    """One DKIM key. It signs from the moment its record was seen in the DNS until a newer key takes over."""

    __tablename__ = "signing_key"

    domain: Mapped[str] = mapped_column(sa.String(253))
    selector: Mapped[str] = mapped_column(sa.String(63))
    algorithm: Mapped[str] = mapped_column(sa.String(7))
    kept_private: Mapped[str] = mapped_column(sa.Text)  # encrypted
    public: Mapped[str] = mapped_column(sa.Text)
    signs_from: Mapped[datetime | None] = mapped_column(Moment)
    signs_until: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "domain", "selector"),
        sa.CheckConstraint("algorithm IN ('rsa', 'ed25519')", name="algorithm"),
    )
