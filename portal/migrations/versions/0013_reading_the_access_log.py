"""The access log is read by who, about whom, and what: an index for each, the newest line first"""

from alembic import op

revision = "0013"
down_revision = "0012"

COLUMNS = {
    "actor": "actor_id", "account": "account_id", "child": "child_id", "object": "object_id", "action": "action",
}  # fmt: skip


def upgrade() -> None:
    for name, column in COLUMNS.items():
        op.create_index(f"ix_access_log_{name}", "access_log", ["organisation_id", column, "created_at", "id"])
    for column in ("actor_id", "account_id", "child_id"):
        op.drop_index(f"ix_access_log_{column}", "access_log")
