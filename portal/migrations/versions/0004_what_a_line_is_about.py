"""Which child, and which thing, a line of the access log is about"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.add_column(sa.Column("child_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("object_type", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("object_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_access_log_child_id"), ["child_id"], unique=False)
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.alter_column("object_type", server_default=None)
