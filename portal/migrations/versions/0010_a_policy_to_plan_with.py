"""Guard the border between organisations in a way PostgreSQL can plan with"""

import sqlalchemy as sa
from alembic import op

from portal.db import OWN_ROWS

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    policies = sa.text("SELECT tablename FROM pg_policies WHERE policyname = 'organisation' ORDER BY tablename")
    for table in op.get_bind().scalars(policies).all():
        op.execute(f"ALTER POLICY organisation ON {table} USING ({OWN_ROWS})")
