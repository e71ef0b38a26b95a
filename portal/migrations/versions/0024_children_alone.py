"""An index along which the children without a parent are found"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_index("ix_child_here", "child", ["organisation_id", "id", "end_date"])
