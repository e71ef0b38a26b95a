"""Let PostgreSQL guard the border between organisations"""

from alembic import op

from portal.db import row_level_security

revision = "0002"
down_revision = "0001"

TABLES = (
    "access_log", "account", "care_group", "child", "guardianship", "location", "mail",
    "one_time_link", "person", "session", "temporary_password",
)  # fmt: skip


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        for statement in row_level_security(table):
            op.execute(statement)
