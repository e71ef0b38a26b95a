"""Until when what is known of a child is kept: the offer to its family, and what the office holds back"""

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.create_table(
        "keeping",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("offered_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("held_at", portal.db.Moment(timezone=True), nullable=True),
        sa.Column("held_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", portal.db.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_keeping_child_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_keeping_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keeping")),
        sa.UniqueConstraint("child_id", name=op.f("uq_keeping_child_id")),
    )
    op.create_index(op.f("ix_keeping_organisation_id"), "keeping", ["organisation_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in portal.db.row_level_security("keeping"):
            op.execute(statement)
