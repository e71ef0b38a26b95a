"""What a parent takes along of a child"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("due_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("lease_until", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("outline", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("expires_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("begun_in", sa.Uuid(), nullable=True),
        sa.Column("begun_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_export_account_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_export_child_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_export_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("account_id", "child_id", name=op.f("uq_export_account_id_child_id")),
        sa.CheckConstraint("state IN ('waiting', 'busy', 'ready', 'failed', 'gone')", name=op.f("ck_export_state")),
    )
    for column in ("account_id", "child_id", "organisation_id", "state"):
        op.create_index(op.f(f"ix_export_{column}"), "export", [column])
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security("export"):
            op.execute(statement)
