"""The number of a child"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "bsn",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("kept", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_bsn_child_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bsn_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bsn")),
        sa.UniqueConstraint("child_id", name=op.f("uq_bsn_child_id")),
    )
    op.create_index(op.f("ix_bsn_organisation_id"), "bsn", ["organisation_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security("bsn"):
            op.execute(statement)
