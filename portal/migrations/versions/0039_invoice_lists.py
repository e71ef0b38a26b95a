"""Indexes along which the office reads invoices: by month and number, by state, and by child"""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # in the order of its signs, as SQLite keeps it
        op.execute('ALTER TABLE invoice ALTER COLUMN number TYPE VARCHAR(40) COLLATE "C"')
    for name in ("ix_invoice_newest", "ix_invoice_period"):
        op.drop_index(name, "invoice")
    op.create_index("ix_invoice_period", "invoice", ["organisation_id", "period", "number"])
    op.create_index("ix_invoice_state", "invoice", ["organisation_id", "state", "period", "number"])
    op.create_index("ix_invoice_line_child", "invoice_line", ["organisation_id", "child_id", "invoice_id"])
