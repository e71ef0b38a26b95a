"""One line of the access log."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import OrganisationRow


class AccessLog(OrganisationRow):
    __tablename__ = "access_log"

    actor_id: Mapped[UUID | None]  # the account that did it; None for the portal itself or a stranger
    account_id: Mapped[UUID | None] = mapped_column(index=True)  # the account it was done to
    child_id: Mapped[UUID | None] = mapped_column(index=True)  # the child it is about
    action: Mapped[str] = mapped_column(sa.String(40))
    result: Mapped[str] = mapped_column(sa.String(20), default="ok")
    object_type: Mapped[str] = mapped_column(sa.String(20), default="")  # what was seen or changed: document, mail …
    object_id: Mapped[UUID | None]
    detail: Mapped[str] = mapped_column(sa.String(200), default="")
    address: Mapped[str] = mapped_column(sa.String(45), default="")  # network address, masked
