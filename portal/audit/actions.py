"""Writing in the access log."""

from uuid import UUID

from portal.audit.models import AccessLog
from portal.db import db, scope


def record(
    action: str,
    account_id: UUID | None,
    by: UUID | None = None,
    result: str = "ok",
    detail: str = "",
    address: str = "",
) -> None:
    """Add one line, in the transaction of what it tells about. Never a secret, a password or a typed address."""
    db.session.add(
        AccessLog(
            organisation_id=scope(), actor_id=by, account_id=account_id,
            action=action, result=result, detail=detail[:200], address=address,
        )
    )  # fmt: skip
