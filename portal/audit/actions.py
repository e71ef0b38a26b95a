"""Writing in the access log."""

from uuid import UUID

from portal.audit.models import AccessLog
from portal.db import db, scope


def record(
    action: str, account_id: UUID | None, by: UUID | None = None, result: str = "ok", detail: str = "",
    address: str = "", child_id: UUID | None = None, object_type: str = "", object_id: UUID | None = None,
) -> None:  # fmt: skip
    """Add one line, in the transaction of what it tells about. Never a secret, a password or a typed address.

    `account_id` is the account it was done to, `child_id` the child it is about, `by` the account that did it.
    """
    db.session.add(
        AccessLog(
            organisation_id=scope(), actor_id=by, account_id=account_id, child_id=child_id, action=action,
            result=result, object_type=object_type, object_id=object_id, detail=detail[:200], address=address,
        )
    )  # fmt: skip
