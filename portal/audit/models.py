"""The lines of the access log, and the chains they form."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import OrganisationRow


class AccessLog(OrganisationRow):
    """One line. The database itself refuses to change one, and to remove one that is not old (migration 0008)."""

    __tablename__ = "access_log"

    chain: Mapped[str] = mapped_column(sa.String(10))
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))  # over this line and the hash before it
    actor_id: Mapped[UUID | None]  # the account that did it; None: the portal, a stranger
    account_id: Mapped[UUID | None]  # the account it was done to
    child_id: Mapped[UUID | None]  # the child it is about
    action: Mapped[str] = mapped_column(sa.String(40))
    result: Mapped[str] = mapped_column(sa.String(20), default="ok")
    object_type: Mapped[str] = mapped_column(sa.String(20), default="")  # what was seen or changed: document, mail …
    object_id: Mapped[UUID | None]
    detail: Mapped[str] = mapped_column(sa.String(200), default="")
    address: Mapped[str] = mapped_column(sa.String(45), default="")  # network address, masked
    session_id: Mapped[UUID | None]  # the row of the session in which it was done; a secret it is not
    reference: Mapped[str] = mapped_column(sa.String(8), default="")  # of the request, as a page about a fault says it

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "chain", "number"),
        sa.Index("ix_access_log_newest", "organisation_id", "created_at", "id"),
        *(
            sa.Index(f"ix_access_log_{name}", "organisation_id", column, "created_at", "id")
            for name, column in (
                ("actor", "actor_id"),
                ("account", "account_id"),
                ("child", "child_id"),
                ("object", "object_id"),
                ("action", "action"),
            )
        ),
    )


class LogChain(OrganisationRow):
    """The two ends of a chain of lines. Up to `purged` they were old and are gone; `number` is the last one."""

    __tablename__ = "access_log_chain"

    chain: Mapped[str] = mapped_column(sa.String(10))
    number: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(sa.String(64), default="")
    purged: Mapped[int] = mapped_column(default=0)
    purged_hash: Mapped[str] = mapped_column(sa.String(64), default="")

    __table_args__ = (sa.UniqueConstraint("organisation_id", "chain"),)
