"""Files of invoices beside those of parents, and who has invoices"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    for table in ("upload", "past_import"):
        kind = sa.Column("kind", sa.String(length=10), nullable=False, server_default=sa.text("'parents'"))
        op.add_column(table, kind)
    op.add_column("upload", sa.Column("key", sa.String(length=65), nullable=False, server_default=sa.text("''")))
    for name in ("done", "total"):
        op.add_column("upload", sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("person", sa.Column("has_invoices", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE person SET has_invoices = true WHERE id IN (SELECT payer_id FROM invoice)")
